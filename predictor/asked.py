"""What `POST /predict` is asked: rows, and what else is wished."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any, Final

from components.shared.features.raw_columns import shown
from predictor.errors import InvalidRequestError, RefusedRowError, TooLargeError
from predictor.scorer import Row

WISHES: Final = frozenset({"rows", "explain", "threshold"})


@dataclass(frozen=True)
class Columns:
    """The columns that rows have.

    Attributes:
        read: What the model reads: every row has these.
        ignored: What was in the training table besides, and may be given.
    """

    read: Set[str]
    ignored: Set[str]

    def check(self, rows: list[Any]) -> None:
        """Make sure that every row has the columns that it must have, and no unknown one.

        Raises:
            RefusedRowError: It is not so; the message names column and row.
        """
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                raise RefusedRowError(
                    f"row {number} is no record: give an object from column to value", None, number
                )
            if row.keys() != self.read:
                self._explain(row, number)

    def _explain(self, row: Row, number: int) -> None:
        for name in self.read - row.keys():
            raise RefusedRowError(
                f"row {number} lacks the column {name!r}: give null where its value is not known",
                name,
                number,
            )
        for name in row:
            if name not in self.read and name not in self.ignored:
                raise RefusedRowError(
                    f"row {number} has the column {shown(name)}, which was not in the training "
                    "table: leave it out, or correct its name",
                    name,
                    number,
                )


@dataclass(frozen=True)
class Asked:
    """What a request asks.

    Attributes:
        rows: The rows, whose columns were checked.
        explain: Whether each prediction is to be explained.
        threshold: Probability from which the second of two classes is predicted; None: the more
            probable one.
    """

    rows: list[Row]
    explain: bool = False
    threshold: float | None = None


def read_asked(content: Any, columns: Columns, most_rows: int) -> Asked:
    """Read the JSON of a request: an object with `rows`, or the rows alone.

    Raises:
        InvalidRequestError: It is neither, or a wish is none that there is.
        TooLargeError: There are more rows than one request may have.
        RefusedRowError: A row lacks a column, or has an unknown one.
    """
    if isinstance(content, list):
        content = {"rows": content}
    if not isinstance(content, dict) or not isinstance(content.get("rows"), list):
        raise InvalidRequestError('the body is no rows: send {"rows": [{"column": value, …}, …]}')
    if unknown := content.keys() - WISHES:
        raise InvalidRequestError(
            f"the body has the field {shown(min(unknown))}: there are {', '.join(sorted(WISHES))}"
        )
    explain, threshold = content.get("explain", False), content.get("threshold")
    if not isinstance(explain, bool):
        raise InvalidRequestError(f"explain is true or false, not {shown(explain)}")
    threshold = read_threshold(threshold)
    rows = content["rows"]
    check_count(len(rows), most_rows)
    columns.check(rows)
    return Asked(rows, explain, threshold)


def check_count(rows: int, most: int) -> None:
    """Make sure that there are rows, and not too many. Raises as `read_asked`."""
    if rows == 0:
        raise InvalidRequestError("there are no rows: give at least one")
    if rows > most:
        raise TooLargeError(
            f"there are {rows:,} rows, and one request may have {most:,}: send several, or "
            "set PREDICTOR_MAX_ROWS"
        )


def read_threshold(value: Any) -> float | None:
    """Return a threshold, None where there is none.

    Raises:
        InvalidRequestError: It is no probability.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidRequestError(f"threshold is a probability from 0 to 1, not {shown(value)}")
    return float(value)
