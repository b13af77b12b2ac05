"""Probabilities are calibrated as scikit-learn does it, where that is wished or helps."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from components.preprocess_table.preprocess import preprocess_table
from components.shared.errors import InputError
from components.shared.fits.calibration import calibrate
from components.shared.fits.training_rows import TrainingRows
from components.shared.models.folders import load_model
from components.shared.models.threads import threads_for
from components.shared.plans.row_scores import logistic
from components.shared.plans.scorer import PlanScorer
from components.train_model.train import TrainedModel, train_model
from tests.components.model_folders import bundled


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small fits do not wait for threads of each other, as in `train_model`."""
    with threads_for(1):
        yield


BOOSTING = HistGradientBoostingClassifier(max_iter=8, random_state=1)
FOREST = RandomForestClassifier(8, random_state=1)
LINEAR = LogisticRegression(max_iter=30)


def rows_of(loaded: tuple[Any, Any], weighted: bool = True) -> TrainingRows:
    """Return a bundled table as training rows, its classes as texts."""
    features, target = loaded[0][::2, :4], loaded[1][::2]
    labels = np.array([f"class {each}" for each in target], dtype=object)
    weights = np.random.default_rng(0).random(len(labels)) + 0.1 if weighted else None
    return TrainingRows(features, labels, weights)


@pytest.mark.filterwarnings("ignore:lbfgs failed")
@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
@pytest.mark.parametrize("estimator", [BOOSTING, FOREST, LINEAR])
def test_it_is_what_scikit_learn_fits(estimator: Any, method: str) -> None:
    """Two classes and three, with weights: the same as CalibratedClassifierCV, to the last bit."""
    for loaded in (load_breast_cancer(return_X_y=True), load_wine(return_X_y=True)):
        # Boosting takes seconds to find its bins by weights.
        rows = rows_of(loaded, weighted=estimator is not BOOSTING)
        fitted = clone(estimator).fit(rows.features, rows.target, sample_weight=rows.weights)
        found, told = calibrate(fitted, method, rows, 42)
        expected = CalibratedClassifierCV(
            clone(estimator),
            method=method,
            cv=StratifiedKFold(5, shuffle=True, random_state=42),
            ensemble=False,
        ).fit(rows.features, rows.target, sample_weight=rows.weights)
        both = [each.predict_proba(rows.features) for each in (found, expected)]
        assert np.array_equal(*both)
        assert list(found.predict(rows.features)) == list(expected.predict(rows.features))
        assert (told.asked, told.method, told.folds) == (method, method, 5)


def test_auto_calibrates_where_it_helps() -> None:
    """A forest's shares of few trees gain by it, and say so; a good linear model does not."""
    rows = rows_of(load_breast_cancer(return_X_y=True), weighted=False)
    forest = clone(FOREST).fit(rows.features, rows.target)
    _, told = calibrate(forest, "auto", rows, 42)
    # 102 of 285 rows are of the rarer class: steps would follow chance.
    assert told.method == "sigmoid"
    assert told.log_loss["sigmoid"] < told.log_loss["none"]
    assert "isotonic" not in told.log_loss
    assert f"{told.log_loss['none']:.4f}" in told.reason

    random = np.random.default_rng(3)
    features = random.normal(size=(600, 2))
    target = random.random(600) < 1 / (1 + np.exp(-features @ [1.0, -1.0]))
    rows = TrainingRows(features, target, None)
    linear = LogisticRegression().fit(features, target)
    left, told = calibrate(linear, "auto", rows, 42)
    assert left is linear
    assert told.method == "none"
    assert "by more than its standard error" in told.reason


def test_rows_of_an_entity_are_in_one_fold() -> None:
    """Copies of a row in other folds would make a model look calibrated: by entity they do not."""
    random = np.random.default_rng(5)
    features = np.repeat(random.normal(size=(60, 4)), 8, axis=0)
    target = np.repeat(random.random(60) < 0.5, 8)
    rows = TrainingRows(features, target, None)
    fitted = RandomForestClassifier(20, random_state=1).fit(features, target)
    entities = np.repeat(np.arange(60), 8)
    _, alone = calibrate(fitted, "auto", rows, 42)
    _, together = calibrate(fitted, "auto", rows, 42, entities)
    assert alone.log_loss["none"] < 0.3 < together.log_loss["none"]


def test_too_few_rows_of_a_class() -> None:
    """Who asks for a method is told why it cannot be; `auto` leaves probabilities as they are."""
    features, target = np.arange(20.0)[:, np.newaxis], np.array(["a"] * 19 + ["b"], dtype=object)
    rows = TrainingRows(features, target, None)
    fitted = LogisticRegression().fit(features, target)
    with pytest.raises(InputError, match=r"class 'b' has 1 of the training rows.*calibrate"):
        calibrate(fitted, "sigmoid", rows, 42)
    assert calibrate(fitted, "auto", rows, 42)[1].reason.startswith("not calibrated: the class 'b'")


