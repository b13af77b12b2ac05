"""Hashes of rows that depend on their values alone, so that a row keeps its place in a split.

Columns are hashed by `pandas.util.hash_array`, whose documentation promises deterministic
integers: the 64-bit finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom
Number Generators, OOPSLA 2014) for numbers, SipHash for text. They are no secret and no
protection against an adversary.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
from pandas.util import hash_array

from components.shared.tables.column_types import CANONICAL, schema_types

Hashes: TypeAlias = npt.NDArray[np.uint64]

BATCH_ROWS = 100_000
THREADS = 2
BLOCK_ROWS = 12_288
HEAD_ROWS = 10_000
MOSTLY = 0.9


def row_hashes(path: str | Path, columns: Sequence[str], seed: int) -> Hashes:
    """Hash the rows of a Parquet file over some columns.

    Numbers, booleans, dates and times are hashed as the float64 of their value (dates and times
    in microseconds since 1970), text by its characters, missing values all alike: so it does not
    matter whether a column was read as integers or floats, or has missing values elsewhere. The
    order of the columns does not matter, their names do.

    Args:
        path: A Parquet file.
        columns: The columns that count.
        seed: Another seed gives independent hashes; any 64-bit integer.

    Returns:
        One uint64 a row, shape (rows,), spread evenly over all of its values.

    Raises:
        InputError: A column is not of a table's types.
    """
    lazy = pl.scan_parquet(path).select(columns)
    schema_types(lazy.collect_schema())
    names = _mixed(hash_array(np.array(columns, dtype=object)))
    start = hash_array(np.array([seed], dtype=np.int64))
    hashes = []
    with ThreadPoolExecutor(THREADS) as threads:
        for batch in lazy.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
            parts = threads.map(_column_hashes, batch.iter_columns(), names)
            total = np.full(len(batch), start[0], dtype=np.uint64)
            for part in parts:
                total += part
            hashes.append(_mixed(total))
    return np.concatenate(hashes) if hashes else np.array([], dtype=np.uint64)


def _column_hashes(series: pl.Series, name: np.uint64) -> Hashes:
    """Return the hash of each value together with the hash of its column's name."""
    kind = schema_types(pl.Schema({series.name: series.dtype}))[series.name]
    if kind == "string":
        return _text_hashes(series.cast(pl.String), name)
    if kind in ("date", "datetime"):
        series = series.cast(CANONICAL["datetime"]).to_physical()
    numbers = series.cast(pl.Float64).to_numpy()
    hashes = np.empty(len(numbers), dtype=np.uint64)
    for block in _blocks(len(numbers)):
        positive = numbers[block] + 0.0  # -0.0 becomes 0.0
        positive[np.isnan(positive)] = np.nan
        hashes[block] = hash_array(positive.view(np.uint64) + name)
    return hashes


def _text_hashes(series: pl.Series, name: np.uint64) -> Hashes:
    """Hash each distinct text once, unless most of them are distinct."""
    missing = np.array([np.nan]).view(np.uint64)
    head = series.head(HEAD_ROWS)
    if not series.null_count() and head.n_unique() > MOSTLY * len(head):
        return _mixed(hash_array(series.to_numpy(), categorize=False) + name)
    texts = series.unique().drop_nulls()
    hashes = hash_array(texts.to_numpy(), categorize=False) if len(texts) else missing[:0]
    by_code = _mixed(np.concatenate([hashes, missing]) + name)
    if texts.is_empty():
        return np.repeat(by_code, len(series))
    codes = series.cast(pl.Enum(texts)).to_physical().cast(pl.UInt32).fill_null(len(texts))
    hashed: Hashes = by_code[codes.to_numpy()]
    return hashed


def _mixed(hashes: Hashes) -> Hashes:
    mixed = np.empty_like(hashes)
    for block in _blocks(len(hashes)):
        mixed[block] = hash_array(hashes[block])
    return mixed


def _blocks(rows: int) -> Iterator[slice]:
    """Yield slices that fit the processor's cache: hashing takes a third of the time in them."""
    return (slice(start, start + BLOCK_ROWS) for start in range(0, rows, BLOCK_ROWS))
