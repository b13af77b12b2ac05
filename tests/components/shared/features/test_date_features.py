"""Dates as numbers."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from components.shared.features.date_features import DateFeatures

DATES = st.one_of(st.none(), st.dates(date(1, 1, 1), date(9999, 12, 31)))


@given(days=st.lists(DATES, min_size=1, max_size=30))
def test_parts_are_those_of_the_calendar(days: list[date | None]) -> None:
    """Every part equals that of Python's calendar; a missing date is NaN in all of them."""
    frame = pd.DataFrame({"day": np.array(days, dtype="datetime64[D]").astype("datetime64[s]")})
    expected = [
        [
            day.year,
            day.month,
            day.day,
            day.weekday(),
            day.timetuple().tm_yday,
            (day - date(1970, 1, 1)).days,
        ]
        if day
        else [np.nan] * 6
        for day in days
    ]
    np.testing.assert_array_equal(DateFeatures().fit_transform(frame), expected)


def test_days_that_recur_are_looked_up_alike() -> None:
    """Many rows of few days give what few rows of these days give."""
    start = np.datetime64("2023-12-20", "s")
    few = start + np.arange(30) * np.timedelta64(1, "D")
    many = np.tile(few, 5)
    one_by_one = np.vstack(
        [DateFeatures().fit_transform(pd.DataFrame({"day": [day]})) for day in many]
    )
    np.testing.assert_array_equal(
        DateFeatures().fit_transform(pd.DataFrame({"day": many})), one_by_one
    )


def test_time_adds_the_hour() -> None:
    """With a time of day there are the hour, and fractions of elapsed days."""
    frame = pd.DataFrame({"at": [datetime(1970, 1, 2, 6, 30), datetime(1969, 12, 31, 18)]})
    features = DateFeatures(time=True).fit(frame)
    names = list(features.get_feature_names_out())
    values = features.transform(frame)
    assert values[:, names.index("at_hour")].tolist() == [6.5, 18.0]
    np.testing.assert_allclose(values[:, -1], [1 + 6.5 / 24, -0.25])


def test_cycles_close() -> None:
    """On the circle, December lies as near to January as January to February."""
    frame = pd.DataFrame({"day": [date(2024, 12, 1), date(2024, 1, 1), date(2024, 2, 1)]})
    features = DateFeatures(cyclic=True).fit(frame)
    names = list(features.get_feature_names_out())
    circle = features.transform(frame)[:, [names.index(f"day_month_{f}") for f in ("sin", "cos")]]
    steps = np.linalg.norm(np.diff(circle, axis=0), axis=1)
    assert steps[0] == pytest.approx(steps[1])


@pytest.mark.parametrize(
    "values",
    [
        ["2024-02-29T12:00:00", None],
        pd.Series(["2024-02-29 12:00", None], dtype=object),
        pd.Series(["2024-02-29T12:00:00", None], dtype="category"),
        pd.Series([datetime(2024, 2, 29, 12), None]).astype("datetime64[ns]"),
        pd.Series([datetime(2024, 2, 29, 12, tzinfo=UTC), None]),
        pd.Series([datetime(2024, 2, 29, 14), None]).dt.tz_localize("Africa/Cairo"),
    ],
)
def test_dates_come_in_every_form_that_pandas_has(values: object) -> None:
    """Strings, objects, categories, units and time zones give the same features."""
    reference = pd.DataFrame({"at": [datetime(2024, 2, 29, 12), None]})
    features = DateFeatures(time=True).fit(reference)
    np.testing.assert_array_equal(
        features.transform(pd.DataFrame({"at": values})), features.transform(reference)
    )


@pytest.mark.parametrize("missing", [[None, None], [np.nan, np.nan], [pd.NaT, pd.NaT]])
def test_columns_without_any_date_are_nan(missing: list[object]) -> None:
    """A batch that happens to have no dates at all is NaN, whatever pandas made of it."""
    frame = pd.DataFrame({"day": missing})
    assert np.isnan(DateFeatures().fit(frame).transform(frame)).all()


def test_strings_that_are_no_dates_are_refused() -> None:
    """A wrong string is an error that names the column, not a missing value."""
    frame = pd.DataFrame({"day": ["2024-02-30"]})
    with pytest.raises(ValueError, match="'day' holds values that are no dates"):
        DateFeatures().fit(frame).transform(frame)


def test_names_match_the_columns() -> None:
    """There is a name for every output column, and a clone has the same settings."""
    start = datetime(2024, 1, 1)
    frame = pd.DataFrame({"a": [start], "b": [start + timedelta(days=1)]})
    features = clone(DateFeatures(time=True, cyclic=True)).fit(frame)
    names = features.get_feature_names_out()
    assert len(set(names)) == features.transform(frame).shape[1] == 30
    assert names[0] == "a_year"
    assert names[15] == "b_year"
