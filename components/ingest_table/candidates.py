"""Ways to read a column, and what of its texts they have values for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from components.ingest_table.sorts import Kind, Seen, Sort
from components.shared.tables.readings import Reading, Remark, RemarkKind

NEARLY_ALL: Final = (19, 20)
"""At least 95 % of a column's values must be numbers, or dates; a fraction, so that no rounding
decides."""

NO_VALUES: Final[tuple[Kind, ...]] = ("not known", "signs")
"""Kinds of texts that are no values among numbers or dates."""

Sorts = Mapping[Sort, Seen]


@dataclass(frozen=True)
class Candidate:
    """A way to read a column.

    Attributes:
        reading: How.
        fits: Which sorts of texts it has values for.
        called: What its values are called.
        share: What share of the values must fit.
        excused: Kinds of texts that do not count, though it has no values for them.
        words: Whether words such as unknown stand for a missing value among these values.
        forbidden: Kinds of texts that show that it is wrong, however few they are.
        remarks: What was assumed.
    """

    reading: Reading
    fits: Callable[[Sort], bool]
    called: str
    share: tuple[int, int] = NEARLY_ALL
    excused: tuple[Kind, ...] = ()
    words: bool = True
    forbidden: tuple[Kind, ...] = ()
    remarks: tuple[Remark, ...] = ()


def count_of(sorts: Sorts, fits: Callable[[Sort], bool] = lambda _: True) -> int:
    """Return how many texts are of sorts that fit."""
    return sum(seen.count for sort, seen in sorts.items() if fits(sort))


def is_share(part: int, whole: int, share: tuple[int, int]) -> bool:
    """Tell whether a part is at least that share of the whole."""
    return part * share[1] >= whole * share[0]


def is_no_value(sort: Sort) -> bool:
    """Tell whether texts are words or signs that, among numbers or dates, say there is none."""
    return sort.kind in NO_VALUES and sort.text != ""


def first_of(sorts: Sorts, fits: Callable[[Sort], bool]) -> Seen:
    """Return how often texts were seen that fit, and the first of them."""
    fitting = [seen for sort, seen in sorts.items() if fits(sort)]
    return sum(fitting[1:], fitting[0]) if fitting else Seen(0, 0, "")


def remark_on(column: str, kind: RemarkKind, message: str, seen: Seen) -> Remark:
    """Return a remark on a column that ends with the first text that it is about, and its row."""
    told = f"{message} (the first: {seen.text!r} in data row {seen.row:,})"
    return Remark(column, kind, told, seen.count, seen.text, seen.row)
