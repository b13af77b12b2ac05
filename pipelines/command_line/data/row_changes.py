"""Which rows came and went between two versions of a data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from components.ingest_table.ingest import ingest_table
from components.shared.registry.client import URL_VARIABLE
from components.shared.tables.column_types import column_types
from pipelines.command_line.environment import variable_set

HASH: Final = "kfp-tabular row hash"


@dataclass(frozen=True)
class RowChanges:
    """Rows that only one of two versions has, each as often as it has it more than the other.

    Attributes:
        columns: The columns that were compared: those that both have with one type.
        same: Number of rows that both have.
        added: Number of rows that only the second has.
        removed: Number of rows that only the first has.
        added_sample: Some of the rows that were added.
        removed_sample: Some of the rows that were removed.
        reordered: Whether the rows are the same and stand in another order.
    """

    columns: tuple[str, ...]
    same: int
    added: int
    removed: int
    added_sample: tuple[Mapping[str, Any], ...]
    removed_sample: tuple[Mapping[str, Any], ...]
    reordered: bool


def row_changes(before: str, after: str, registry_url: str, sample: int) -> RowChanges:
    """Read two versions, and compare their rows by 64-bit hashes of their values.

    The tables are streamed. Memory is some 120 bytes for each row of one of them (222 MiB for two
    of 2 million rows); two of five million rows have one hash by chance in one comparison of a
    million.

    Args:
        before: Address of the first, `dataset://name@version`.
        after: Address of the second.
        registry_url: The registry that has both.
        sample: How many of the rows that came, and that went, to return.

    Raises:
        ComponentError: A version cannot be read.
    """
    with (
        TemporaryDirectory(prefix="kfp-tabular-") as folder,
        variable_set(URL_VARIABLE, registry_url),
    ):
        old, new = Path(folder) / "before.parquet", Path(folder) / "after.parquet"
        first, second = ingest_table(before, old), ingest_table(after, new)
        old_types, new_types = column_types(old), column_types(new)
        columns = [name for name, kind in old_types.items() if new_types.get(name) == kind]
        counts = _hashes(old, columns, "before").join(
            _hashes(new, columns, "after"), on=HASH, how="full", coalesce=True
        )
        more = (pl.col("after").fill_null(0) - pl.col("before").fill_null(0)).alias("more")
        differing = (
            counts.select(HASH, more).filter(pl.col("more") != 0).collect(engine="streaming")
        )
        added = int(differing.select(pl.col("more").clip(lower_bound=0).sum()).item())
        removed = int(-differing.select(pl.col("more").clip(upper_bound=0).sum()).item())
        same_rows = not added and not removed and old_types == new_types
        return RowChanges(
            columns=tuple(columns),
            same=first.rows - removed,
            added=added,
            removed=removed,
            added_sample=_sample(new, columns, differing.filter(pl.col("more") > 0), sample),
            removed_sample=_sample(old, columns, differing.filter(pl.col("more") < 0), sample),
            reordered=same_rows and first.digest != second.digest,
        )


def _hash(columns: Sequence[str]) -> pl.Expr:
    return pl.struct(columns).hash(seed=0).alias(HASH)


def _hashes(table: Path, columns: Sequence[str], called: str) -> pl.LazyFrame:
    rows = pl.scan_parquet(table).select(_hash(columns))
    return rows.group_by(HASH).agg(pl.len().cast(pl.Int64).alias(called))


def _sample(
    table: Path, columns: Sequence[str], wanted: pl.DataFrame, rows: int
) -> tuple[Mapping[str, Any], ...]:
    if not rows or wanted.is_empty():
        return ()
    found = (
        pl.scan_parquet(table)
        .with_columns(_hash(columns))
        .join(wanted.lazy().select(HASH), on=HASH, how="semi")
        .drop(HASH)
        .head(rows)
        .collect(engine="streaming")
    )
    return tuple(found.iter_rows(named=True))
