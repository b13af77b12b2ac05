"""Permutation importance."""

import pytest
from sklearn.inspection import permutation_importance as sklearn_importance

from components.evaluate_model import importance
from components.evaluate_model.importance import permutation_importance
from components.shared.models.folders import load_model
from components.shared.tables.frames import read_frame
from tests.components.model_folders import Trained


def test_agrees_with_scikit_learn(regression_model: Trained) -> None:
    """Each column's importance is scikit-learn's, up to the noise of the shuffles."""
    model, rows = load_model(regression_model.model), read_frame(regression_model.test)
    found = {f.feature: f.mean for f in permutation_importance(model, rows, seed=1).features}
    names = [feature.name for feature in model.description.features]
    expected = sklearn_importance(
        model.pipeline, rows[names], rows["target"], n_repeats=20, random_state=0
    )
    for name, mean, std in zip(
        names, expected.importances_mean, expected.importances_std, strict=True
    ):
        assert found[name] == pytest.approx(mean, abs=4 * std + 0.005)


def test_batches_change_nothing(binary_model: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    """Predicting columns one by one, or all at once, gives the same figures."""
    model, rows = load_model(binary_model.model), read_frame(binary_model.test)
    at_once = permutation_importance(model, rows, seed=1)
    monkeypatch.setattr(importance, "BATCH", 1)
    assert permutation_importance(model, rows, seed=1) == at_once


def test_wide_tables_get_a_smaller_sample(
    binary_model: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of rows predicted in all is bounded."""
    model, rows = load_model(binary_model.model), read_frame(binary_model.test)
    monkeypatch.setattr(importance, "MOST_PREDICTED", 4_800)
    assert permutation_importance(model, rows, seed=1).rows == 400


def test_tables_too_wide_to_be_measured_say_so(
    binary_model: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where shuffling each of the columns would take minutes, none is, and that is known."""
    model, rows = load_model(binary_model.model), read_frame(binary_model.test)
    columns = len(model.description.features)
    needed = importance.REPEATS * min(len(rows), importance.SAMPLE) * columns**2
    monkeypatch.setattr(importance, "MOST_CELLS", needed)
    assert not permutation_importance(model, rows, seed=1).too_many
    monkeypatch.setattr(importance, "MOST_CELLS", needed - 1)
    found = permutation_importance(model, rows, seed=1)
    assert (found.too_many, found.features) == (True, ())


def test_undefined_on_the_sample_is_empty(binary_model: Trained) -> None:
    """Without both classes there is nothing to lose."""
    model, rows = load_model(binary_model.model), read_frame(binary_model.test)
    assert permutation_importance(model, rows[rows["damaged"] == "no"], seed=1).features == ()
