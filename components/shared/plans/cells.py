"""Single values of raw rows, read as `features.raw_rows` reads whole columns."""

import datetime
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from components.shared.features.raw_columns import MOST_STRAYS, NUMBERS, RawColumn, as_number
from components.shared.plans.single_texts import DAY, EPOCH, TextReader
from components.shared.tables.readings import Reading

MICROSECOND: Final = datetime.timedelta(microseconds=1)
UNIX: Final = datetime.datetime(1970, 1, 1)


@dataclass
class Where:
    """Where a batch is being read, and what was odd in it so far.

    Attributes:
        row: Number of the row, counted from 1.
        strays: By column, the texts that are no values of it, each with its row.
    """

    row: int = 1
    strays: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


Read = Callable[[Any, Where], Any]
"""From a raw value to a float, which is NaN for a missing one; to a text or None; or to a moment
in microseconds since 1970-01-01 or None. Raises RefusedValueError."""


def cell_reader(column: RawColumn) -> Read:
    """Return what reads the values of a column, one at a time."""
    if column.type == "string":
        return _Texts(column).read
    if column.type in NUMBERS or column.type == "boolean":
        return _Numbers(column).read
    return _Moments(column).read


def settle_strays(column: RawColumn, rows: Sequence[Mapping[str, Any]], where: Where) -> None:
    """Warn of the strays of a column, or refuse the first where they are too many.

    Raises:
        RefusedValueError: More than a twentieth of the column's texts are strays.
    """
    found = where.strays.get(column.column)
    if not found:
        return
    row, text = found[0]
    texts = sum(isinstance(record.get(column.column), str) for record in rows)
    if len(found) > MOST_STRAYS * texts:
        raise column.refused(text, row)
    warnings.warn(column.strays(len(found), text, row), stacklevel=3)


class _Cells:
    """What reads of all types share."""

    def __init__(self, column: RawColumn) -> None:
        self.column = column
        self.reader = TextReader(column.reading or Reading(column.column, column.type))
        named = column.reading is not None and bool(column.reading.missing)
        self.markers = self.reader.missing_values if named else frozenset()

    def _of_text(self, text: str, where: Where) -> Any:
        value = self.reader.read(text)
        if value is None and not self.reader.is_missing(text):
            where.strays.setdefault(self.column.column, []).append((where.row, text))
        return value


class _Numbers(_Cells):
    def read(self, value: Any, where: Where) -> float:
        value = _plain(value)
        if value is None:
            return math.nan
        if isinstance(value, str):
            read = self._of_text(value, where)
            number = math.nan if read is None else float(read)
        else:
            found = as_number(value)
            if found is None:
                raise self.column.refused(value, where.row)
            number = math.nan if found in self.markers else found
        self._check(number, value, where)
        return number

    def _check(self, number: float, value: Any, where: Where) -> None:
        if math.isinf(number):
            raise self.column.infinite(where.row)
        if math.isnan(number):
            return
        wrong = self.column.type == "boolean" and number not in (0, 1)
        # 2.984 may be 2984 with a point that another reader took for a decimal one.
        wrong = wrong or (self.column.parts_by_points and not number.is_integer())
        if wrong:
            raise self.column.refused(value, where.row)


class _Texts(_Cells):
    def read(self, value: Any, where: Where) -> str | None:
        value = _plain(value)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if isinstance(value, str):
            return value if self.column.reading is None else cast("str", self.reader.read(value))
        return self.column.spelt(value, where.row)


class _Moments(_Cells):
    def read(self, value: Any, where: Where) -> int | None:
        value = _plain(value)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if isinstance(value, str):
            return cast("int", self._of_text(value, where))
        if isinstance(value, datetime.datetime):
            if value.tzinfo is not None:
                value = value.astimezone(datetime.UTC).replace(tzinfo=None)
            moment = (value - UNIX) // MICROSECOND
        elif isinstance(value, datetime.date):
            moment = (value.toordinal() - EPOCH) * DAY
        else:
            raise self.column.refused(value, where.row)
        return None if moment in self.markers else moment


def _plain(value: Any) -> Any:
    """Return Python's own value for a scalar of NumPy's."""
    item = getattr(value, "item", None)
    return value if item is None else item()
