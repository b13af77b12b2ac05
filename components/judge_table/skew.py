"""How rows differ from those that a model was trained on: training/serving skew.

A few unseen values are no skew: a sample of the same population has some. So a column speaks
against a table only where chance does not explain what it has (at one level for all tests of a
table together, by Bonferroni) and where it is more than a trifle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
from scipy.stats import norm

from components.shared.models.description import ColumnProfile, ModelDescription
from components.shared.models.profiles import category
from components.shared.models.readings import model_readings
from components.shared.reports.notes import VIOLATION, Note
from components.shared.reports.number_text import counted_rows, number, percent
from components.shared.tables.column_types import ColumnType, schema_types
from components.shared.tables.files import read_columns
from components.shared.windows.chances import chance_beyond, chance_of_unseen
from components.shared.windows.inputs import further_columns, input_problem
from components.shared.windows.trained_readings import without_markers

LEVEL: Final = 0.01
"""Chance that a table which does not differ has any violation of a range, category or share."""

LEAST_SHARE: Final = 0.01
"""Share of the rows below which unseen values and values out of range are only remarked on."""

LEAST_CHANGE: Final = 0.05
"""Change of the share of missing values below which it is only remarked on."""


@dataclass(frozen=True)
class _Difference:
    """What one column has that the training rows had not.

    Attributes:
        text: What it has, as a sentence.
        chance: Probability that rows of the same population have as much of it, or more.
        is_large: Whether it is more than a trifle.
    """

    text: str
    chance: float
    is_large: bool


def skew(table: str | Path, model: ModelDescription) -> list[Note]:
    """Compare a table with the input schema and the reference profile of a model.

    Args:
        table: Parquet file.
        model: What `model.json` says.

    Returns:
        Notes: `violation` for a column that is missing or of another kind, and for more unseen
        categories, values out of the trained range or missing values than chance explains;
        `warning` for the rest.
    """
    lazy = pl.scan_parquet(table)
    types = schema_types(lazy.collect_schema())
    rows = int(lazy.select(pl.len()).collect().item())
    notes, comparable = [], []
    for feature in model.features:
        if (problem := input_problem(feature, types.get(feature.name))) is not None:
            notes.append(Note(VIOLATION, problem, (feature.name,)))
        elif profile := model.profile.get(feature.name):
            comparable.append((feature.name, profile))
    readings = model_readings(model)
    columns = read_columns(table, [name for name, _ in comparable])
    found = [
        (name, difference)
        for (name, profile), column in zip(comparable, columns, strict=True)
        for difference in _differences(
            without_markers(column, readings.get(name)),
            *(profile, types[name], rows, _train_rows(model)),
        )
    ]
    tests = max(1, 2 * len(comparable))
    for name, difference in found:
        is_skew = difference.is_large and difference.chance < LEVEL / tests
        notes.append(Note(VIOLATION if is_skew else "warning", difference.text, (name,)))
    return notes + further_columns(types, model)


def _train_rows(model: ModelDescription) -> int:
    return int(model.training_data["rows"])


def _differences(
    series: pl.Series,
    profile: ColumnProfile,
    kind: ColumnType,
    rows: int,
    train_rows: int,
) -> Iterator[_Difference]:
    if kind == "float":
        series = series.fill_nan(None)
    present = series.drop_nulls()
    if rows and (missing := _more_missing(1 - len(present) / rows, rows, profile, train_rows)):
        yield missing
    if present.is_empty():
        return
    train_present = max(1, round(train_rows * (1 - profile.nulls)))
    if profile.categories is not None:
        if unseen := _unseen(present, profile, train_present):
            yield unseen
    elif profile.quantiles is not None and (outside := _outside(present, profile, train_present)):
        yield outside


def _more_missing(
    share: float, rows: int, profile: ColumnProfile, train_rows: int
) -> _Difference | None:
    """Compare two shares by the pooled z test (Fleiss et al. 2003, Rates and Proportions, 3.1)."""
    pooled = (share * rows + profile.nulls * train_rows) / (rows + train_rows)
    spread = (pooled * (1 - pooled) * (1 / rows + 1 / train_rows)) ** 0.5
    change = share - profile.nulls
    if change <= 0 or spread == 0 or (chance := float(norm.sf(change / spread))) > LEVEL:
        return None
    text = (
        f"{percent(share)} of the values are missing, where {percent(profile.nulls)} were when the "
        "model was trained"
    )
    return _Difference(text, chance, change > LEAST_CHANGE)


def _unseen(present: pl.Series, profile: ColumnProfile, train_present: int) -> _Difference | None:
    """Count values outside the trained categories."""
    categories = profile.categories or {}
    if profile.other:
        return None  # rarer categories were not kept one by one
    counts = present.alias("value").value_counts()
    new = {
        category(value): count
        for value, count in counts.iter_rows()
        if category(value) not in categories
    }
    if not new:
        return None
    unseen, share = sum(new.values()), sum(new.values()) / len(present)
    first = max(new, key=lambda value: new[value])
    text = (
        f"{counted_rows(unseen)} ({percent(share)}) with a value that the model never saw, most "
        f"often {first!r}"
    )
    chance = chance_of_unseen(unseen, len(present), categories.values(), train_present)
    return _Difference(text, chance, share > LEAST_SHARE)


def _outside(present: pl.Series, profile: ColumnProfile, train_present: int) -> _Difference | None:
    """Count values outside the trained range."""
    least, greatest = (_value(bound, present.dtype) for bound in _ends(profile))
    outside = present.filter((present < least) | (present > greatest))
    if outside.is_empty():
        return None
    share = len(outside) / len(present)
    text = (
        f"{counted_rows(len(outside))} ({percent(share)}) outside the range {_shown(least)} to "
        f"{_shown(greatest)} of the training rows, such as {_shown(outside[0])}"
    )
    chance = chance_beyond(len(outside), len(present), 2, train_present)
    return _Difference(text, chance, share > LEAST_SHARE)


def _ends(profile: ColumnProfile) -> tuple[Any, Any]:
    quantiles = profile.quantiles or ()
    return quantiles[0], quantiles[-1]


def _value(bound: Any, dtype: pl.DataType) -> Any:
    """Return a bound of a profile, in which moments are texts, as a value of the column."""
    if not isinstance(bound, str):
        return bound
    moment = datetime.fromisoformat(bound)
    return moment.date() if dtype == pl.Date else moment


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else number(float(value))
