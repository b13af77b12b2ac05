"""What the server asks of whatever scores rows."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from components.shared.plans.explaining import Explanation
from components.shared.plans.scorer import Scores

__all__ = ["Explanation", "Row", "Scorer", "Scores", "refuse_strays"]

Row = Mapping[str, Any]
_STRAYS: Final = ".* count as missing"


class Scorer(Protocol):
    """Scores raw rows."""

    def score(self, rows: Sequence[Row]) -> Scores:
        """Return the predictions of rows, at least one.

        Raises:
            RefusedValueError: A value is none that its column could have had.
            UserWarning: The same, where `refuse_strays` was called.
        """

    def explain(self, rows: Sequence[Row]) -> Sequence[Explanation]:
        """Return an explanation for each row.

        Raises:
            UnsupportedError: The model cannot be explained.
            RefusedValueError: As `score`.
        """


def refuse_strays() -> None:
    """Have this process refuse each text that is no value of its column.

    Of many rows a few such texts count as missing, and a batch job is warned of them. Who sends
    rows to a server reads no warning, and is told as of a single row.
    """
    warnings.filterwarnings("error", message=_STRAYS)
