"""The profile of predictions on test rows."""

import json

import numpy as np
import pytest

from components.evaluate_model.profiled_predictions import profile_predictions
from components.shared.evaluation.prediction_profile import PredictionProfile
from components.shared.evaluation.predictions import Predicted
from components.shared.models.description import ModelDescription


def described(task: str, classes: list[str] | None) -> ModelDescription:
    """Return what a model of a task says."""
    data = {"digest": "", "rows": 9}
    return ModelDescription(task, "", {}, "y", classes, (), 0, {}, data, {})


def of_two_classes(rows: int, rate: float) -> PredictionProfile:
    """Profile predictions whose probability is true but for a factor."""
    rng = np.random.default_rng(0)
    probability = rng.random(rows)
    actual = (rng.random(rows) < probability * rate).astype(np.intp)
    output = np.column_stack([1 - probability, probability])
    predicted = Predicted("binary", actual, output, ("no", "yes"), 1)
    return profile_predictions(described("binary", ["no", "yes"]), output, predicted)


def test_calibration_shows_what_a_probability_is_worth() -> None:
    """Where half of what is predicted comes true, the curve says so, and never falls."""
    curve = of_two_classes(20_000, 0.5).calibration[1]
    predicted, observed = zip(*curve, strict=True)
    assert np.interp(0.8, predicted, observed) == pytest.approx(0.4, abs=0.04)
    assert [y for _, y in curve] == sorted(y for _, y in curve)


def test_a_profile_comes_back_from_json() -> None:
    """What the registry keeps of it is all of it."""
    found = of_two_classes(500, 1.0)
    assert PredictionProfile.of(json.loads(json.dumps(found.content()))) == found
    assert found.columns.keys() == {"prediction", "probability"}
    assert found.columns["prediction"].categories is not None


def test_a_regression_has_quantiles_alone() -> None:
    """There is no probability to calibrate."""
    output = np.arange(100.0)
    found = profile_predictions(
        described("regression", None), output, Predicted("regression", output, output)
    )
    assert found.calibration == {}
    assert (found.columns["prediction"].quantiles or ())[-1] == 99.0
