"""Labels that arrive after the rows that they are of, joined by key."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from components.detect_drift.drift import LabelCounts
from components.shared.errors import InputError
from components.shared.tables.column_types import column_types
from components.shared.tables.columns import require_column


def joined_labels(
    table: str | Path, labels: str | Path, key: Sequence[str], target: str
) -> tuple[pl.Series, LabelCounts]:
    """Return the label of each row of a window, null where none has arrived.

    Args:
        table: Parquet file of the window.
        labels: Parquet file with the key and the target.
        key: The columns that tell rows apart, in both.
        target: The column of the labels.

    Raises:
        InputError: No key is given, or one of the tables lacks a column of it, or of the target.
    """
    if not key:
        raise InputError(
            "Labels need a key to be joined by (parameter `key`): name the columns that tell rows "
            'apart in both tables, such as ["id"].'
        )
    for column in key:
        require_column(column, [*column_types(table)], "key")
        require_column(column, [*column_types(labels)], "key")
    require_column(target, [*column_types(labels)], "labels")
    # Two tables may have read the same keys as other types.
    keys = [pl.col(column).cast(pl.String) for column in key]
    window = pl.scan_parquet(table).select(keys).collect()
    told = pl.scan_parquet(labels).select(*keys, pl.col(target).alias("label")).collect()
    told = told.drop_nulls()
    distinct = told.unique(maintain_order=True)
    sure = distinct.filter(~pl.struct(key).is_duplicated())
    contradictory = distinct.select(key).n_unique() - len(sure) if len(distinct) else 0
    found = window.join(sure, on=key, how="left", maintain_order="left")["label"]
    strays = len(sure.join(window, on=key, how="anti"))
    labelled = len(found) - found.null_count()
    counts = LabelCounts(
        labelled=labelled,
        late=found.null_count(),
        strays=strays,
        contradictory=contradictory,
        repeated=len(told) - len(distinct),
    )
    return found.alias(target), counts


def has_labels(table: str | Path, target: str) -> bool:
    """Tell whether a window has values of the target itself."""
    if target not in column_types(table):
        return False
    return bool(pl.scan_parquet(table).select(pl.col(target).count()).collect().item())


def own_labels(table: str | Path, target: str) -> tuple[pl.Series, LabelCounts] | None:
    """Return the labels that a window has itself; None where it has no column of them."""
    if target not in column_types(table):
        return None
    found = pl.scan_parquet(table).select(target).collect().to_series()
    missing = found.null_count()
    return found, LabelCounts(len(found) - missing, missing)
