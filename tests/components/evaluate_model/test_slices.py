"""Slices."""

import numpy as np
import pandas as pd
import pytest

from components.evaluate_model.slices import LEAST_ROWS, slice_by
from components.shared.evaluation.predictions import Predicted


@pytest.fixture(name="predicted")
def half_wrong() -> Predicted:
    """A regression of 400 rows whose second half is predicted ten times worse."""
    actual = np.random.default_rng(0).normal(size=400)
    error = np.where(np.arange(400) < 200, 0.1, 1.0)
    return Predicted("regression", actual, actual + error)


def test_bad_slice_is_marked(predicted: Predicted) -> None:
    """The slice whose interval excludes the whole is called worse, the other better."""
    column = pd.Series(pd.Categorical(np.repeat(["good", "bad"], 200)), name="half")
    sliced = slice_by(column, predicted, whole=0.71, confidence=0.95, seed=0)
    parts = {part.value: part for part in sliced.slices}
    assert {name: part.apart for name, part in parts.items()} == {"good": "better", "bad": "worse"}
    assert parts["good"].estimate.value == pytest.approx(0.1)
    assert parts["bad"].estimate.value == pytest.approx(1.0)


def test_small_slices_are_suppressed_and_counted(predicted: Predicted) -> None:
    """Too few rows say little and may point at persons."""
    names = np.repeat(
        ["many", "few", "none"], [400 - 2 * LEAST_ROWS + 1, LEAST_ROWS, LEAST_ROWS - 1]
    )
    sliced = slice_by(pd.Series(pd.Categorical(names), name="x"), predicted, 0.7, 0.95, 0)
    assert [part.value for part in sliced.slices] == ["many", "few"]
    assert (sliced.suppressed, sliced.suppressed_rows) == (1, LEAST_ROWS - 1)


def test_missing_values_are_a_slice(predicted: Predicted) -> None:
    """Rows without a value are shown as such."""
    column = pd.Series(pd.Categorical(["a"] * 300 + [None] * 100), name="x")
    sliced = slice_by(column, predicted, 0.7, 0.95, 0)
    assert [(part.value, part.rows) for part in sliced.slices] == [("a", 300), ("(missing)", 100)]


def test_few_numbers_are_slices_of_readable_digits(predicted: Predicted) -> None:
    """What a float is off by in its last places is not shown."""
    column = pd.Series(np.repeat([0.1 + 0.2, 7.0], 200), name="x")
    sliced = slice_by(column, predicted, 0.7, 0.95, 0)
    assert [part.value for part in sliced.slices] == ["0.3", "7"]


def test_days_are_cut_into_quarters_in_their_order(predicted: Predicted) -> None:
    """Many days make four ranges, earliest first, that begin and end with days."""
    days = pd.Series(pd.date_range("2024-01-01", periods=40).repeat(10), name="day")
    values = [part.value for part in slice_by(days, predicted, 0.7, 0.95, 0).slices]
    assert values[0].startswith("2024-01-01 to 2024-01-10")
    assert values == sorted(values)
    assert len(values) == 4
