"""What changed between two versions of a data set, by what was registered of their columns.

Rows are not looked at: that is for who has them. Profiles are those that `register_dataset` of our
pipelines writes; a schema of another form has none.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry_service.domain.registration import VersionDetail


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the values of a column have moved, and its missing values.

    Attributes:
        column: Name of the column.
        distance: From 0, the same, to 1, nothing in common: of numbers and dates the greatest
            difference of their distribution functions (Kolmogorov 1933), to some 0.05, as it is
            taken from twenty-one quantiles; of categories half the sum of the differences of
            their shares (total variation). None where one version has no profile of the column.
        missing: Shares of rows without a value, in each version.
        middle: Median, or the most frequent value, in each version.
    """

    column: str
    distance: float | None
    missing: tuple[float | None, float | None]
    middle: tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class DataChanges:
    """What changed from one version to another.

    Attributes:
        rows: Number of rows of each, where it was registered.
        added: New columns with their types.
        removed: Columns that are gone, with their types.
        retyped: Types before and after, of columns whose type changed.
        shifts: Of each column that both have with one type, the largest distance first.
    """

    rows: tuple[float | None, float | None]
    added: Mapping[str, str]
    removed: Mapping[str, str]
    retyped: Mapping[str, tuple[str, str]]
    shifts: Sequence[Shift]


def data_changes(before: VersionDetail, after: VersionDetail) -> DataChanges:
    """Return what changed from one version to another."""
    old, new = _columns(before), _columns(after)
    types = {
        name: (str(old[name].get("type")), str(new[name].get("type")))
        for name in old
        if name in new
    }
    same = [name for name, (was, is_now) in types.items() if was == is_now]
    shifts = [_shift(name, _profile(old[name]), _profile(new[name])) for name in same]
    return DataChanges(
        rows=(before.content.metrics.get("rows"), after.content.metrics.get("rows")),
        added={name: str(column.get("type")) for name, column in new.items() if name not in old},
        removed={name: str(column.get("type")) for name, column in old.items() if name not in new},
        retyped={name: pair for name, pair in types.items() if pair[0] != pair[1]},
        shifts=sorted(shifts, key=lambda shift: -(shift.distance or 0)),
    )


def _columns(detail: VersionDetail) -> Mapping[str, Mapping[str, Any]]:
    schema = detail.content.document.schema
    listed = schema.get("columns") if isinstance(schema, Mapping) else None
    if not isinstance(listed, list):
        return {}
    return {
        str(each["name"]): each for each in listed if isinstance(each, Mapping) and "name" in each
    }


def _profile(column: Mapping[str, Any]) -> Mapping[str, Any]:
    profile = column.get("profile")
    return profile if isinstance(profile, Mapping) else {}


def _shift(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Shift:
    distance = _distance(old, new)
    missing = (_share(old.get("nulls")), _share(new.get("nulls")))
    return Shift(name, distance, missing, (_middle(old), _middle(new)))


def _share(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None  # JSON has whole numbers of any length.


def _distance(old: Mapping[str, Any], new: Mapping[str, Any]) -> float | None:
    if isinstance(old.get("categories"), Mapping) and isinstance(new.get("categories"), Mapping):
        return _total_variation(_shares(old), _shares(new))
    first, second = _numbers(old.get("quantiles")), _numbers(new.get("quantiles"))
    if not first or not second:
        return None
    return max(abs(_up_to(value, first) - _up_to(value, second)) for value in {*first, *second})


def _shares(profile: Mapping[str, Any]) -> Mapping[str, float]:
    counts = {str(name): _share(count) or 0.0 for name, count in profile["categories"].items()}
    # What has no name of its own cannot be the same as a category of that text.
    counts["\0other"] = _share(profile.get("other")) or 0.0
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()} if total else {}


def _total_variation(old: Mapping[str, float], new: Mapping[str, float]) -> float:
    return sum(abs(old.get(name, 0.0) - new.get(name, 0.0)) for name in {*old, *new}) / 2


def _numbers(quantiles: Any) -> Sequence[float]:
    """Return quantiles as numbers, moments among them; nothing for what is none."""
    if not isinstance(quantiles, list):
        return ()
    try:
        return sorted(
            datetime.fromisoformat(each).timestamp() if isinstance(each, str) else float(each)
            for each in quantiles
        )
    except (TypeError, ValueError, OverflowError):
        return ()


def _up_to(value: float, quantiles: Sequence[float]) -> float:
    """Return the share of values up to one, between the quantiles in a straight line."""
    place = bisect_right(quantiles, value)
    if place == 0:
        return 0.0
    if place == len(quantiles):
        return 1.0
    below, above = quantiles[place - 1], quantiles[place]
    return (place - 1 + (value - below) / (above - below)) / (len(quantiles) - 1)


def _middle(profile: Mapping[str, Any]) -> Any:
    quantiles, categories = profile.get("quantiles"), profile.get("categories")
    if isinstance(quantiles, list) and quantiles:
        return quantiles[len(quantiles) // 2]
    if isinstance(categories, Mapping) and categories:
        return next(iter(categories))
    return None
