"""What the columns of a table are like: missing values, ranges, distinct values."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from components.shared.tables.column_types import ColumnType, column_types
from components.shared.tables.schema import Bound, ColumnRule, TableSchema

MAX_CATEGORIES = 50
HEAD_ROWS = 200_000
VALUES_AT_ONCE = 2_000_000
FIRST_ROWS = 100
COLUMNS_AT_ONCE = 100
"""Polars plans the measures of all columns of a wide table in the square of their number."""

EXACT_ROWS = 20_000
"""Up to so many rows distinct values are counted, which takes 2 ms a column."""

UNCERTAINTY = 0.8
"""Polars estimates distinct counts with an error of a few per cent; beyond this, it counts."""


@dataclass(frozen=True)
class ColumnStatistics:
    """What one column is like.

    Attributes:
        name: Its name.
        type: Its type.
        rows: Number of rows of the table.
        nulls: How many of them have no value; NaN counts as none.
        distinct: How many values differ.
        exact: Whether that was counted, as it is up to 50, in tables of at most 20,000 rows and
            where all might differ; else it is an estimate with an error of a few per cent.
        minimum: Least finite value of a number, date or datetime.
        maximum: Greatest finite value.
        infinite: How many values are infinite.
        categories: The values of a string column with how often each is there, the most frequent
            first; None for more than 50 of them.
    """

    name: str
    type: ColumnType
    rows: int
    nulls: int
    distinct: int
    exact: bool
    minimum: Bound
    maximum: Bound
    infinite: int
    categories: tuple[tuple[str, int], ...] | None

    @property
    def present(self) -> int:
        """Number of values that are there."""
        return self.rows - self.nulls

    @property
    def unique(self) -> bool:
        """Whether no value is there twice."""
        return self.present > 0 and self.exact and self.distinct == self.present


def first_texts(table: str | Path, names: Sequence[str]) -> pl.DataFrame:
    """Return the texts of these columns in the first rows of a Parquet file."""
    first = pl.scan_parquet(table).select(pl.col(names).cast(pl.String)).head(FIRST_ROWS)
    return first.collect(engine="streaming")


def column_statistics(table: str | Path) -> list[ColumnStatistics]:
    """Describe every column of a Parquet file, in bounded memory.

    An exact count of distinct values, where all of them might differ, takes some 20 bytes a row.
    """
    numbered = list(enumerate(column_types(table).items()))
    lazy = pl.scan_parquet(table)
    measured: dict[str, Any] = {}
    for start in range(0, len(numbered), COLUMNS_AT_ONCE):
        measured |= _measured(lazy, numbered[start : start + COLUMNS_AT_ONCE])
    described = []
    together = min(max(VALUES_AT_ONCE // max(measured["rows"], 1), 1), COLUMNS_AT_ONCE)
    for start in range(0, len(numbered), together):
        part = numbered[start : start + together]
        values = lazy.select(_column(name, kind) for _, (name, kind) in part)
        if together > 1:
            # Each scan reads the schema: one a column would take the square of their number.
            values = values.collect(engine="streaming").lazy()
        described += [
            _describe(values, name, kind, measured, str(number)) for number, (name, kind) in part
        ]
    return described


def _measured(lazy: pl.LazyFrame, columns: list[tuple[int, tuple[str, ColumnType]]]) -> Any:
    """Return the measures of columns by the column's number and the measure's name."""
    measures = [
        measure.alias(f"{number} {key}")
        for number, (name, kind) in columns
        for key, measure in _measures(_column(name, kind), kind).items()
    ]
    found = lazy.select(pl.len().alias("rows"), *measures).collect(engine="streaming")
    return found.row(0, named=True)


def _column(name: str, kind: ColumnType) -> pl.Expr:
    column = pl.col(name)
    return column.cast(pl.Float64).fill_nan(None) if kind == "float" else column


def _measures(column: pl.Expr, kind: ColumnType) -> dict[str, pl.Expr]:
    measures = {"nulls": column.null_count(), "distinct": column.drop_nulls().approx_n_unique()}
    if kind == "float":
        measures["infinite"] = column.is_infinite().sum()
        column = column.filter(column.is_finite())
    if kind not in ("string", "boolean"):
        measures |= {"minimum": column.min(), "maximum": column.max()}
    return measures


def _describe(
    lazy: pl.LazyFrame, name: str, kind: ColumnType, measured: dict[str, Any], number: str
) -> ColumnStatistics:
    found: dict[str, Any] = {
        key: measured.get(f"{number} {key}")
        for key in ("nulls", "distinct", "minimum", "maximum", "infinite")
    }
    rows = measured["rows"]
    present = lazy.select(pl.col(name).alias("value")).drop_nulls()
    categories = None
    few = found["distinct"] <= MAX_CATEGORIES / UNCERTAINTY
    exact = (
        few
        or rows <= EXACT_ROWS
        or (
            kind in ("integer", "string")
            and found["distinct"] >= (rows - found["nulls"]) * UNCERTAINTY
            and _begins_unique(present)
        )
    )
    if kind == "string" and few:
        counts = present.group_by("value").agg(count=pl.len())
        ordered = counts.sort(["count", "value"], descending=[True, False])
        collected = ordered.collect(engine="streaming")
        found["distinct"] = len(collected)
        if len(collected) <= MAX_CATEGORIES:
            categories = tuple(collected.rows())
    elif exact:
        # Hashes take 8 bytes whatever the text; two of 5 M values collide once in 10^6 tables.
        hashes = present.select(pl.col("value").hash()).collect(engine="streaming").to_series()
        found["distinct"] = hashes.n_unique()
    found["infinite"] = found["infinite"] or 0
    # An estimate may lie above what is possible.
    found["distinct"] = min(found["distinct"], rows - found["nulls"])
    return ColumnStatistics(
        name=name, type=kind, rows=rows, exact=exact, categories=categories, **found
    )


def _begins_unique(present: pl.LazyFrame) -> bool:
    """Tell whether the first values differ: where they do not, the column need not be counted."""
    head = present.head(HEAD_ROWS).collect(engine="streaming").to_series()
    return head.n_unique() == len(head)


def infer_schema(statistics: list[ColumnStatistics]) -> TableSchema:
    """Return the schema that a table fulfils: its types, ranges, categories and uniqueness."""
    return TableSchema(
        tuple(
            ColumnRule(
                name=column.name,
                type=column.type,
                nullable=column.nulls > 0,
                unique=column.unique and column.type in ("integer", "string"),
                minimum=None if column.infinite else column.minimum,
                maximum=None if column.infinite else column.maximum,
                categories=None
                if not column.categories
                else tuple(sorted(value for value, _ in column.categories)),
            )
            for column in statistics
        )
    )
