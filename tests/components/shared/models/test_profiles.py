"""The reference profile."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.shared.models.description import ColumnProfile
from components.shared.models.profiles import profile_table
from components.shared.tables.frames import column_types
from tests.components.training_tables import bird_strikes


def profile(folder: Path, values: Any) -> ColumnProfile:
    """Profile a table of one column."""
    path = folder / "table.parquet"
    pl.DataFrame({"c": values}).write_parquet(path)
    return profile_table(path, column_types(path))["c"]


def test_numbers_have_quantiles(tmp_path: Path) -> None:
    """The 21 quantiles run from the minimum to the maximum, without missing values."""
    values = [*range(101), None, None, None]
    found = profile(tmp_path, values)
    assert found.quantiles == tuple(range(0, 101, 5))
    assert found.nulls == pytest.approx(3 / 104)
    assert found.type == "integer"


def test_nan_counts_as_missing(tmp_path: Path) -> None:
    """NaN is no value: it is among the nulls, and in no quantile."""
    found = profile(tmp_path, [1.0, float("nan"), None, 3.0])
    assert found.nulls == 0.5
    assert found.quantiles is not None
    assert (found.quantiles[0], found.quantiles[-1]) == (1.0, 3.0)


def test_categories_are_counted_and_capped(tmp_path: Path) -> None:
    """The most frequent strings are counted; beyond 100 there is one number for all others."""
    values = ["often"] * 5 + [f"v{i:03}" for i in range(120)]
    found = profile(tmp_path, values)
    assert found.categories is not None
    assert next(iter(found.categories.items())) == ("often", 5)
    assert len(found.categories) == 100
    assert found.other == 21


def test_booleans_are_categories(tmp_path: Path) -> None:
    """True and false are counted as JSON spells them."""
    found = profile(tmp_path, [True, False, True, None])
    assert found.categories == {"true": 2, "false": 1}
    assert found.other == 0


def test_dates_are_iso_strings(tmp_path: Path) -> None:
    """Quantiles of dates and datetimes are ISO 8601."""
    for value, told in (
        (date(2024, 1, 1), "2024-01-01"),
        (datetime(2024, 1, 1, 6), "2024-01-01T06:00:00"),
    ):
        assert set(profile(tmp_path, [value]).quantiles or ()) == {told}


def test_columns_without_values_have_no_quantiles(tmp_path: Path) -> None:
    """All null is type and fraction only."""
    nothing = pl.Series([None, None], dtype=pl.Float64)
    assert profile(tmp_path, nothing) == ColumnProfile("float", 1.0)


def test_profile_of_a_real_table_is_json(tmp_path: Path) -> None:
    """Every column of a real table is profiled, and comes back from strict JSON as it was."""
    path = bird_strikes(tmp_path / "train.parquet")
    found = profile_table(path, column_types(path))
    for column in found.values():
        content = json.loads(json.dumps(column.content(), allow_nan=False))
        assert ColumnProfile.of(content) == column
    assert (found["damaged"].categories or {}).keys() == {"no", "yes"}


def test_classes_that_are_numbers_are_counted(tmp_path: Path) -> None:
    """A target of classes has the rows of each class, whatever its type."""
    pl.DataFrame({"y": [1, 2, 2, None]}).write_parquet(tmp_path / "table.parquet")
    profile = profile_table(tmp_path / "table.parquet", {"y": "integer"}, classes=["y"])["y"]
    assert profile.categories == {"2": 2, "1": 1}


def test_ties_of_numbers_are_counted(tmp_path: Path) -> None:
    """Beside each quantile stands how many rows are below it, and how many up to it."""
    found = profile(tmp_path, [0] * 90 + [*range(1, 11)])
    at_zero = (found.quantiles or ()).index(0)
    assert (found.below or ())[at_zero] == 0
    assert (found.up_to or ())[at_zero] == 90
    assert ((found.below or ())[-1], (found.up_to or ())[-1]) == (99, 100)


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([1, 2], 0),
        ([1.0, 2.0], 0),
        ([0.1, 0.25], 2),
        ([1 / 3] * 2000, None),
        ([0.5] * 2000 + [0.125], 3),
        ([None, 2.5, float("nan")], 1),
    ],
)
def test_decimals_are_those_that_every_number_has_at_most(
    tmp_path: Path, values: list[float], decimals: int | None
) -> None:
    """Numbers of more than nine decimals have no such limit."""
    assert profile(tmp_path, values).decimals == decimals


def test_a_profile_of_an_older_model_is_read() -> None:
    """What profiles did not hold once is None."""
    found = ColumnProfile.of({"type": "float", "nulls": 0.0, "quantiles": [0.0] * 21})
    assert (found.below, found.up_to, found.decimals) == (None, None, None)
