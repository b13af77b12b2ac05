"""How an estimator was chosen among candidates: what `choose_estimator` writes and others read.

Imports the standard library only: who shows a model need not load what trained it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from components.shared.errors import InputError
from components.shared.formatted_json import read_formatted, write_formatted

FORMAT: Final = 1


@dataclass(frozen=True)
class CandidateRecord:
    """A candidate, and what it reached.

    Attributes:
        name: Its name in the table of candidates.
        estimator: Name in the allow-list.
        hyperparameters: Those that differ from the defaults.
        value: Mean of the metric over the folds; None where it was not measured.
        low: Lower end of its interval.
        high: Upper end.
        remark: What became of it: chosen, why not, or why it was not tried.
        trial: Its number among the trials of tuning; 0 for a default.
    """

    name: str
    estimator: str
    hyperparameters: Mapping[str, Any]
    value: float | None
    low: float | None
    high: float | None
    remark: str
    trial: int = 0

    @property
    def described(self) -> str:
        """The estimator; of a trial with what was tried."""
        if not self.trial:
            return self.estimator
        tried = ", ".join(f"{name} {value}" for name, value in self.hyperparameters.items())
        return f"{self.estimator}: {tried}"


@dataclass(frozen=True)
class ChoiceRecord:
    """How an estimator was chosen.

    Attributes:
        estimator: The one that was chosen.
        hyperparameters: Its hyper-parameters.
        metric: By which metric of the training rows; empty where it was named by the user.
        direction: `greater` or `less`: which is better.
        folds: How many.
        rows: Training rows that the candidates were compared on.
        of_rows: Training rows that there are.
        confidence: Coverage of the intervals.
        time_budget: Seconds of one core that the choice was to take at the most.
        reason: Why this one, as a sentence.
        candidates: All defaults and the best trials, the best first.
        trials: How many trials of further hyper-parameters were made.
        stopped: How many of them fell behind before the last fold, and stopped.
    """

    estimator: str
    hyperparameters: Mapping[str, Any]
    metric: str
    direction: str
    folds: int
    rows: int
    of_rows: int
    confidence: float
    time_budget: float
    reason: str
    candidates: tuple[CandidateRecord, ...]
    trials: int = 0
    stopped: int = 0

    @property
    def rows_told(self) -> str:
        """How many of the training rows the candidates were compared on, in words."""
        if self.rows == self.of_rows:
            return f"all {self.rows:,} training rows"
        return f"{self.rows:,} of the {self.of_rows:,} training rows"

    @property
    def tuning(self) -> str:
        """What is to be said of the trials; nothing where there were none."""
        if not self.trials:
            return ""
        told = f"{self.trials} {'trial' if self.trials == 1 else 'trials'} of hyper-parameters"
        return f"{told}, {self.stopped} stopped early" if self.stopped else told

    @property
    def tuning_shown(self) -> str:
        """The same beside the candidates, where trials may be that are not among them."""
        shown = sum(each.trial > 0 for each in self.candidates)
        if shown == 0 or shown == self.trials - self.stopped:
            return self.tuning
        return f"{self.tuning}; the best {'is' if shown == 1 else 'are'} shown"

    def content(self) -> dict[str, Any]:
        """Return what JSON holds of it."""
        return asdict(self)

    def to_json(self) -> str:
        """Return it as text: keys sorted, and a line feed at its end."""
        return write_formatted(self.content(), FORMAT)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text that `to_json` wrote.

        Raises:
            ValueError: It is not JSON, or of another format.
        """
        content = read_formatted(text, FORMAT)
        return cls.of(content)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Take it from what `content` returned, after JSON."""
        candidates = tuple(CandidateRecord(**each) for each in content["candidates"])
        return cls(**{**content, "candidates": candidates})


def read_choice(path: str | Path) -> ChoiceRecord:
    """Read the file that `choose_estimator` wrote.

    Raises:
        InputError: It is none.
    """
    try:
        return ChoiceRecord.parse(Path(path).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not what choose_estimator writes ({error}): pass its `choice` of the "
            "same version."
        ) from error
