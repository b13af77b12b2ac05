"""The digest of a table is that of what it says."""

import datetime
import hashlib
import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from components.ingest_table.ingest import ingest_table
from components.shared.tables.digest import table_digest

SCHEMA: dict[str, pl.DataType] = {
    "i": pl.Int64(),
    "f": pl.Float64(),
    "b": pl.Boolean(),
    "s": pl.String(),
    "d": pl.Date(),
    "t": pl.Datetime("us"),
}
KINDS = ("integer", "float", "boolean", "string", "date", "datetime")
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "i": st.integers(-(2**63), 2**63 - 1),
    "f": st.floats(),
    "b": st.booleans(),
    "s": st.text(st.characters(codec="utf-8"), max_size=5),
    "d": st.dates(),
    "t": st.datetimes(),
}


@st.composite
def frames(draw: DrawFn) -> pl.DataFrame:
    """Return a table of up to 20 rows with all types and missing values."""
    rows = st.tuples(*(st.none() | values for values in VALUES.values()))
    return pl.DataFrame(draw(st.lists(rows, max_size=20)), SCHEMA, orient="row")


def digest(folder: Path, frame: pl.DataFrame, **options: Any) -> str:
    """Return the digest of a frame, written with these options."""
    frame.write_parquet(folder / "table", **options)
    return table_digest(folder / "table")


def documented(frame: pl.DataFrame) -> str:
    """Return the digest by its documentation, with nothing but struct and hashlib."""
    epoch = datetime.datetime(1970, 1, 1)
    packed: dict[str, Callable[[Any], bytes]] = {
        "integer": lambda value: struct.pack("<q", value),
        "float": lambda value: struct.pack("<d", math.nan if math.isnan(value) else value),
        "boolean": lambda value: bytes([value]),
        "string": str.encode,
        "date": lambda value: struct.pack("<i", value.toordinal() - epoch.toordinal()),
        "datetime": lambda value: struct.pack("<q", (value - epoch) // datetime.timedelta(0, 0, 1)),
    }
    columns = []
    for name, kind in zip(frame.columns, KINDS, strict=True):
        values = frame[name].to_list()
        missing = [row for row, value in enumerate(values) if value is None]
        there = [packed[kind](value) for value in values if value is not None]
        lengths = [len(value) for value in there] if kind == "string" else []
        parts = [
            b"".join(struct.pack("<Q", number) for number in missing),
            b"".join(struct.pack("<Q", number) for number in lengths),
            b"".join(there),
        ]
        columns.append([name, kind, *(hashlib.sha256(part).hexdigest() for part in parts)])
    line = {"format": "kfp-tabular table 1", "rows": len(frame), "columns": columns}
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_known_table_has_its_known_digest(tmp_path: Path) -> None:
    """Another version of this code or of a library must not change a digest."""
    rows = [
        (1, 0.5, True, "a", datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12)),
        (-2, math.nan, None, "", None, datetime.datetime(1900, 1, 1, 0, 0, 0, 1)),
        (None, -0.0, False, "ä\n", datetime.date(1969, 12, 31), None),
    ]
    known = "be4a33284626e54d34457605a013f89b51829b5a2aaba665c66f47db01b6f7cb"
    assert digest(tmp_path, pl.DataFrame(rows, SCHEMA, orient="row")) == known


@settings(deadline=None, max_examples=30)
@given(frame=frames())
def test_digest_is_what_its_documentation_says(
    tmp_path_factory: pytest.TempPathFactory, frame: pl.DataFrame
) -> None:
    """Who reads the documentation can compute the digest without this package."""
    assert digest(tmp_path_factory.mktemp("digest"), frame) == documented(frame)


@settings(deadline=None, max_examples=15)
@given(frame=frames(), rows=st.integers(1, 20))
def test_chunks_and_compression_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, frame: pl.DataFrame, rows: int
) -> None:
    """The same content in other row groups and another compression has the same digest."""
    folder = tmp_path_factory.mktemp("digest")
    other = digest(folder, frame, row_group_size=rows, compression="snappy", statistics=False)
    assert other == digest(folder, frame)


