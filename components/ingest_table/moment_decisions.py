"""The decision how the dates and times of a column are written: in which order, with a time."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from components.ingest_table.candidates import Candidate, Sorts, count_of, first_of, remark_on
from components.ingest_table.sorts import ORDERS
from components.shared.reports.number_text import counted_rows
from components.shared.tables.readings import DateOrder, Reading, Remark

PATTERN_OF_ORDER: Final[dict[DateOrder, str]] = {
    "day first": "day/month/year",
    "month first": "month/day/year",
    "year first": "year/month/day",
}


def moment_candidate(text: Reading, values: Sorts) -> Candidate:
    """Return how the dates among the texts of a column are read.

    Of the orders that numbers of a date may stand in, the one is taken that most dates fit.

    Args:
        text: How the column is read as text.
        values: The sorts of its texts, without those that stand for a missing value.
    """
    moments = {sort: seen for sort, seen in values.items() if sort.kind == "moment"}
    fitting_by_order = {
        order: {
            sort: seen for sort, seen in moments.items() if not sort.orders or order in sort.orders
        }
        for order in ORDERS
    }
    # Of orders that fit equally many values, the first is taken.
    order = max(ORDERS, key=lambda order: count_of(fitting_by_order[order]))
    fitting = fitting_by_order[order]
    timed = any(sort.timed for sort in fitting)
    reading = replace(
        text,
        type="datetime" if timed else "date",
        order=order if any(sort.orders for sort in fitting) else "",
    )
    assumed = [
        other
        for other in ORDERS
        if other != order and count_of(fitting_by_order[other]) == count_of(fitting)
    ]
    return Candidate(
        reading,
        lambda sort: sort in fitting,
        "dates",
        excused=("zero year",),
        forbidden=("beyond",),
        remarks=_moment_remarks(text.column, fitting, reading, assumed),
    )


def _moment_remarks(
    column: str, moments: Sorts, reading: Reading, against: Sequence[DateOrder]
) -> tuple[Remark, ...]:
    remarks = []
    # With points between them, nobody writes the month first.
    undecided = first_of(moments, lambda sort: bool(sort.orders) and not sort.dotted)
    if reading.order and against and undecided.count:
        message = (
            f"{PATTERN_OF_ORDER[reading.order]} was assumed, as no value shows which order it is "
            f"(the first: {undecided.text!r} in data row {undecided.row:,}); if it is "
            f"{PATTERN_OF_ORDER[against[0]]}, --column-types "
            f"{column}={reading.type}:{_pattern(undecided.text, against[0])}"
        )
        remarks.append(
            Remark(column, "order", message, undecided.count, undecided.text, undecided.row)
        )
    short = first_of(moments, lambda sort: sort.two_digits)
    if short.count:
        message = "years of two digits were read as 1969 to 2068"
        remarks.append(remark_on(column, "years", message, short))
    month = first_of(moments, lambda sort: sort.month)
    if month.count:
        remarks.append(remark_on(column, "months", "months were read as their first day", month))
    zoned = first_of(moments, lambda sort: sort.zoned)
    local = first_of(moments, lambda sort: sort.timed and not sort.zoned)
    if zoned.count and local.count:
        message = (
            f"times without a zone, in {counted_rows(local.count)}, were taken for UTC beside "
            "those with one"
        )
        remarks.append(remark_on(column, "zones", message, local))
    return tuple(remarks)


def _pattern(text: str, order: DateOrder) -> str:
    """Return the `strptime` form of a date of numbers in this order, with a time or not."""
    numbers = re.findall(r"\d+|[^\d]+", text)
    year = "%y" if len(numbers[4]) == len("24") or order == "year first" else "%Y"
    day_month_year = {"day first": ("%d", "%m", year), "month first": ("%m", "%d", year)}
    first, second, third = day_month_year.get(order, (year, "%m", "%d"))
    date = f"{first}{numbers[1]}{second}{numbers[3]}{third}"
    if ":" not in text:
        return date
    clock = "%H:%M:%S" if text.count(":") == 2 else "%H:%M"
    if text[-1] in "mM.":
        clock = clock.replace("%H", "%I") + " %p"
    return f"{date}{numbers[5]}{clock}"


def clock_candidate(text: Reading, values: Sorts) -> Candidate:
    """Return how times without a date are read, see `moment_candidate`."""
    seen = first_of(values, lambda sort: sort.kind == "clock")
    message = "times without a date are counted from 1970-01-01"
    return Candidate(
        replace(text, type="datetime", order="time of day"),
        lambda sort: sort.kind == "clock",
        "times",
        remarks=(remark_on(text.column, "clock", message, seen),),
    )
