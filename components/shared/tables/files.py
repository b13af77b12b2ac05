"""Parquet files of tables."""

from pathlib import Path

import polars as pl

from components.shared.tables.readings import TableReadings, parquet_metadata

ROW_GROUP_ROWS = 100_000


def write_parquet(lazy: pl.LazyFrame, parquet: Path, readings: TableReadings | None = None) -> None:
    """Stream rows into a Parquet file, in their order and in bounded memory.

    LZ4 instead of zstd halves the time of reading, which every later step does more than once,
    for a tenth more bytes.

    Args:
        lazy: The rows.
        parquet: The file to write.
        readings: How they were read, which the file keeps in its metadata.
    """
    metadata = None if readings is None else parquet_metadata(readings)
    lazy.sink_parquet(parquet, compression="lz4", row_group_size=ROW_GROUP_ROWS, metadata=metadata)


def count_rows(parquet: str | Path) -> int:
    """Return the number of rows of a Parquet file; reads only its end."""
    rows: int = pl.scan_parquet(parquet).select(pl.len()).collect().item()
    return rows
