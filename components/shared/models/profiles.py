"""The reference profile of a table: what monitoring compares later rows with."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from components.shared.models.description import ColumnProfile
from components.shared.tables.files import read_columns

QUANTILES: Final = tuple(percent / 100 for percent in range(0, 101, 5))
"""The probabilities of the stored quantiles: minimum, every twentieth, maximum."""

MAX_CATEGORIES: Final = 100


def profile_table(
    path: str | Path,
    columns: Mapping[str, str],
    classes: Collection[str] = (),
    texts: Collection[str] = (),
) -> dict[str, ColumnProfile]:
    """Summarise columns of a Parquet file.

    Args:
        path: A Parquet file.
        columns: Type name by column.
        classes: Columns of classes, whatever their type.
        texts: Columns of texts, which are no categories, and are not kept.

    Returns:
        The profile of each column by its name.
    """
    return {
        name: _profile(series, kind, name in classes, name in texts)
        for (name, kind), series in zip(
            columns.items(), read_columns(path, [*columns]), strict=True
        )
    }


def category(value: object) -> str:
    """Return the name of a category: text as it is, other values as JSON spells them."""
    return value if isinstance(value, str) else json.dumps(value)


def _profile(series: pl.Series, kind: str, are_classes: bool, are_texts: bool) -> ColumnProfile:
    if kind == "float":
        series = series.cast(pl.Float64).fill_nan(None)
    present = series.drop_nulls()
    nulls = 1.0 - len(present) / len(series) if len(series) else 0.0
    if present.is_empty() or are_texts:
        return ColumnProfile(kind, nulls)
    if are_classes or kind in ("string", "boolean"):
        categories, other = _categories(present)
        return ColumnProfile(kind, nulls, categories=categories, other=other)
    return ColumnProfile(kind, nulls, quantiles=_quantiles(present))


def _categories(present: pl.Series) -> tuple[dict[str, int], int]:
    counts = (
        present.alias("value")
        .value_counts()
        .sort(["count", "value"], descending=[True, False])
        .head(MAX_CATEGORIES)
    )
    shown = {category(value): count for value, count in counts.iter_rows()}
    return shown, len(present) - sum(shown.values())


def _quantiles(present: pl.Series) -> tuple[Any, ...]:
    ordered = present.sort()
    # The nearest rank gives values of the column's own type, dates included.
    ranks = [round(quantile * (len(ordered) - 1)) for quantile in QUANTILES]
    values = ordered.gather(ranks).to_list()
    return tuple(value.isoformat() if isinstance(value, date) else value for value in values)
