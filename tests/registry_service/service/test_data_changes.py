"""What changed between two versions of a data set, by their profiles."""

import itertools
from typing import Any

import pytest

from registry_service.domain.registration import VersionContent, VersionDetail, VersionDocument
from registry_service.domain.resources import ModelVersion, RegisteredModel
from registry_service.service.data_changes import DataChanges, data_changes


def version(*columns: dict[str, Any]) -> VersionDetail:
    """A version with these columns."""
    document = VersionDocument({}, {"columns": list(columns)})
    content = VersionContent(document=document, metrics={"rows": 10})
    return VersionDetail(RegisteredModel(), ModelVersion(), [], content)


def column(name: str, kind: str, **profile: Any) -> dict[str, Any]:
    """A column with a profile."""
    return {"name": name, "type": kind, "profile": {"nulls": 0.0, **profile}}


def moved(old: dict[str, Any], new: dict[str, Any]) -> DataChanges:
    """What changed between two versions of one column."""
    return data_changes(version(old), version(new))


def uniform(low: float, high: float) -> list[float]:
    """The quantiles of numbers between two."""
    return [low + (high - low) * step / 20 for step in range(21)]


def test_columns_that_come_go_and_change_are_named() -> None:
    """With their types; what kept its type is compared."""
    before = version(column("a", "integer"), column("b", "float"), column("c", "string"))
    after = version(column("a", "integer"), column("b", "string"), column("d", "date"))
    changes = data_changes(before, after)
    assert changes.added == {"d": "date"}
    assert changes.removed == {"c": "string"}
    assert changes.retyped == {"b": ("float", "string")}
    assert [shift.column for shift in changes.shifts] == ["a"]


@pytest.mark.parametrize(
    ("low", "high", "distance"), [(0, 1, 0.0), (0.5, 1.5, 0.5), (2, 3, 1.0), (0, 2, 0.5)]
)
def test_numbers_are_as_far_apart_as_their_distributions(
    low: float, high: float, distance: float
) -> None:
    """Between uniform laws Kolmogorov's distance is known."""
    old = column("a", "float", quantiles=uniform(0, 1))
    new = column("a", "float", quantiles=uniform(low, high))
    (shift,) = moved(old, new).shifts
    assert shift.distance == pytest.approx(distance, abs=1e-9)


def test_dates_are_compared_as_numbers_are() -> None:
    """Dates stand as texts in a profile."""
    old = column("a", "date", quantiles=["2024-01-01", "2024-01-11"])
    new = column("a", "date", quantiles=["2024-01-06", "2024-01-16"])
    (shift,) = moved(old, new).shifts
    assert shift.distance == pytest.approx(0.5)
    assert shift.middle == ("2024-01-11", "2024-01-16")


def test_categories_are_compared_by_their_shares() -> None:
    """Half of the rows have another value, whatever the number of rows."""
    old = column("a", "string", categories={"x": 6, "y": 2}, other=2)
    new = column("a", "string", categories={"x": 10, "z": 50}, other=40)
    (shift,) = moved(old, new).shifts
    assert shift.distance == pytest.approx((0.5 + 0.2 + 0.5 + 0.2) / 2)


JUNK = [
    *(10**400, -1, 1e308, True, None, "x", "0001-01-01", "9999-12-31T23:59:59", [], {}),
    *([10**400], {"a": 10**400}, ["0001-01-01"], [1, "2024-01-01"], {"a": 1e308, "b": 1e308}),
    ["2024-01-01", "2024-01-01T00:00:00+00:00"],
]


@pytest.mark.parametrize("part", ["quantiles", "categories", "nulls", "other"])
def test_no_profile_is_too_strange(part: str) -> None:
    """Whatever JSON stands in one, the comparison is made."""
    for old, new in itertools.product(JUNK, JUNK):
        sides = [column("a", "t", **{"categories": {"a": 1}, part: each}) for each in (old, new)]
        (shift,) = moved(*sides).shifts
        assert shift.column == "a"


def test_what_has_no_profile_is_not_compared() -> None:
    """A schema that others registered may be anything."""
    old, new = column("a", "float", quantiles="none"), {"name": "a", "type": "float"}
    (shift,) = moved(old, new).shifts
    assert (shift.distance, shift.missing) == (None, (0.0, None))
    assert data_changes(version(), version({"type": "x"})).shifts == []
