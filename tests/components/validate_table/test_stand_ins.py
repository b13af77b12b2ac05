"""Numbers and dates that may stand for a missing value are named."""

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.validate_table.validate import validate_table


def warned(tmp_path: Path, values: list[Any], target: str | None = None) -> list[str]:
    """Return what is odd about a column with these values."""
    pl.DataFrame({"v": values, "row": range(len(values))}).write_parquet(tmp_path / "t")
    validated = validate_table(
        tmp_path / "t", tmp_path / "report", tmp_path / "schema", target=target
    )
    return [warning.message for warning in validated.warnings if warning.column == "v"]


DAYS = [datetime.date(2024, 1, day) for day in (1, 5, 9, 30)]


@pytest.mark.parametrize(
    ("values", "stands_in"),
    [
        ([-999, -999, 3, 40, 17, 3], "-999"),
        ([9999, 9999, 3, 40, 17, 3], "9999"),
        ([-999.0, -999.0, 0.25, 3.5, 2.0], "-999"),
        ([-9, -9, 1, 2, 3, 2], "-9"),
        ([99, 99, 1, 2, 3, 2], "99"),
        ([*DAYS, datetime.date(9999, 12, 31), datetime.date(9999, 12, 31)], "9999-12-31"),
        (
            [datetime.datetime(1900, 1, 1)] * 2
            + [*map(datetime.datetime.fromordinal, (738_000, 738_900))],
            "1900-01-01",
        ),
    ],
)
def test_values_that_may_stand_for_none_are_named(
    tmp_path: Path, values: list[Any], stands_in: str
) -> None:
    """Those far from all others that are there twice, with the option that makes them missing."""
    (message,) = [text for text in warned(tmp_path, values) if "far from" in text]
    assert message.endswith(f"--missing-values {stands_in}")
    assert "in 2 rows" in message


@pytest.mark.parametrize(
    "values",
    [
        [99, 99, 98, 55, 40, 3],
        [-999, 3, 40, 17],
        [-998, -998, 3, 40],
        [999, 999],
        [9.5, 9.5, 1.0, 2.0],
        [*DAYS, *DAYS, datetime.date(2099, 12, 30)],
        ["-999", "a"],
    ],
)
def test_other_values_are_not(tmp_path: Path, values: list[Any]) -> None:
    """Values among the others, single ones and other numbers get no such hint."""
    assert not any("far from" in text for text in warned(tmp_path, values))


def test_whole_numbers_that_are_dates_are_named(tmp_path: Path) -> None:
    """With the option that makes them dates; other numbers of eight digits are none."""
    (message,) = [t for t in warned(tmp_path, [20240229, 20231231, 19991001]) if "dates" in t]
    assert message.endswith("--column-types v=date:%Y%m%d")
    assert not any("dates" in text for text in warned(tmp_path, [20240230, 20231231]))


def test_texts_that_are_dates_are_named(tmp_path: Path) -> None:
    """With the option that makes them dates; versions and what is no day of a calendar are none."""
    (message,) = [t for t in warned(tmp_path, ["29.2.24", "1.12.23", None]) if "dates" in t]
    assert message.endswith("--column-types v=date:%d.%m.%y")
    for others in (["1.2.24", "3.1.1"], ["30.2.24", "1.12.23"], ["1.2.24", "a"], ["12.24.10", "x"]):
        assert not any("dates" in text for text in warned(tmp_path, others)), others
