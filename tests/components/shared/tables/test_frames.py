"""Tables read for scikit-learn."""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from components.shared.errors import InputError
from components.shared.tables.frames import column_types, read_frame, to_pandas


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A Parquet file with every type, each with and without missing values."""
    day, time = datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12, 30, 0, 1)
    frame = pl.DataFrame(
        {
            "integer": [3, 1, 2],
            "integer_null": [3, None, 2],
            "float": [0.5, float("nan"), -1.0],
            "float_null": [0.5, None, -1.0],
            "boolean": [True, False, True],
            "boolean_null": [True, None, False],
            "string": ["b", "a", "b"],
            "string_null": ["b", None, "ä"],
            "date": [day, None, day],
            "datetime": [time, time, None],
            "nothing": pl.Series([None, None, None], dtype=pl.String),
        }
    )
    path = tmp_path / "table.parquet"
    frame.write_parquet(path)
    return path


def test_column_types_has_our_names_in_order(table: Path) -> None:
    """The types of a Parquet file carry this package's names."""
    types = column_types(table)
    assert list(types)[:2] == ["integer", "integer_null"]
    assert types["boolean_null"] == "boolean"
    assert (types["date"], types["datetime"], types["nothing"]) == ("date", "datetime", "string")


def test_read_frame_has_the_documented_types(table: Path) -> None:
    """A column's pandas type follows from ours and from whether values are missing."""
    found = {name: str(dtype) for name, dtype in read_frame(table).dtypes.items()}
    assert found == {
        "integer": "int64",
        "integer_null": "float64",
        "float": "float64",
        "float_null": "float64",
        "boolean": "bool",
        "boolean_null": "float64",
        "string": "category",
        "string_null": "category",
        "date": "datetime64[us]",
        "datetime": "datetime64[us]",
        "nothing": "category",
    }


def test_read_frame_keeps_the_values(table: Path) -> None:
    """Values and missing values come through."""
    frame = read_frame(table)
    assert frame["integer"].tolist() == [3, 1, 2]
    np.testing.assert_equal(frame["boolean_null"].to_numpy(), [1.0, np.nan, 0.0])
    assert frame["string_null"].astype(object).where(
        frame["string_null"].notna(), None
    ).tolist() == [
        "b",
        None,
        "ä",
    ]
    assert frame["datetime"][0] == pd.Timestamp("2024-02-29 12:30:00.000001")
    assert frame["date"].isna().tolist() == [False, True, False]
    assert frame["nothing"].isna().all()


def test_read_frame_gives_columns_in_the_order_asked_for(table: Path) -> None:
    """A selection is read in its own order."""
    assert list(read_frame(table, ["string", "float"]).columns) == ["string", "float"]


def test_read_frame_can_be_changed_in_place(table: Path) -> None:
    """The arrays belong to the caller."""
    frame = read_frame(table, ["float"])
    frame.loc[0, "float"] = 7.0
    assert frame["float"][0] == 7.0


def test_columns_that_are_not_asked_for_do_not_matter(tmp_path: Path) -> None:
    """Beside a list column, which no table holds, another one is read."""
    path = tmp_path / "nested.parquet"
    pl.DataFrame({"tags": [["a"], []], "age": [1, 2]}).write_parquet(path)
    assert read_frame(path, ["age"])["age"].tolist() == [1, 2]


def test_a_frame_that_is_turned_into_one_of_pandas_stays_whole(table: Path) -> None:
    """Its columns are not taken from it."""
    frame = pl.read_parquet(table)
    assert len(to_pandas(frame).columns) == len(frame.columns)


def test_nested_column_is_an_input_error(tmp_path: Path) -> None:
    """A list column is named with its remedy."""
    path = tmp_path / "nested.parquet"
    pl.DataFrame({"tags": [["a"], []]}).write_parquet(path)
    with pytest.raises(InputError, match=r"'tags' has the type List.*Flatten"):
        column_types(path)
