"""A value by itself is read, or refused, like one in a frame."""

import datetime
import warnings
from typing import Any

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.shared.errors import RefusedValueError
from components.shared.features.raw_rows import ColumnReader, RawRows
from components.shared.plans.cells import Where, cell_reader, settle_strays
from components.shared.tables.readings import Reading

READERS = (
    ColumnReader("x", "integer"),
    ColumnReader("x", "integer", Reading("x", "integer", decimal=",", missing=("-999",))),
    ColumnReader("x", "float", Reading("x", "float", unit="%", missing=("1,5",))),
    ColumnReader("x", "float"),
    ColumnReader("x", "boolean", Reading("x", "boolean")),
    ColumnReader("x", "string"),
    ColumnReader("x", "string", Reading("x", "string", missing=("7",), kept=("NA",)), ("7", "0.5")),
    ColumnReader("x", "string", Reading("x", "string"), ("07", "7", "true")),
    ColumnReader("x", "date", Reading("x", "date", order="day first", missing=("01/02/2024",))),
    ColumnReader("x", "datetime"),
    ColumnReader("x", "datetime", Reading("x", "datetime", order="time of day")),
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1000, 1000),
    st.sampled_from([2**53 + 1, -999, 10**30, 10**400, -(10**400), 1.5, 0.5, 7, 7.0, 2.984]),
    st.floats(),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)),
    st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)),
    st.sampled_from(["", " ", "NA", "7", "07", "true", "Yes", "-999", "1,5", "1.5", "50 %", "inf"]),
    st.sampled_from(["01/02/2024", "2024-02-01", "2024-02-01 10:00+02:00", "9:05 PM", "x"]),
    st.sampled_from([[], [1], {"a": 1}]),
)


def in_a_frame(reader: ColumnReader, value: Any) -> Any:
    """Return what a column of one value is read as, moments in microseconds."""
    series = RawRows([reader]).transform([{"x": value}])["x"]
    (read,) = series.astype("datetime64[us]") if reader.type in ("date", "datetime") else series
    if reader.type == "string":
        return None if pd.isna(read) else read
    if reader.type in ("date", "datetime"):
        return None if pd.isna(read) else pd.Timestamp(read).as_unit("us").value // 1000
    return float(read)


def alone(reader: ColumnReader, value: Any) -> Any:
    """Return what a value is read as by a plan."""
    where = Where()
    read = cell_reader(reader)(value, where)
    settle_strays(reader, [{"x": value}], where)
    return read


@settings(max_examples=150, deadline=None)
@given(reader=st.sampled_from(READERS), value=VALUES)
@example(reader=READERS[0], value=10**400)
@example(reader=READERS[6], value=7)
def test_a_value_alone_is_read_like_one_in_a_frame(reader: ColumnReader, value: Any) -> None:
    """Every value that JSON or Python has is the same, or refused for the same reason."""
    outcomes = []
    for read in (in_a_frame, alone):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                outcomes.append(read(reader, value))
            except RefusedValueError as error:
                # Not the words: pandas may show a number or a moment as one of its own.
                outcomes.append((error.column, error.row, "infinite" in str(error)))
    one, other = outcomes
    assert one == other or (one != one and other != other), (reader, value)
