"""Parquet files of tables."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from components.shared.tables.readings import TableReadings, parquet_metadata

ROW_GROUP_ROWS = 100_000
CELLS_AT_ONCE: Final = 1_000_000
"""So many cells are read together: each opening of a table takes as long as it has columns."""


def write_parquet(lazy: pl.LazyFrame, parquet: Path, readings: TableReadings | None = None) -> None:
    """Stream rows into a Parquet file, in their order and in bounded memory.

    LZ4 instead of zstd halves the time of reading, which every later step does more than once,
    for a tenth more bytes.

    Args:
        lazy: The rows.
        parquet: The file to write.
        readings: How they were read, which the file keeps in its metadata.
    """
    write_side_by_side({parquet: lazy}, readings)


def write_side_by_side(
    tables: Mapping[Path, pl.LazyFrame],
    readings: TableReadings | None = None,
    asked: pl.LazyFrame | None = None,
) -> pl.DataFrame:
    """Stream rows into several Parquet files at a time: what they come from is read once.

    Args:
        tables: The rows by the file to write.
        readings: How they were read, which each file keeps in its metadata.
        asked: What else there is to find out of what they come from.

    Returns:
        The answer to what was asked; empty where nothing was.
    """
    metadata = None if readings is None else parquet_metadata(readings)
    sinks = [
        rows.sink_parquet(
            parquet, compression="lz4", row_group_size=ROW_GROUP_ROWS, metadata=metadata, lazy=True
        )
        for parquet, rows in tables.items()
    ]
    queries = sinks if asked is None else [*sinks, asked]
    *_, answer = pl.collect_all(queries, engine="streaming")
    return answer


def count_rows(parquet: str | Path) -> int:
    """Return the number of rows of a Parquet file; reads only its end."""
    rows: int = pl.scan_parquet(parquet).select(pl.len()).collect().item()
    return rows


def read_columns(parquet: str | Path, columns: Sequence[str]) -> Iterator[pl.Series]:
    """Yield columns of a Parquet file, one after another.

    Narrow columns are read several at a time, long ones each by itself: memory is that of one
    column, or of a million cells, and the time is linear in the number of columns.

    Args:
        parquet: The file.
        columns: Names of its columns.
    """
    lazy = pl.scan_parquet(parquet)
    together = max(CELLS_AT_ONCE // max(count_rows(parquet), 1), 1)
    for start in range(0, len(columns), together):
        yield from lazy.select(columns[start : start + together]).collect().iter_columns()
