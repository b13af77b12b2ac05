"""What is to be learnt from a target column: binary, multi-class or regression."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

import polars as pl

from components.shared.errors import InputError
from components.shared.reports.number_text import counted_rows
from components.shared.tables.choices import TASKS
from components.shared.tables.column_types import ColumnType, column_types
from components.shared.tables.columns import require_column
from components.shared.tables.number_grammar import NUMBER
from components.shared.tables.readings import table_readings

Task = Literal["binary", "multiclass", "regression"]
MAX_INTEGER_CLASSES = 20
LEAST_ROWS_OF_A_NUMBER = 3
"""Rows of each value, in the mean, below which more than two whole numbers are no classes.

Of 3,257 columns of 3 to 20 whole numbers in 622 public tables of 8 to 400 rows, 2,289 have fewer
rows of each: amounts, counts, years and ids. Of 15 rows drawn from real tables, this takes 99.9 %
of the regressions for such and 83 % of the multi-class targets (with the limit of 20 alone: none,
and 100 %); of 30 rows 99.9 % and all (87 %, and all).
"""


def resolve_task(task: str, path: str | Path, target: str) -> Task:
    """Find out what is to be learnt, or check what the user asked for, against the target.

    With `auto`, text and booleans are classes; so are two whole numbers, and 3 to 20 of them with
    three rows of each in the mean; all other numbers are a regression. `classification` becomes
    `binary` or `multiclass` by the number of classes. Rows without a target value do not count.
    With `auto`, a target that is a number in most rows, of more than 20 values, and something else
    in some is an error rather than a class for each number.

    Args:
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        path: A Parquet file.
        target: Name of its target column.

    Raises:
        InputError: The task is unknown; the column is unknown, has no values or one value only;
            it is not numeric for a regression, or only mostly so; its values are no classes.
    """
    if task not in TASKS:
        raise InputError(
            f"Unknown task {task!r} (parameter `task`): use one of {', '.join(TASKS)}."
        )
    types = column_types(path)
    require_column(target, list(types), "target")
    values = _summarise(path, target, types[target])
    _check_learnable(values)
    if task == "auto":
        _check_mostly_numbers(path, values)
    if values.type == "string" and _many(values):
        _explain_text(path, values)
    if task in ("auto", "regression"):
        _check_strays(path, target)
    if task == "regression" or (task == "auto" and not _looks_like_classes(values)):
        _check_regression(values)
        return "regression"
    _check_classes(values)
    found: Task = "binary" if values.distinct == 2 else "multiclass"
    if task in ("binary", "multiclass") and task != found:
        raise InputError(
            f"The target {target!r} has {values.distinct:,} classes, which makes the task {found}, "
            f"not {task}: set `task` to {found} or auto, or choose another target."
        )
    return found


def assumption(task: str, path: str | Path, target: str) -> str | None:
    """Return what `auto` took numbers for that might be the other, and the remedy; None for none.

    Two numbers are classes to everybody, as more than 20 are none.

    Args:
        task: What the user asked for.
        path: A Parquet file.
        target: Name of its target column, of which a task follows.
    """
    types = column_types(path)
    if task != "auto" or types[target] not in ("integer", "float"):
        return None
    values = _summarise(path, target, types[target])
    if not values.whole or not 2 < values.distinct <= MAX_INTEGER_CLASSES:
        return None
    if _looks_like_classes(values):
        return (
            f"its {values.distinct} whole numbers are taken for classes: if they are amounts or "
            "counts, set --task regression"
        )
    return (
        f"its {values.distinct} whole numbers are taken for amounts, as there are fewer than "
        f"{LEAST_ROWS_OF_A_NUMBER} rows of each: if they are classes, set --task classification"
    )


@dataclass(frozen=True)
class _Values:
    target: str
    type: ColumnType
    rows: int
    present: int
    distinct: int
    whole: bool
    infinite: int
    example: object


def _summarise(path: str | Path, target: str, kind: ColumnType) -> _Values:
    column = pl.col(target)
    if kind == "float":
        column = column.cast(pl.Float64).fill_nan(None)
    is_float = kind == "float"
    summary = (
        pl.scan_parquet(path)
        .select(
            rows=pl.len(),
            present=column.count(),
            distinct=column.drop_nulls().n_unique(),
            whole=(column == column.round()).all() if is_float else pl.lit(kind == "integer"),
            infinite=column.is_infinite().sum() if is_float else pl.lit(0),
            example=column.drop_nulls().first(),
        )
        .collect(engine="streaming")
    )
    return _Values(target=target, type=kind, **summary.row(0, named=True))


def _check_learnable(values: _Values) -> None:
    if values.present == 0:
        raise InputError(
            f"The target {values.target!r} has no value in any of the {values.rows:,} rows: "
            "name a column with values in it (parameter `target`)."
        )
    if values.distinct == 1:
        raise InputError(
            f"The target {values.target!r} has one value only, {values.example!r}, in all "
            f"{values.present:,} rows that have one: there is nothing to tell apart. "
            "Add rows of another class or value, or name another column (parameter `target`)."
        )
    if values.type in ("date", "datetime"):
        raise InputError(
            f"The target {values.target!r} is a {values.type}: a target is text, boolean or a "
            "number. Convert it, for instance to a number of days."
        )


def _looks_like_classes(values: _Values) -> bool:
    if values.type in ("string", "boolean"):
        return True
    if not values.whole or values.distinct > MAX_INTEGER_CLASSES:
        return False
    return values.distinct == 2 or values.present >= LEAST_ROWS_OF_A_NUMBER * values.distinct


def _many(values: _Values) -> bool:
    return values.distinct > max(MAX_INTEGER_CLASSES, values.present // 2)


def _check_regression(values: _Values) -> None:
    if values.type not in ("integer", "float"):
        raise InputError(
            f"The target {values.target!r} is not numeric but {values.type} (for instance "
            f"{values.example!r}), so it cannot be the target of a regression: name a numeric "
            "column, mend its values, or set `task` to classification."
        )
    if values.infinite:
        raise InputError(
            f"The target {values.target!r} is infinite in {counted_rows(values.infinite)}: "
            "remove these rows or empty these values."
        )


def _check_classes(values: _Values) -> None:
    if _many(values):
        raise InputError(
            f"The target {values.target!r} has {values.distinct:,} distinct values in "
            f"{values.present:,} rows, so hardly any class has two rows to learn from: name "
            "another column, or set `task` to regression if it is a number."
        )


def _check_mostly_numbers(path: str | Path, values: _Values) -> None:
    """Refuse numbers with strays among them, which would be a class each."""
    if values.type != "string" or values.distinct <= MAX_INTEGER_CLASSES:
        return
    text = pl.col("text").str.strip_chars()
    rows = pl.scan_parquet(path).select(text=pl.col(values.target).cast(pl.String))
    told = (
        rows.with_row_index("row", offset=1)
        .drop_nulls("text")
        .with_columns(number=text.str.contains(NUMBER["."]) | text.str.contains(NUMBER[","]))
        .collect(engine="streaming")
    )
    numbers, strays = told.filter("number"), told.filter(~pl.col("number"))
    if len(numbers) <= len(told) / 2 or numbers["text"].n_unique() <= MAX_INTEGER_CLASSES:
        return
    if strays.is_empty():
        raise InputError(
            f"The target {values.target!r} holds numbers stored as text: convert the column to "
            "numbers, or set `task` to classification if each of them is a class."
        )
    row, example, _ = strays.row(0)
    raise InputError(_mostly_numbers(values.target, len(strays), len(told), example, row))


def _mostly_numbers(target: str, strays: int, present: int, example: str, row: int) -> str:
    return (
        f"The target {target!r} is a number in most rows and not numeric in all: {strays:,} of its "
        f"{present:,} values are no numbers, the first being {example!r} in data row {row:,}: mend "
        "or empty them, or set `task` to classification if each of its values is a class."
    )


def _check_strays(path: str | Path, target: str) -> None:
    """Refuse a target of which values were lost when it was read as numbers."""
    for remark in table_readings(path).remarks:
        if remark.column == target and remark.kind == "strays":
            present = pl.scan_parquet(path).select(pl.col(target).count()).collect().item()
            raise InputError(
                _mostly_numbers(
                    target, remark.count, present + remark.count, remark.value, remark.row
                )
            )


def _explain_text(path: str | Path, values: _Values) -> NoReturn:
    """Say which values kept a column of numbers from being one, or that it looks like an id."""
    # The target itself may be called row.
    column = pl.col("text")
    strays = (
        pl.scan_parquet(path)
        .select(text=pl.col(values.target).cast(pl.String))
        .with_row_index("row", offset=1)
        .filter(column.is_not_null() & column.cast(pl.Float64, strict=False).is_null())
        .collect(engine="streaming")
    )
    if len(strays) >= values.present / 2:
        _check_classes(values)
    if strays.is_empty():
        raise InputError(
            f"The target {values.target!r} holds numbers stored as text: convert the column to "
            "numbers, or name another one (parameter `target`)."
        )
    row, example = strays.row(0)
    raise InputError(
        f"The target {values.target!r} is text and not numeric, because {len(strays):,} of its "
        f"{values.present:,} values are no numbers, the first being {example!r} in data row "
        f"{row:,}: mend or empty them, or name another column (parameter `target`)."
    )
