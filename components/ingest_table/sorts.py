"""Sorts of texts in a column.

Texts of one sort are read alike by every reading, so that the counts of the sorts are all that a
decision needs: it cannot depend on the order of the rows.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from components.shared.tables.readings import DateOrder

ORDERS: Final[tuple[DateOrder, ...]] = ("day first", "month first", "year first")
"""The orders that numbers of a date may stand in; of those that fit as well, the first is taken."""

Kind = Literal[
    "missing",
    "symbol",
    "boolean",
    "number",
    "code",
    "long",
    "packed",
    "moment",
    "clock",
    "beyond",
    "zero year",
    "signs",
    "not known",
    "other",
]


class Sort(NamedTuple):
    """A sort of texts.

    Attributes:
        kind: `missing` (a word or a marker of the user's), `symbol` (for a missing value, perhaps),
            `boolean`, `number`, `code` (a number with needless zeros), `long` (a whole number
            beyond 64 bits), `packed` (a number such as 12E03, or a code), `moment` (a date, with a
            time or not), `clock` (a time without a date), `beyond` (a date of a year beyond 9999),
            `zero year` (a date of the year 0), `signs` (neither letters nor digits), `not known`
            (a word that says so), or `other`.
        text: The text itself, for missing, symbol, not known, and signs of a few characters.
        unit: The currency, % or measure of a number.
        scaled: What multiplies it, such as e3 for k.
        mark: What shows in a number: `.` or `,` if it must stand before decimals, `?.` or `?,` if
            it may also separate thousands, `` if there is none; `e` in a packed one such as 3E5.
        whole: Whether a number has neither decimals nor an exponent, its mark aside.
        large: Whether a number has more than three digits in a row.
        orders: In which orders the numbers of a date can be read: `day first`, `month first` and
            `year first`, those that hold; empty if the order shows.
        dotted: Whether points separate these numbers.
        timed: Whether a moment has a time.
        zoned: Whether it has a zone.
        two_digits: Whether its year has two digits.
        month: Whether it is a month, without a day.
    """

    kind: Kind
    text: str = ""
    unit: str = ""
    scaled: str = ""
    mark: str = ""
    whole: bool = False
    large: bool = False
    orders: str = ""
    dotted: bool = False
    timed: bool = False
    zoned: bool = False
    two_digits: bool = False
    month: bool = False


@dataclass(frozen=True)
class Seen:
    """How often something was seen, and where first.

    Attributes:
        count: Number of rows.
        row: Number of the first of them, counted from 1.
        text: The text in it.
    """

    count: int
    row: int
    text: str

    def __add__(self, other: "Seen") -> "Seen":
        first = min(self, other, key=lambda seen: seen.row)
        return Seen(self.count + other.count, first.row, first.text)
