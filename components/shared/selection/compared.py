"""What was compared, on how many rows: all that a decision needs beside what was reached."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from components.shared.evaluation.metrics import LEAST_ROWS, REGRESSION
from components.shared.reports.number_text import counted_rows
from components.shared.selection.candidates import Candidate


@dataclass(frozen=True)
class Sizes:
    """How many rows there are to compare by.

    Attributes:
        rarest: Rows of the rarest class; of a regression all.
        deciding: Rows beside those of the commonest class; of a regression all. A class of few
            rows among several leaves enough to compare by.
        label: The rarest class; None for a regression.
    """

    rarest: int
    deciding: int
    label: Any = None

    @classmethod
    def of(cls, target: NDArray[Any], task: str) -> Self:
        """Count the rows of a target, shape (rows,)."""
        if task == REGRESSION:
            return cls(len(target), len(target))
        labels, counts = np.unique(target, return_counts=True)
        rarest, beside = counts.argmin(), counts.sum() - counts.max()
        return cls(int(counts[rarest]), int(beside), labels.tolist()[rarest])

    def told(self) -> str:
        """Return what is few, as the subject of a sentence."""
        named = "" if self.label is None else f" of the class {self.label!r}"
        return f"{counted_rows(self.rarest)}{named}"


@dataclass(frozen=True)
class Compared:
    """What was compared, on how many rows.

    Attributes:
        task: Resolved task.
        metric: Name of the metric.
        folds: How many folds there are; 0 where none could be cut.
        sizes: How many rows there are to compare by.
        rows: How many rows the folds have.
        of_rows: How many there are to train on.
        time_budget: Seconds of one core that the defaults may take.
        cheapest: What is taken where nothing can be compared.
        left_out: Those that were not tried, with the reason.
        notes: What was not done, a sentence each.
    """

    task: str
    metric: str
    folds: int
    sizes: Sizes
    rows: int
    of_rows: int
    time_budget: float
    cheapest: Candidate
    left_out: tuple[tuple[Candidate, str], ...]
    notes: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether the folds have all rows."""
        return self.rows == self.of_rows

    @property
    def few(self) -> bool:
        """Whether there are too few rows to tell candidates apart by them."""
        return self.whole and self.sizes.deciding < LEAST_ROWS
