"""Fits of rows that an estimator refuses are told in words of ours."""

from typing import Any

import numpy as np
import pytest

from components.shared.errors import InputError
from components.shared.fits.estimator_fits import fit_as_threads_are
from components.shared.fits.hyperparameters import build_estimator
from components.shared.fits.training_rows import TrainingRows
from components.shared.models.estimators import resolve_estimator


@pytest.mark.parametrize(
    ("target", "settings", "message"),
    [
        (["a"] * 8 + ["b"], {}, "the class 'b' has 1 of the 9 rows"),
        (["a", "a", "b", "b", "c", "c"], {}, "of 6 rows to fit on these are 1, too few to have"),
        (["a"] * 6 + ["b"] * 6, {"validation_fraction": 0.9}, "of 12 rows to fit on these are 11"),
        (["a"] * 10_000 + ["b"], {"early_stopping": "auto"}, "the class 'b' has 1 of the 10001"),
        ([0.5], {}, "there is 1 row to fit on, where it takes 2"),
    ],
)
def test_boosting_that_stops_early_needs_rows_to_hold_back(
    target: list[Any], settings: dict[str, Any], message: str
) -> None:
    """Which class is rare, how many rows there are and the remedy, and no text of scikit-learn."""
    task = "binary" if isinstance(target[0], str) else "regression"
    chosen = resolve_estimator("hist_gradient_boosting", task)
    unfitted = build_estimator(chosen, task, {"early_stopping": True, **settings}, 1, [])
    values = np.array(target, dtype=object if task == "binary" else np.float64)
    rows = TrainingRows(np.arange(len(target), dtype=np.float64)[:, np.newaxis], values, None)
    with pytest.raises(InputError, match="stops early by rows that it holds back") as raised:
        fit_as_threads_are(unfitted, chosen, rows, [])
    assert message in str(raised.value)
    assert "early_stopping=false" in str(raised.value)


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}])
def test_what_can_be_held_back_is(settings: dict[str, Any]) -> None:
    """Two rows of each class, one of which is held back, suffice."""
    chosen = resolve_estimator("hist_gradient_boosting", "binary")
    settings = {**settings, "validation_fraction": 0.5, "max_iter": 2}
    unfitted = build_estimator(chosen, "binary", settings, 1, [])
    target = np.array(["a", "a", "b", "b"], dtype=object)
    fit_as_threads_are(unfitted, chosen, TrainingRows(np.eye(4), target, None), [])
    assert unfitted.classes_.tolist() == ["a", "b"]
