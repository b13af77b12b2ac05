"""What a way is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from tests.benchmarks.quality.answer import Answer
from tests.benchmarks.quality.question import Question


@dataclass(frozen=True)
class Way:
    """A way of coming from a table to predictions.

    Attributes:
        name: Its name.
        fit: Answers a question; raises `WayFailedError` where it has no answer.
        budget_of: The way whose seconds on the same rows are its time budget, if it asks for one.
    """

    name: str
    fit: Callable[[Question], Answer]
    budget_of: Self | None = None