def test_auto_needs_rows_of_each_class() -> None:
    """Below 20 rows of a class `auto` leaves probabilities; isotonic takes 1,000 of each."""
    random = np.random.default_rng(3)
    features = random.normal(size=(2600, 2))
    order = np.argsort(features[:, 0] + random.normal(size=2600))
    for rare in (19, 999, 1000):
        target = np.zeros(2600, dtype=np.int64)
        target[order[-rare:]] = 1
        rows = TrainingRows(features, target, None)
        fitted = LogisticRegression().fit(features, target)
        _, told = calibrate(fitted, "auto", rows, 42)
        assert ("isotonic" in told.log_loss) == (rare == 1000)
        assert ("the class 1 has 19 rows, and it takes 20" in told.reason) == (rare == 19)
    target[order[:-500]] = 0
    rows = TrainingRows(features, target, None)
    asked = calibrate(LogisticRegression().fit(features, target), "isotonic", rows, 42)[1]
    assert (asked.method, "sigmoid is safer" in asked.reason) == ("isotonic", True)


def test_auto_says_that_a_regression_has_nothing_to_calibrate(tmp_path: Path) -> None:
    """It is a note of the training, and not passed over."""
    model = trained(tmp_path, "ridge", "auto", "regression")
    assert any("nothing to calibrate" in note.text for note in model.notes())


def trained(tmp_path: Path, estimator: str, calibration: str, task: str = "binary") -> TrainedModel:
    """Train on a bundled table."""
    loaded = load_breast_cancer if task == "binary" else load_wine
    frame = bundled(loaded(as_frame=True)).gather_every(2)
    frame.select(*frame.columns[:4], "target").write_parquet(tmp_path / "train")
    train, features, preprocessor = (
        tmp_path / name for name in ("train", "features", "preprocessor")
    )
    preprocess_table(train, features, preprocessor, "target", task=task, estimator=estimator)
    quick = {"hist_gradient_boosting": {"max_iter": 10}, "random_forest": {"n_estimators": 5}}
    return train_model(
        train,
        features,
        preprocessor,
        tmp_path / "model",
        "target",
        task=task,
        estimator=estimator,
        hyperparameters=json.dumps(quick.get(estimator, {})),
        calibrate=calibration,
    )


@pytest.mark.parametrize("estimator", ["hist_gradient_boosting", "logistic_regression"])
def test_log_odds_are_calibrated_in_the_plan(tmp_path: Path, estimator: str) -> None:
    """A plan predicts what scikit-learn does, and contributions add up to the calibrated odds."""
    described = trained(tmp_path, estimator, "sigmoid").description
    assert described.calibration is not None
    assert described.calibration.method == "sigmoid"
    assert described.plan_refusal == ""
    rows = pl.read_parquet(tmp_path / "train").drop("target").head(40).to_dicts()
    scorer = PlanScorer.load(tmp_path / "model")
    expected = load_model(tmp_path / "model").pipeline.predict_proba(rows)
    found = scorer.score(rows).probabilities
    assert np.abs(np.array(found) - expected).max() < 1e-12
    odds = [logistic(each.total) for each in scorer.explain(rows[:3])]
    assert odds == pytest.approx(expected[:3, 1].tolist(), abs=1e-9)


@pytest.mark.parametrize(
    ("estimator", "calibration", "task", "reason"),
    [
        ("hist_gradient_boosting", "isotonic", "binary", "by a curve (isotonic)"),
        ("logistic_regression", "sigmoid", "multiclass", "of several classes"),
        ("random_forest", "sigmoid", "binary", "not the log-odds behind them"),
    ],
)
def test_what_a_plan_does_not_hold_has_none(
    tmp_path: Path, estimator: str, calibration: str, task: str, reason: str
) -> None:
    """Such a model says why there is no plan, which is what explains predictions, and predicts."""
    model = trained(tmp_path, estimator, calibration, task)
    assert reason in model.description.plan_refusal
    assert {note.kind for note in model.notes()} == {"assumed", "warning"}
    with pytest.raises(InputError, match="has no plan"):
        PlanScorer.load(tmp_path / "model")
    rows = pl.read_parquet(tmp_path / "train").head(5).to_dicts()
    sums = load_model(tmp_path / "model").pipeline.predict_proba(rows).sum(axis=1)
    assert sums == pytest.approx(1.0)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """Calibrating draws nothing that the seed does not decide."""
    digests = set()
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        digests.add(trained(tmp_path / name, "hist_gradient_boosting", "auto").digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("calibration", "message"),
    [("platt", "must be one of none, auto, sigmoid, isotonic"), ("sigmoid", "no probabilities")],
)
def test_a_wrong_calibration_is_refused(tmp_path: Path, calibration: str, message: str) -> None:
    """A method that there is not, or one for a regression, is refused before the fit."""
    with pytest.raises(InputError, match=message):
        trained(tmp_path, "ridge", calibration, "regression")