@settings(deadline=None, max_examples=30)
@given(frame=frames().filter(lambda frame: len(frame) > 0), data=st.data())
def test_any_change_matters(
    tmp_path_factory: pytest.TempPathFactory, frame: pl.DataFrame, data: st.DataObject
) -> None:
    """Another value, name or order of rows or columns makes another digest."""
    folder = tmp_path_factory.mktemp("digest")
    before = digest(folder, frame)
    column = data.draw(st.sampled_from(frame.columns))
    row = data.draw(st.integers(0, len(frame) - 1))
    value = data.draw(st.none() | VALUES[column])
    values = frame[column].to_list()
    values[row] = value
    changed = frame.with_columns(pl.Series(column, values, SCHEMA[column]))
    assert (digest(folder, changed) == before) == changed.equals(frame) or (
        column == "f" and value == 0
    )
    assert digest(folder, frame.rename({column: column + "_"})) != before
    assert digest(folder, frame.reverse()) != before or frame.reverse().equals(frame)
    assert digest(folder, frame.select(reversed(frame.columns))) != before
    assert digest(folder, pl.concat([frame, frame.head(1)])) != before


def test_values_do_not_run_into_each_other(tmp_path: Path) -> None:
    """Moving characters or a gap to the next row makes another table."""
    tables = [["ab", "c"], ["a", "bc"], ["abc", ""], ["abc", None], [None, "abc"]]
    digests = {digest(tmp_path, pl.DataFrame({"s": values})) for values in tables}
    assert len(digests) == len(tables)


@pytest.mark.parametrize(
    "same",
    [
        pl.DataFrame({"i": pl.Series([1, 2], dtype=pl.Int8), "s": ["x", "y"]}),
        pl.DataFrame({"i": [1, 2], "s": pl.Series(["x", "y"], dtype=pl.Categorical)}),
        pl.DataFrame({"i": [1, 2], "s": pl.Series(["x", "y"], dtype=pl.Enum(["y", "x"]))}),
    ],
)
def test_types_within_a_kind_do_not_matter(tmp_path: Path, same: pl.DataFrame) -> None:
    """Small integers are integers, and categories are text."""
    plain = pl.DataFrame({"i": [1, 2], "s": ["x", "y"]})
    assert digest(tmp_path, same) == digest(tmp_path, plain)


def test_times_with_a_zone_are_those_of_utc(tmp_path: Path) -> None:
    """A time zone does not make another moment."""
    utc = pl.DataFrame({"t": [datetime.datetime(2024, 1, 1, 12)]})
    zoned = utc.select(pl.col("t").dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo"))
    assert digest(tmp_path, zoned) == digest(tmp_path, utc)


@settings(deadline=None, max_examples=15)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(-(2**53), 2**53),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.booleans(),
            st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_formats_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
) -> None:
    """One table, ingested from CSV, JSON Lines and Parquet, has one digest."""
    folder = tmp_path_factory.mktemp("digest")
    schema = {"i": pl.Int64, "f": pl.Float64, "b": pl.Boolean, "s": pl.String}
    # A first row with every type settles the types in all formats.
    frame = pl.DataFrame([(1, 0.5, True, "text"), *rows], schema, orient="row")
    frame = frame.filter(~pl.col("s").is_in(["NA", "N/A", "n/a", "NaN", "nan", "NULL", "null"]))
    frame.write_csv(folder / "t.csv")
    frame.write_ndjson(folder / "t.jsonl")
    frame.write_parquet(folder / "t.parquet")
    names = ("t.csv", "t.jsonl", "t.parquet")
    digests = {ingest_table(str(folder / name), folder / "out").digest for name in names}
    assert len(digests) == 1
