"""What the server asks of whatever scores rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Scores:
    """Predictions of rows.

    Attributes:
        predictions: A class label or a number for each row.
        probabilities: For each row that of each class, in the order of the classes; None for a
            regression.
    """

    predictions: list[Any]
    probabilities: list[list[float]] | None


@dataclass(frozen=True)
class Explanation:
    """Why a row was scored as it was.

    Attributes:
        base: What the model says on average.
        contributions: What each raw column adds to it.
    """

    base: Any
    contributions: Mapping[str, Any]


class Scorer(Protocol):
    """Scores raw rows."""

    def score(self, rows: Sequence[Row]) -> Scores:
        """Return the predictions of rows, at least one.

        Raises:
            RefusedRowError: A value is none that its column could have had.
        """

    def explain(self, rows: Sequence[Row]) -> Sequence[Explanation]:
        """Return an explanation for each row.

        Raises:
            UnsupportedError: The model cannot be explained.
            RefusedRowError: As `score`.
        """
