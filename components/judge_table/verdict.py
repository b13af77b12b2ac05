"""Whether a table is fit for use, and why not.

Imports the standard library only: commands that show a verdict load nothing for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from components.shared.evaluation.records import Performance
from components.shared.formatted_json import read_formatted, write_formatted
from components.shared.reports.notes import VIOLATION, Note

FORMAT: Final = 1


@dataclass(frozen=True)
class Verdict:
    """Whether a table is fit for use.

    Attributes:
        notes: What was found, each thing a `violation` or something to look at.
        rows: Rows of the table.
        model: The version that it was compared with, as `name version N`; None without one.
        performance: How the model does on it; None without a model or without labels.
    """

    notes: tuple[Note, ...]
    rows: int
    model: str | None = None
    performance: Performance | None = None

    @property
    def violations(self) -> tuple[Note, ...]:
        """What speaks against the table."""
        return tuple(note for note in self.notes if note.kind == VIOLATION)

    @property
    def remarks(self) -> tuple[Note, ...]:
        """What is to be looked at, and does not speak against it."""
        return tuple(note for note in self.notes if note.kind != VIOLATION)

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the table."""
        return not self.violations

    def figures(self) -> dict[str, float]:
        """Return what the dashboard shows as metrics."""
        told: dict[str, float] = {
            "violations": len(self.violations),
            "remarks": len(self.remarks),
        }
        if self.performance:
            name, before = self.performance.metric, self.performance.registered
            values = {name: self.performance.found, f"registered_{name}": before}
            told |= {
                key: each.value for key, each in values.items() if each and each.value is not None
            }
        return told

    def to_json(self) -> str:
        """Return it as text."""
        return write_formatted({"passed": self.passed, **asdict(self)}, FORMAT)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text that `to_json` wrote.

        Raises:
            ValueError: It is not JSON, or of another format.
        """
        content = read_formatted(text, FORMAT)
        performance = content["performance"]
        return cls(
            notes=_notes(content["notes"]),
            rows=content["rows"],
            model=content["model"],
            performance=performance and Performance.of(performance),
        )


def _notes(written: Sequence[Mapping[str, Any]]) -> tuple[Note, ...]:
    return tuple(Note(**{**note, "columns": tuple(note["columns"])}) for note in written)
