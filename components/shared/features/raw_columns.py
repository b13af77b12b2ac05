"""What a model remembers of its raw columns, to read later values as those of training were.

Without a value to read, it needs the standard library alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

from components.shared.errors import RefusedValueError
from components.shared.tables.boolean_texts import BOOLEANS
from components.shared.tables.readings import Reading

if TYPE_CHECKING:
    from components.shared.tables.column_types import ColumnType

MOST_STRAYS: Final = 0.05
"""Share of texts that may be none of their column's type, and count as missing, as in training."""
NUMBERS: Final = frozenset({"integer", "float"})
MOST_SHOWN: Final = 60
"""Characters of a value that a message shows at the most: some are whole documents."""


def shown(value: object) -> str:
    """Return a value as a message shows it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def number_of(text: str) -> float | None:
    """Return the finite number that a text is, if it is one."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


@dataclass(frozen=True)
class RawColumn:
    """What a model remembers of one column.

    Attributes:
        column: Its name.
        type: The type that it had in training.
        reading: How its texts were read; None where they were no texts.
        texts: For a column of texts, those of training that are numbers, or true or false.
    """

    column: str
    type: "ColumnType"
    reading: Reading | None = None
    texts: tuple[str, ...] = ()

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Self:
        """Return the column that `dataclasses.asdict` made this content of."""
        reading = content.get("reading")
        if reading is not None:
            lists = {name: tuple(reading.get(name, ())) for name in ("missing", "kept")}
            reading = Reading(**{**reading, **lists})
        return cls(content["column"], content["type"], reading, tuple(content["texts"]))

    @cached_property
    def number_texts(self) -> dict[float, str]:
        """The texts that are numbers, by the number; empty for two, such as 7 and 07."""
        found: dict[float, str] = {}
        for text in self.texts:
            if (number := number_of(text)) is not None:
                found[number] = "" if number in found else text
        return found

    @cached_property
    def boolean_texts(self) -> dict[bool, str]:
        """The texts that are true or false, by what they are."""
        return {BOOLEANS[t.casefold()]: t for t in self.texts if t.casefold() in BOOLEANS}

    @property
    def parts_by_points(self) -> bool:
        """Whether its numbers are whole, and a point in them separated thousands."""
        by_point = self.reading is not None and self.reading.decimal == ","
        return by_point and self.type == "integer"

    def spelt(self, value: object, row: int) -> str | None:
        """Return the text that training had for a number or a boolean.

        Args:
            value: A value of Python's own types.
            row: Number of the row, counted from 1.

        Raises:
            RefusedValueError: Training cannot have had one for it, or had several.
        """
        if isinstance(value, bool):
            if value not in self.boolean_texts:
                raise self.refused(value, row)
            return self.boolean_texts[value]
        number = as_number(value)
        if number is None:
            raise self.refused(value, row)
        if math.isnan(number):
            return None
        # Without a number in training, and of two spellings, it cannot be known which is meant.
        if not self.number_texts or self.number_texts.get(number) == "":
            raise self.refused(value, row)
        plain = str(int(number)) if number.is_integer() else repr(number)
        return self.number_texts.get(number, plain)

    def refused(self, value: object, row: int) -> RefusedValueError:
        """Return the error for a value that the column could not have had."""
        return RefusedValueError(
            f"The column {self.column!r} has the value {shown(value)}, but the model was trained "
            f"on {self.type} values of it: convert the column, or give its values as the texts "
            f"that the training table had. It stands in row {row:,}.",
            self.column,
            row,
        )

    def infinite(self, row: int) -> RefusedValueError:
        """Return the error for a number without end."""
        return RefusedValueError(
            f"The column {self.column!r} is infinite in row {row:,}: "
            "give a number, or none where it is not known.",
            self.column,
            row,
        )

    def strays(self, count: int, first: object, row: int) -> str:
        """Return the warning for a few texts that are no values of the column.

        Args:
            count: How many there are.
            first: The first of them.
            row: Where it stands.
        """
        return (
            f"{count:,} values of the column {self.column!r} are no {self.type} values and "
            f"count as missing, the first being {shown(first)} in row {row:,}."
        )


def as_number(value: object) -> float | None:
    """Return a value as a float, infinite where it is too large for one; None for no number."""
    if not isinstance(value, int | float | Decimal):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
