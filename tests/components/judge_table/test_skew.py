"""How a table is compared with the rows that a model was trained on."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.judge_table.skew import skew
from components.shared.models.description import InputColumn, ModelDescription
from components.shared.models.profiles import profile_table
from components.shared.reports.notes import VIOLATION, Note
from components.shared.tables.column_types import column_types

TRAIN = pl.DataFrame(
    {
        "city": ["Bern", "Basel"] * 500,
        "age": [*range(1000)],
        "height": [float(value) for value in range(1000)],
        "when": [date(2024, 1, 1) + timedelta(days=day) for day in range(1000)],
        "smokes": [True, False] * 500,
    }
)


def compared(folder: Path, window: pl.DataFrame, train: pl.DataFrame = TRAIN) -> list[Note]:
    """Compare a window with a model that reads every column of `train`."""
    train.write_parquet(folder / "train.parquet")
    window.write_parquet(folder / "window.parquet")
    types = column_types(folder / "train.parquet")
    model = ModelDescription(
        task="binary",
        estimator="",
        hyperparameters={},
        target="y",
        classes=["a", "b"],
        features=tuple(InputColumn(name, kind, nullable=True) for name, kind in types.items()),
        seed=0,
        versions={},
        training_data={"digest": "", "rows": len(train)},
        profile=profile_table(folder / "train.parquet", types),
        dropped_columns=({"name": "id", "reason": "identifier"},),
    )
    return skew(folder / "window.parquet", model)


def violations(notes: list[Note]) -> dict[str, str]:
    """Return the text of each violation by its column."""
    return {note.columns[0]: note.text for note in notes if note.kind == VIOLATION}


def test_the_training_rows_are_no_skew(tmp_path: Path) -> None:
    """Rows that the model was trained on have nothing to remark on."""
    assert compared(tmp_path, TRAIN.head(300)) == []


def test_a_missing_column_is_a_violation(tmp_path: Path) -> None:
    """A column that the model reads must be there."""
    assert "missing" in violations(compared(tmp_path, TRAIN.drop("age")))["age"]


def test_a_new_column_is_remarked_on(tmp_path: Path) -> None:
    """What the model does not read is named; the target and what it left out are known."""
    window = TRAIN.head(9).with_columns(colour=pl.lit("red"), y=pl.lit("a"), id=pl.lit(1))
    (note,) = compared(tmp_path, window)
    assert (note.kind, note.columns) == ("warning", ("colour",))


@pytest.mark.parametrize(
    ("column", "changed"),
    [
        ("age", pl.lit("old")),
        ("when", pl.lit("monday")),
        ("height", pl.lit(True)),
        ("smokes", pl.lit(3)),
    ],
)
def test_another_kind_of_column_is_a_violation(
    tmp_path: Path, column: str, changed: pl.Expr
) -> None:
    """Text where there was a number, and the like, is told with both types."""
    notes = compared(tmp_path, TRAIN.head(50).with_columns(changed.alias(column)))
    assert "was " in violations(notes)[column]


@pytest.mark.parametrize(
    "changed", [pl.col("age").cast(pl.Float64), pl.col("when").cast(pl.Datetime("us"))]
)
def test_kinds_that_a_model_reads_alike_are_no_violation(tmp_path: Path, changed: pl.Expr) -> None:
    """Whole numbers may come as floats, dates with a time."""
    assert compared(tmp_path, TRAIN.head(50).with_columns(changed)) == []


@pytest.mark.parametrize(
    ("column", "changed", "said"),
    [
        ("city", pl.lit("Genf"), "'Genf'"),
        ("age", pl.lit(5000), "0 to 999"),
        ("when", pl.lit(date(2099, 1, 1)), "2024-01-01 to 2026-09-26"),
        ("height", pl.lit(None, dtype=pl.Float64), "missing, where"),
        ("height", pl.lit(float("nan")), "missing, where"),
    ],
)
def test_more_than_chance_explains_is_a_violation(
    tmp_path: Path, column: str, changed: pl.Expr, said: str
) -> None:
    """A fifth of the rows with unseen, outlying or missing values is told with its share."""
    is_changed = pl.int_range(pl.len()) % 5 == 0
    window = TRAIN.head(200).with_columns(
        pl.when(is_changed).then(changed).otherwise(pl.col(column)).alias(column)
    )
    text = violations(compared(tmp_path, window))[column]
    assert said in text
    assert "20.0" in text


def test_one_value_out_of_a_thousand_is_remarked_on(tmp_path: Path) -> None:
    """What is a trifle is told, and speaks against nothing."""
    window = TRAIN.with_columns(
        city=pl.when(pl.col("age") == 3).then(pl.lit("Genf")).otherwise(pl.col("city"))
    )
    (note,) = compared(tmp_path, window)
    assert (note.kind, note.columns) == ("warning", ("city",))


def test_new_values_of_names_are_expected(tmp_path: Path) -> None:
    """Where most training values occurred once, values never seen are what chance gives."""
    train = pl.DataFrame({"name": [f"n{i}" for i in range(80)]})
    notes = compared(tmp_path, pl.DataFrame({"name": [f"m{i}" for i in range(40)]}), train)
    assert violations(notes) == {}


@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_of_hardly_any_row_is_compared(tmp_path: Path, rows: int) -> None:
    """No row, or one, is nothing to conclude from."""
    assert compared(tmp_path, TRAIN.head(rows)) == []


def test_a_column_without_values_in_training_is_no_obstacle(tmp_path: Path) -> None:
    """A profile without quantiles and categories is compared by its missing values alone."""
    nothing: Any = pl.Series("x", [None] * 50, dtype=pl.Float64)
    assert compared(tmp_path, pl.DataFrame({"x": [1.0] * 9}), pl.DataFrame([nothing])) == []
