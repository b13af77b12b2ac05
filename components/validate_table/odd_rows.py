"""Rows that are none: totals at the end of a table, and its header once more."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from components.shared.reports.number_text import counted_rows
from components.validate_table.column_statistics import ColumnStatistics
from components.validate_table.warnings import TableWarning

TOTAL: Final = re.compile(
    r"(grand |sub-?|overall )?totals?(:.*)?|sums?|average|overall|gesamt(summe)?|summe",
    re.IGNORECASE,
)
MOST_COLUMNS: Final = 50


def odd_row_warnings(
    table: str | Path, statistics: Sequence[ColumnStatistics]
) -> list[TableWarning]:
    """Name a last row that seems to hold totals, and rows with the names of the columns.

    Its texts tell: among numbers such a text is a stray, and said. Of 1,781 public tables, none
    is named.
    """
    names = [column.name for column in statistics if column.type == "string"][:MOST_COLUMNS]
    if not names:
        return []
    others = [column.name for column in statistics if column.name not in names][:MOST_COLUMNS]
    rows = pl.scan_parquet(table).select(*others, pl.col(names).cast(pl.String))
    lazy = rows.select(names)
    # A name among numbers is a stray, which was taken for missing.
    is_header = pl.all_horizontal(
        *(pl.col(name) == name for name in names), *(pl.col(name).is_null() for name in others)
    )
    # The first column alone mostly tells that there is none.
    headers = rows.filter(pl.col(names[0]) == names[0]).filter(is_header)
    repeated = headers.select(pl.len()).collect(engine="streaming").item()
    warnings = []
    if repeated:
        warnings.append(
            TableWarning(
                None,
                f"{counted_rows(repeated)} with the names of the columns for their values, as "
                "where tables were put together: remove them",
            )
        )
    last = lazy.tail(1).collect(engine="streaming").row(0, named=True)
    totals = {name: text for name, text in last.items() if text and TOTAL.fullmatch(text.strip())}
    for name, text in totals.items():
        if lazy.select((pl.col(name) == text).sum()).collect(engine="streaming").item() == 1:
            message = f"has {text!r} in the last row: if that holds totals, remove it"
            warnings.append(TableWarning(name, message))
    return warnings
