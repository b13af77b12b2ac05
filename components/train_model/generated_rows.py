"""Raw rows like those of training, and none of them: from the profile of the training table."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from components.shared.models.description import ColumnProfile, ModelDescription

EXAMPLES: Final = 20
UNSEEN: Final = "never seen in training"
"""A text that no table holds."""

FAR: Final = 1e37
"""Greater numbers are not doubled: single precision, which forests take, ends soon after."""

LAST_YEAR: Final = 9990

Row = dict[str, Any]


def example_rows(description: ModelDescription) -> list[Row]:
    """Return about 20 rows of values that JSON holds: the middle of each column, its ends, more.

    The first row is the middle of all columns, the second has no value, the third and fourth hold
    the least and the greatest values, the fifth texts and numbers that training had not.
    """
    candidates = _candidates(description)
    rows = [{name: values[i] for name, values in candidates.items()} for i in range(5)]
    chance = random.Random(description.seed)  # noqa: S311
    while len(rows) < EXAMPLES:
        rows.append({name: chance.choice(values) for name, values in candidates.items()})
    return rows


def boundary_rows(
    description: ModelDescription, boundaries: Mapping[str, Sequence[Any]], count: int
) -> list[Row]:
    """Return rows in which each value is at random one of the profile, or a boundary.

    Args:
        description: Of the model.
        boundaries: By column, the values at which the model turns.
        count: Number of rows.
    """
    chance = random.Random(description.seed)  # noqa: S311
    candidates = {
        name: [*values, *boundaries.get(name, ())]
        for name, values in _candidates(description).items()
    }
    return [
        {name: chance.choice(values) for name, values in candidates.items()} for _ in range(count)
    ]


def _candidates(description: ModelDescription) -> dict[str, list[Any]]:
    """Return values of each column: its middle, none, the least, the greatest, beyond, others."""
    readings = {reader["column"]: reader.get("reading") or {} for reader in description.readers}
    return {
        column.name: _of_column(description.profile[column.name], readings.get(column.name, {}))
        for column in description.features
    }


def _of_column(profile: ColumnProfile, reading: Mapping[str, Any]) -> list[Any]:
    if profile.categories:
        return _of_categories(profile, list(profile.categories))
    if not profile.quantiles:
        return [None, None, None, None, UNSEEN if profile.type == "string" else None]
    if profile.type in ("date", "datetime"):
        return _of_moments(profile, profile.quantiles, reading)
    low, *others, high = profile.quantiles
    middle = others[len(others) // 2]
    beyond = high + max(abs(high), 1) if abs(high) < FAR else high
    below = low - max(abs(low), 1) if abs(low) < FAR else low
    return [middle, None, low, high, beyond, below, *others]


def _of_categories(profile: ColumnProfile, names: list[str]) -> list[Any]:
    values = names if profile.type == "string" else [json.loads(name) for name in names]
    unseen = UNSEEN if profile.type == "string" else values[0]
    return [values[0], None, values[-1], values[len(values) // 2], unseen, *values]


def _of_moments(
    profile: ColumnProfile, quantiles: Sequence[str], reading: Mapping[str, Any]
) -> list[Any]:
    moments = [datetime.fromisoformat(text) for text in quantiles]
    low, *others, high = moments
    last = reading.get("order") == "time of day" or high.year > LAST_YEAR
    beyond = high if last else high + timedelta(days=400)
    chosen = [others[len(others) // 2], None, low, high, beyond, *others]
    return [None if each is None else _spelt(each, profile.type, reading) for each in chosen]


def _spelt(moment: datetime, kind: str, reading: Mapping[str, Any]) -> str | None:
    """Return a moment as a text that is read as those of the training table were."""
    if pattern := reading.get("pattern"):
        return _by_pattern(moment, pattern)
    if reading.get("order") == "time of day":
        return moment.time().isoformat()
    return moment.date().isoformat() if kind == "date" else moment.isoformat(sep=" ")


def _by_pattern(moment: datetime, pattern: str) -> str | None:
    import polars as pl

    zone = "UTC" if "z" in pattern else None
    series = pl.Series([moment]).dt.replace_time_zone(zone)
    try:
        return str(series.dt.to_string(pattern).item())
    except pl.exceptions.PolarsError:
        # There are patterns to read, but not to write.
        return None
