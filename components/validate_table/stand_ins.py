"""Numbers and dates that may stand for a missing value or for something else: hints at options."""

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from components.shared.reports.number_text import counted_rows
from components.validate_table.column_statistics import ColumnStatistics, first_texts
from components.validate_table.warnings import TableWarning

NINES: Final = re.compile(r"-9|-?99+")
NO_DATES: Final = frozenset(
    datetime.date(*parts)
    for parts in (
        *((1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1970, 1, 1)),
        *((2099, 12, 31), (2999, 12, 31), (9999, 12, 31)),
    )
)
"""Dates that programs write for none: the first ones of calendars, and those that never come."""

LEAST_ROWS: Final = 2
FIRST_DATE: Final = 19000101
LAST_DATE: Final = 21001231
WHOLE_DATE: Final = r"^[0-9]{8}$"
SHORT_DATE: Final = r"^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2}$"
"""A date such as 29.2.24, which might be a version."""


def stand_in_warnings(
    table: str | Path, statistics: Sequence[ColumnStatistics]
) -> list[TableWarning]:
    """Name the columns of which an extreme value may stand for a missing one.

    It is one of nines, such as -999, or a date that programs write for none, is there more than
    once, and is as far from the nearest other value as these are from one another at most. Of 12
    columns that it names in 1,781 public tables, 11 have such values, and one has the year 99.
    """
    found = [(column, _extremes(column)) for column in statistics]
    suspects = [(column, extremes) for column, extremes in found if extremes]
    if not suspects:
        return []
    measures: dict[str, pl.Expr] = {}
    for number, (column, extremes) in enumerate(suspects):
        value = pl.col(column.name)
        others = value.filter(~value.is_in(extremes))
        measures |= {f"{number} low": others.min(), f"{number} high": others.max()}
        for place, extreme in enumerate(extremes):
            measures[f"{number} {place}"] = (value == extreme).sum()
    lazy = pl.scan_parquet(table)
    measured = lazy.select(**measures).collect(engine="streaming").row(0, named=True)
    warnings = []
    for number, (column, extremes) in enumerate(suspects):
        low, high = measured[f"{number} low"], measured[f"{number} high"]
        warnings += [
            TableWarning(column.name, _told(extreme, measured[f"{number} {place}"], low, high))
            for place, extreme in enumerate(extremes)
            if measured[f"{number} {place}"] >= LEAST_ROWS and _is_far(extreme, low, high)
        ]
    return warnings


def _extremes(column: ColumnStatistics) -> list[Any]:
    """Return the least and the greatest value, as far as they may stand for a missing one."""
    if column.type in ("integer", "float"):
        return [
            value
            for value in (column.minimum, column.maximum)
            if isinstance(value, int | float) and NINES.fullmatch(f"{value:g}")
        ]
    return [value for value in (column.minimum, column.maximum) if _day(value) in NO_DATES]


def _day(value: object) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date() if value.time() == datetime.time() else None
    return value if isinstance(value, datetime.date) else None


def _is_far(extreme: Any, low: Any, high: Any) -> bool:
    if low is None:
        return False
    return bool(extreme > high and extreme - high >= high - low) or bool(
        extreme < low and low - extreme >= high - low
    )


def _told(extreme: Any, rows: int, low: Any, high: Any) -> str:
    shown, first, last = (
        f"{value:g}" if isinstance(value, float) else str(value) for value in (extreme, low, high)
    )
    return (
        f"has {shown} in {counted_rows(rows)}, far from all other values ({first} to {last}): "
        f"if it stands for a missing value, --missing-values {shown.removesuffix(' 00:00:00')}"
    )


def date_warnings(table: str | Path, statistics: Sequence[ColumnStatistics]) -> list[TableWarning]:
    """Name the columns of whole numbers, or of texts, that may be dates: 20240229 or 29.2.24.

    None of 3,560 columns of texts in 2,191 public tables is named.
    """
    numbers = [
        column.name
        for column in statistics
        if column.type == "integer"
        and column.distinct > 1
        and FIRST_DATE <= int(str(column.minimum)) <= int(str(column.maximum)) <= LAST_DATE
    ]
    texts = [
        column.name for column in statistics if column.type == "string" and column.distinct > 1
    ]
    return [
        *_dates_among(table, numbers, WHOLE_DATE, "%Y%m%d", "whole numbers", "numbers"),
        *_dates_among(
            table, _begin_with_dates(table, texts), SHORT_DATE, "%d.%m.%y", "texts", "texts"
        ),
    ]


def _begin_with_dates(table: str | Path, names: Sequence[str]) -> list[str]:
    """Name the columns whose first text is such a date, or is not among the first rows."""
    if not names:
        return []
    found = {column.name: column.drop_nulls().head(1) for column in first_texts(table, names)}
    return [name for name, text in found.items() if text.str.contains(SHORT_DATE).all()]


def _dates_among(
    table: str | Path, names: Sequence[str], written: str, form: str, called: str, taken: str
) -> list[TableWarning]:
    """Name those of the columns of which every value is a date that is written so."""
    if not names:
        return []
    texts = pl.col(names).cast(pl.String).str.strip_chars()
    dates = texts.filter(texts.str.contains(written)).str.to_date(form, strict=False)
    lost = texts.count() - dates.count()
    found = pl.scan_parquet(table).select(lost).collect(engine="streaming").row(0, named=True)
    return [
        TableWarning(
            name,
            f"has {called} that are dates, and are taken for {taken}: to read them as dates, "
            f"--column-types {name}=date:{form}",
        )
        for name in names
        if not found[name]
    ]
