"""A retraining as its steps hand it on: whether a model is trained again, why, and on what.

Imports the standard library only: commands that show it load nothing for it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

from components.shared.errors import InputError
from components.shared.formatted_json import read_formatted, write_formatted
from components.shared.reports.notes import Note

FORMAT: Final = 1
KEY_PROPERTY: Final = "retraining_key"
"""Property of a version that names what it was made of: the table and the settings."""

RETRAIN: Final = "retrain"
NOTHING: Final = "nothing to do"
MADE_BEFORE: Final = "made before"
Decision = Literal["retrain", "nothing to do", "made before"]

MOST_REASONS: Final = 10


@dataclass(frozen=True)
class RetrainingPlan:
    """Whether a version is to be trained again, and how.

    Attributes:
        model_name: The model.
        version: The version that was watched.
        decision: `retrain`; `nothing to do` where nothing starts one; `made before` where there
            is a version of this table with these settings.
        triggers: What starts it: `drift`, `dropped performance`, `age`, `force`; several, or none.
        reasons: Why, a sentence each.
        key: Names the table and the settings: equal ones make the same model.
        source: The table to train on.
        arguments: What the training is asked for, by the names of its pipeline's inputs.
        made: The version that was made before; empty: none.
        notes: What was left out or assumed.
    """

    model_name: str
    version: str
    decision: Decision
    triggers: tuple[str, ...]
    reasons: tuple[str, ...]
    key: str
    source: str
    arguments: Mapping[str, Any]
    made: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def watched(self) -> str:
        """The version that was watched, as `name@version`."""
        return f"{self.model_name}@{self.version}"

    @property
    def trigger(self) -> str:
        """What starts it and why, in one line; empty where nothing does."""
        if not self.triggers:
            return ""
        told = "; ".join(self.reasons[:MOST_REASONS])
        more = len(self.reasons) - MOST_REASONS
        return f"{', '.join(self.triggers)} of {self.watched}: {told}" + (
            f"; and {more} more" if more > 0 else ""
        )

    def to_json(self) -> str:
        """Return it as text."""
        return write_formatted(asdict(self), FORMAT)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text that `to_json` wrote.

        Raises:
            ValueError: It is not JSON, or of another format.
        """
        content = read_formatted(text, FORMAT)
        notes = tuple(Note(**{**n, "columns": tuple(n["columns"])}) for n in content["notes"])
        told = {name: tuple(content[name]) for name in ("triggers", "reasons")}
        return cls(**{**content, **told, "notes": notes})

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read the file that `plan_retraining` wrote.

        Raises:
            InputError: It is none.
        """
        try:
            return cls.parse(Path(path).read_text("utf-8"))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path} is not what plan_retraining of this version wrote ({error}): pass its "
                "output `plan`."
            ) from error
