"""Hashes of rows depend on values alone."""

import datetime
import math
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from components.shared.tables.row_hash import GAMMA, told_apart, with_row_hash

FRAME = pl.DataFrame(
    {
        "i": [1, -7, None],
        "f": [0.5, None, 1e300],
        "s": ["a", "ä long text", None],
        "b": [True, None, False],
        "d": [datetime.date(1969, 2, 3), datetime.date(2024, 2, 29), None],
        "t": [None, datetime.datetime(2024, 2, 29, 12, 0, 0, 1), datetime.datetime(1900, 1, 1)],
    }
)


def hashes(tmp_path: Path, frame: pl.DataFrame, seed: int = 42) -> list[int]:
    """Hash all columns of a frame."""
    frame.write_parquet(tmp_path / "table", row_group_size=2)
    lazy = with_row_hash(pl.scan_parquet(tmp_path / "table"), frame.columns, seed, "hash")
    found: list[int] = lazy.collect(engine="streaming")["hash"].to_list()
    return found


def published_mix(number: int) -> int:
    """Apply SplitMix64's finaliser."""
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB % 2**64
    return number ^ (number >> 31)


def value_hash(value: Any, name: str) -> int:
    """Return the hash of a value by the documentation, with another implementation of XXH3."""
    of_name = xxhash.xxh3_64_intdigest(name.encode())
    if isinstance(value, str):
        return xxhash.xxh3_64_intdigest(value.encode(), seed=of_name)
    if isinstance(value, datetime.date):
        midnight = datetime.datetime.min.time()
        moment = datetime.datetime.combine(value, getattr(value, "time", lambda: midnight)())
        value = (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
    number = math.nan if value is None else float(value) + 0.0
    bits = int.from_bytes(struct.pack("<d", number), "little")
    return (bits ^ (bits >> 32)) * (of_name | 1)


def documented(frame: pl.DataFrame, seed: int) -> list[int]:
    """Return the hashes of rows by the documentation."""
    start = published_mix(seed % 2**64)
    return [
        published_mix((start + sum(value_hash(row[name], name) for name in row)) % 2**64)
        for row in frame.rows(named=True)
    ]


def test_hashes_are_those_written_down(tmp_path: Path) -> None:
    """Another version of this code or of a library must not change a hash."""
    assert hashes(tmp_path, FRAME) == [
        13163089854608657830,
        8697044494137543461,
        12430693811172411913,
    ]


VALUES = st.tuples(
    st.none() | st.integers(-(2**53), 2**53),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.text(max_size=90) | st.text("ab\0", max_size=90),
    st.none() | st.booleans(),
    st.none() | st.dates(),
    st.none() | st.datetimes(),
)


@settings(deadline=None, max_examples=200)
@given(rows=st.lists(VALUES, min_size=1, max_size=10), seed=st.integers(-(2**63), 2**63 - 1))
def test_hashes_are_what_their_documentation_says(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], seed: int
) -> None:
    """Who reads the documentation can compute a hash without this package."""
    frame = pl.DataFrame(rows, FRAME.schema, orient="row")
    assert hashes(tmp_path_factory.mktemp("hash"), frame, seed) == documented(frame, seed)


@pytest.mark.parametrize(
    "same",
    [
        FRAME.with_columns(pl.col("i").cast(pl.Float32), pl.col("s").cast(pl.Categorical)),
        FRAME.with_columns(pl.col("d").cast(pl.Datetime("ms")), pl.col("b").cast(pl.Int8)),
        FRAME.with_columns(pl.col("f").fill_null(float("nan"))),
        FRAME.select(reversed(FRAME.columns)),
    ],
)
def test_types_and_order_of_columns_do_not_matter(tmp_path: Path, same: pl.DataFrame) -> None:
    """How a value is typed, and where its column stands, does not change a hash."""
    assert hashes(tmp_path, same) == hashes(tmp_path, FRAME)


def test_zero_has_no_sign(tmp_path: Path) -> None:
    """0.0 and -0.0 are one number, whatever stands around them."""
    for around in ([], [None] * 3, [1.5], [float("nan")]):
        first, second, *_ = hashes(tmp_path, pl.DataFrame({"f": [0.0, -0.0, *around]}))
        assert first == second


def test_hash_depends_on_seed_name_and_value(tmp_path: Path) -> None:
    """Another seed, column name or value makes another hash."""
    base = hashes(tmp_path, FRAME)
    assert not set(base) & set(hashes(tmp_path, FRAME, seed=43))
    assert not set(base) & set(hashes(tmp_path, FRAME.rename({"i": "j"})))
    assert len(set(hashes(tmp_path, pl.DataFrame({"a": [1, 2], "b": [2, 1]})))) == 2


def test_hashes_are_spread_evenly(tmp_path: Path) -> None:
    """Each tenth of the range gets its tenth of the rows, even of plain numbers in order."""
    found = np.array(hashes(tmp_path, pl.DataFrame({"n": range(100_000)})), dtype=np.uint64)
    counts, _ = np.histogram(found.astype(np.float64) / 2.0**64, bins=10, range=(0, 1))
    assert abs(counts - 10_000).max() < 4 * (100_000 * 0.1 * 0.9) ** 0.5


def test_two_thousand_columns_take_seconds(tmp_path: Path) -> None:
    """The time of hashing grows with the columns, not with their square."""
    frame = pl.DataFrame({f"c{number}": [0.5, number] for number in range(2_000)}, strict=False)
    start = time.monotonic()
    assert len(set(hashes(tmp_path, frame))) == 2
    assert time.monotonic() - start < 60


def test_equal_rows_are_told_apart_as_documented() -> None:
    """The first keeps its hash; the next ones are SplitMix64's numbers from there."""
    found = told_apart(pl.Series([7, 2**64 - 1, 7, 7], dtype=pl.UInt64)).to_list()
    later = [published_mix((7 + count * GAMMA) % 2**64) for count in (1, 2)]
    assert found == [7, 2**64 - 1, *later]
