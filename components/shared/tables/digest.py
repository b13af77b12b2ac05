"""SHA-256 over what a table says, whatever file it is stored in."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from components.shared.tables.column_types import CANONICAL, ColumnType, schema_types

FORMAT = "kfp-tabular table 1"
BATCH_ROWS = 100_000
THREADS = 4


def table_digest(path: str | Path) -> str:
    """Return the SHA-256 of a Parquet file's columns, values and row order.

    Equal tables have equal digests, however they were compressed, chunked or typed within a
    type of ours (int32 or int64, categories or text), and whatever the versions of the
    libraries. Any other value, name, type, order of rows or order of columns makes another
    digest. Every NaN is the same NaN, but is not a missing value; 0.0 and -0.0 differ.

    The digest is that of one line of JSON, without spaces and with keys in this order:
    `{"format": "kfp-tabular table 1", "rows": 2, "columns": [column, ...]}`, where a column is
    `[name, type, missing, lengths, values]`, the last three being SHA-256 digests of

    - missing: the numbers of the rows that have no value, counted from 0, as uint64
    - lengths: the lengths in bytes of the strings that are there, as uint64; else nothing
    - values: those that are there: integers as int64, floats as float64, booleans as uint8,
      strings as UTF-8 end to end, dates as int32 days and datetimes as int64 microseconds
      since 1970-01-01 (UTC where they have a time zone)

    all of them little-endian. Memory is that of one batch of 100,000 rows.

    Raises:
        InputError: A column is not of a table's types.
    """
    lazy = pl.scan_parquet(path)
    types = schema_types(lazy.collect_schema())
    columns = [_ColumnHasher(name, kind) for name, kind in types.items()]
    rows = 0
    with ThreadPoolExecutor(THREADS) as threads:
        for batch in lazy.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
            start = rows
            rows += len(batch)
            # hashlib lets other threads run while it hashes.
            list(threads.map(lambda column: column.add(batch[column.name], start), columns))  # noqa: B023
    described = {
        "format": FORMAT,
        "rows": rows,
        "columns": [column.digests() for column in columns],
    }
    line = json.dumps(described, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


class _ColumnHasher:
    """The three running hashes of one column."""

    def __init__(self, name: str, kind: ColumnType) -> None:
        self.name = name
        self._type = kind
        self._missing = hashlib.sha256()
        self._lengths = hashlib.sha256()
        self._values = hashlib.sha256()

    def add(self, series: pl.Series, first_row: int) -> None:
        """Hash the next rows of the column, the first of which has this number."""
        if series.null_count():
            rows = series.is_null().arg_true().to_numpy().astype("<u8")
            self._missing.update((rows + np.uint64(first_row)).data)
            series = series.drop_nulls()
        if series.is_empty():
            return
        values = series.cast(CANONICAL[self._type])
        if self._type == "string":
            self._lengths.update(values.str.len_bytes().to_numpy().astype("<u8").data)
            self._values.update(values.str.join("").item().encode())
        else:
            self._values.update(_little_endian(values, self._type).data)

    def digests(self) -> list[str]:
        """Return the column as it stands in the digested line."""
        hashes = (self._missing, self._lengths, self._values)
        return [self.name, self._type, *(running.hexdigest() for running in hashes)]


def _little_endian(values: pl.Series, kind: ColumnType) -> "np.ndarray[Any, Any]":
    if kind == "float":
        numbers = values.to_numpy().astype("<f8", copy=False)
        missing = np.isnan(numbers)
        return np.where(missing, np.nan, numbers) if missing.any() else numbers
    if kind == "boolean":
        return values.cast(pl.UInt8).to_numpy()
    numbers = values.to_physical().to_numpy()
    return numbers.astype(numbers.dtype.newbyteorder("<"), copy=False)
