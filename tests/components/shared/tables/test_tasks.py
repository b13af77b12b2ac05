"""The task that follows from a target."""

import datetime
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.shared.errors import InputError
from components.shared.tables.readings import Reading, Remark, TableReadings, parquet_metadata
from components.shared.tables.tasks import assumption, resolve_task


def resolve(tmp_path: Path, values: list[Any], task: str = "auto") -> str:
    """Resolve the task of a table with this target column."""
    path = tmp_path / "table.parquet"
    pl.DataFrame({"y": values}, strict=False).write_parquet(path)
    return resolve_task(task, path, "y")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["yes", "no", None], "binary"),
        ([True, False], "binary"),
        (["a", "b", "c"], "multiclass"),
        ([0, 1, 1], "binary"),
        ([0.0, 1.0, None, 2.0] * 3, "multiclass"),
        ([0.0, 1.0, None, 2.0] * 2, "regression"),
        ([120.0, 80.0, 90.0, 120.0, 90.0, 80.0, 110.0], "regression"),
        ([float("nan"), 1.0, 2.0], "binary"),
        ([*range(20)] * 3, "multiclass"),
        ([*range(20)] * 2, "regression"),
        ([*range(21)] * 3, "regression"),
        ([0.5, 1.0], "regression"),
    ],
)
def test_auto_follows_the_rule(tmp_path: Path, values: list[Any], task: str) -> None:
    """Text, booleans and few whole numbers are classes, other numbers a regression."""
    assert resolve(tmp_path, values) == task


@pytest.mark.parametrize(
    ("values", "task", "said"),
    [
        ([0, 1, 2] * 3, "auto", "its 3 whole numbers are taken for classes.*--task regression"),
        ([80.0, 90.0, 120.0], "auto", "3 whole numbers are .* amounts.*--task classification"),
        ([0, 1, 2] * 3, "classification", None),
        ([0, 1] * 5, "auto", None),
        (["a", "b", "c"], "auto", None),
        ([0.5, 1.0, 2.0], "auto", None),
    ],
)
def test_numbers_that_might_be_either_are_told(
    tmp_path: Path, values: list[Any], task: str, said: str | None
) -> None:
    """What few whole numbers are taken for is said with the remedy, where nobody said it."""
    path = tmp_path / "table.parquet"
    pl.DataFrame({"y": values}).write_parquet(path)
    found = assumption(task, path, "y")
    assert found is None if said is None else re.search(said, str(found))


@pytest.mark.parametrize(
    ("values", "task", "resolved"),
    [
        ([0, 1, 1], "regression", "regression"),
        ([0, 1, 1], "classification", "binary"),
        ([0.5, 1.5, 2.5], "classification", "multiclass"),
        (["a", "b"], "binary", "binary"),
    ],
)
def test_a_given_task_wins(tmp_path: Path, values: list[Any], task: str, resolved: str) -> None:
    """The user's task is kept where the values allow it."""
    assert resolve(tmp_path, values, task) == resolved


@pytest.mark.parametrize(
    ("values", "task", "message"),
    [
        ([1, 2], "clustering", r"Unknown task 'clustering'"),
        ([None, None], "auto", r"no value in any of the 2 rows"),
        ([float("nan"), float("nan")], "regression", r"no value in any of the 2 rows"),
        (["yes", "yes", None], "auto", r"one value only, 'yes', in all 2 rows"),
        (["a", "b"], "regression", r"not numeric but string \(for instance 'a'\)"),
        ([True, False], "regression", r"not numeric but boolean"),
        ([0.5, float("inf"), 2.0], "auto", r"infinite in 1 row:"),
        (["a", "b", "c"], "binary", r"has 3 classes, which makes the task multiclass, not binary"),
        (["a", "b"], "multiclass", r"has 2 classes, which makes the task binary"),
        ([f"id-{n}" for n in range(100)], "auto", r"100 distinct values in 100 rows"),
        ([n / 10 for n in range(100)], "classification", r"100 distinct values in 100 rows"),
        ([datetime.date(2024, 1, day) for day in (1, 2)], "auto", r"is a date"),
    ],
)
def test_bad_target_is_named(tmp_path: Path, values: list[Any], task: str, message: str) -> None:
    """Each mistake has its own message."""
    with pytest.raises(InputError, match=message):
        resolve(tmp_path, values, task)


def test_numbers_among_which_one_is_not_are_explained(tmp_path: Path) -> None:
    """A regression target that a stray word made text names the word and its row."""
    prices = [f"{n}.5" for n in range(100)]
    prices[41] = "on request"
    with pytest.raises(
        InputError, match=r"not numeric.* 1 of its 100 .*'on request' in data row 42"
    ):
        resolve(tmp_path, prices, "regression")


def test_numbers_stored_as_text_are_explained(tmp_path: Path) -> None:
    """A text column of nothing but numbers is not taken for classes."""
    with pytest.raises(InputError, match="numbers stored as text"):
        resolve(tmp_path, [f"{n}.5" for n in range(100)])


def test_unknown_target_suggests_the_near_one(tmp_path: Path) -> None:
    """A misspelt target is answered with the right name."""
    path = tmp_path / "table.parquet"
    pl.DataFrame({"churned": [0, 1]}).write_parquet(path)
    with pytest.raises(InputError, match="mean 'churned'"):
        resolve_task("auto", path, "churn")


@pytest.mark.parametrize(
    ("strays", "message"),
    [
        (["?", "-"], r"2 of its 92 values are no numbers, the first being '\?' in data row 91"),
        ([], r"numbers stored as text"),
    ],
)
def test_numbers_with_strays_are_no_classes(
    tmp_path: Path, strays: list[str], message: str
) -> None:
    """A price in text is refused with what keeps it from being a number, not 30 classes."""
    values = [f"${1000 + i % 30:,}" for i in range(90)] + strays
    with pytest.raises(InputError, match=message):
        resolve(tmp_path, values)
    assert resolve(tmp_path, values, "classification") == "multiclass"


def test_grades_with_a_letter_are_classes(tmp_path: Path) -> None:
    """Few numbers beside letters are classes, as school grades 1 to 7 and K are."""
    assert resolve(tmp_path, ["1", "2", "3", "K"] * 10) == "multiclass"


def test_strays_that_were_read_as_missing_are_named(tmp_path: Path) -> None:
    """A target that lost values when it was read is refused with the first of them."""
    remark = Remark("y", "strays", "1 value is no number", 1, "oops", 7)
    path = tmp_path / "table.parquet"
    readings = TableReadings({"y": Reading("y", "float")}, (remark,))
    table = pl.DataFrame({"y": [*range(99), None]}, schema={"y": pl.Float64})
    table.write_parquet(path, metadata=parquet_metadata(readings))
    with pytest.raises(InputError, match="'oops' in data row 7"):
        resolve_task("auto", path, "y")


def test_a_target_may_be_called_row(tmp_path: Path) -> None:
    """The number of the row in the message is no column of the table."""
    pl.DataFrame({"row": [*map(str, range(60)), "x"]}).write_parquet(tmp_path / "t")
    with pytest.raises(InputError, match="'x' in data row 61"):
        resolve_task("regression", tmp_path / "t", "row")
