"""The decision how the numbers of a column are written: their unit, and what is before decimals."""

from collections import Counter
from dataclasses import replace

from components.ingest_table.candidates import (
    NEARLY_ALL,
    Candidate,
    Sorts,
    count_of,
    first_of,
    is_share,
    remark_on,
)
from components.ingest_table.sorts import Kind, Sort
from components.shared.tables.number_grammar import LETTER_MEASURES, MEASURES, SCALES
from components.shared.tables.readings import Decimal, Reading, Remark


def number_candidate(text: Reading, values: Sorts) -> Candidate:
    """Return how the numbers among the texts of a column are read.

    Args:
        text: How the column is read as text.
        values: The sorts of its texts, without those that stand for a missing value.
    """
    numbers = {sort: seen for sort, seen in values.items() if sort.kind == "number"}
    scaled = _is_scaled(numbers)
    numbers = {sort: seen for sort, seen in numbers.items() if scaled or not sort.scaled}
    unit = _unit(numbers)
    numbers = {sort: seen for sort, seen in numbers.items() if _in_unit(sort, unit)}
    decimal, assumed = _decimal(text.column, numbers)
    against = "," if decimal == "." else "."
    fitting = {sort: seen for sort, seen in numbers.items() if sort.mark != against}
    # Nobody but who writes numbers so writes 1E5 and 3E2 alone.
    scientific = not numbers and all(
        sort.mark == "e" for sort in values if sort.kind in ("packed", "long", "code")
    )
    whole = unit != "%" and not scientific and all(_is_whole(sort, decimal) for sort in fitting)
    # Codes have no decimals: among numbers with decimals, long ones are just large.
    packed: tuple[Kind, ...] = ("long", "packed")
    forbidden: tuple[Kind, ...] = ("code", *packed) if whole else ("code",)
    also = () if whole else packed
    return Candidate(
        replace(
            text, type="integer" if whole else "float", decimal=decimal, unit=unit, scaled=scaled
        ),
        lambda sort: sort in fitting or sort.kind in also,
        "numbers",
        forbidden=forbidden,
        remarks=(*assumed, *_units(text.column, fitting, unit)),
    )


def _is_scaled(numbers: Sorts) -> bool:
    """Tell whether letters such as k multiply numbers, or tell 14 and 14B apart.

    They multiply where some number with one has decimals or a currency, or nearly all have one,
    which is not B alone.
    """
    scaled = {sort: seen for sort, seen in numbers.items() if sort.scaled}
    if any(sort.unit or sort.mark in (".", ",") for sort in scaled):
        return True
    of_billions = {sort.scaled for sort in scaled} <= {SCALES["B"]}
    return not of_billions and is_share(count_of(scaled), count_of(numbers), NEARLY_ALL)


def _units(column: str, numbers: Sorts, unit: str) -> list[Remark]:
    """Say which measure was left out, and that letters multiply."""
    remarks = []
    measured = first_of(numbers, lambda sort: sort.unit == unit)
    if (unit in MEASURES or unit in LETTER_MEASURES) and measured.count:
        message = f"{unit!r} at its numbers was left out"
        remarks.append(remark_on(column, "units", message, measured))
    scaled = first_of(numbers, lambda sort: sort.scaled != "")
    if scaled.count:
        message = "letters after numbers multiply them"
        remarks.append(remark_on(column, "units", message, scaled))
    return remarks


def _unit(numbers: Sorts) -> str:
    """Return the unit that most numbers can have: those without one have any currency."""
    counts = Counter[str]()
    for sort, seen in numbers.items():
        counts[sort.unit] += seen.count
    plain = counts[""]
    able = {unit: count + (plain if unit not in ("", "%") else 0) for unit, count in counts.items()}
    return max(sorted(able), key=able.__getitem__, default="")


def _in_unit(sort: Sort, unit: str) -> bool:
    return sort.unit == unit or (sort.unit == "" and unit != "%")


def _is_whole(sort: Sort, decimal: Decimal) -> bool:
    return sort.whole and sort.mark != f"?{decimal}"


def _decimal(column: str, numbers: Sorts) -> tuple[Decimal, tuple[Remark, ...]]:
    """Find out what stands before the decimals of a column's numbers.

    A mark that cannot separate thousands in some value stands before decimals in all of them.
    Where each value can be read in both ways (`2.984`), the mark separates thousands if the
    numbers without it all have at most three digits, and if there are any; else a point stands
    before decimals, and a comma separates thousands. That is an assumption, and said.
    """
    counts = Counter[str]()
    for sort, seen in numbers.items():
        counts[sort.mark] += seen.count
    if counts["."] != counts[","]:
        return (".", ()) if counts["."] > counts[","] else (",", ())
    if not counts["?."] and not counts["?,"]:
        return ".", ()
    unmarked = [sort for sort in numbers if sort.whole and not sort.mark]
    separates = bool(unmarked) and not any(sort.large for sort in unmarked)
    points = counts["?."] > 0
    if points and counts["?,"]:
        decimal: Decimal = "."
    elif points:
        decimal = "," if separates else "."
    else:
        decimal = "," if unmarked and not separates else "."
    undecided = first_of(numbers, lambda sort: sort.mark.startswith("?"))
    mark = "point" if points else "comma"
    thousands = decimal != ("." if points else ",")
    role, other = ("separates thousands", "stands before decimals")
    if not thousands:
        role, other = other, role
    message = (
        f"the {mark} in numbers such as {undecided.text!r} (data row {undecided.row:,}) {role}, as "
        f"was assumed: no value shows whether it {other}"
    )
    return decimal, (
        Remark(column, "decimals", message, undecided.count, undecided.text, undecided.row),
    )
