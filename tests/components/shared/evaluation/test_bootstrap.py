"""Intervals against scipy's bootstrap and against theory."""

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import roc_auc_score

from components.shared.evaluation.bootstrap import (
    deviations,
    estimates,
    poisson_table,
)
from components.shared.evaluation.metrics import LEAST_ROWS, METRICS, Estimate
from components.shared.evaluation.scores import BinaryScores, MulticlassScores, RegressionScores

ROC_AUC = tuple(m for m in METRICS["binary"] if m.name == "roc_auc")


def ranked(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and informative scores."""
    rng = np.random.default_rng(seed)
    positive = rng.random(rows) < 0.3
    return positive, 1 / (1 + np.exp(-rng.normal(positive * 1.2, 1.0)))


def scored(rows: int, seed: int = 0) -> BinaryScores:
    """Return scores of informative predictions, for the ROC AUC only."""
    positive, score = ranked(rows, seed)
    return BinaryScores(positive, score, score > 0.5, ["roc_auc"])


def test_interval_agrees_with_scipy() -> None:
    """The interval of a ROC AUC is that of scipy's percentile bootstrap, up to its own noise."""
    positive, score = ranked(600)
    result = estimates(scored(600), ROC_AUC, 2000, 0.95, seed=1)["roc_auc"]
    expected = bootstrap(
        (positive, score),
        lambda p, s: roc_auc_score(p, s),
        paired=True,
        vectorized=False,
        n_resamples=1000,
        method="percentile",
        rng=np.random.default_rng(2),
    ).confidence_interval
    assert result.value == pytest.approx(roc_auc_score(positive, score))
    assert result.low == pytest.approx(expected.low, abs=0.005)
    assert result.high == pytest.approx(expected.high, abs=0.005)


def test_interval_of_a_mean_has_the_width_of_theory() -> None:
    """The interval of a mean absolute error is 2 × 1.96 standard errors wide."""
    rng = np.random.default_rng(3)
    error = rng.normal(size=4000)
    mae = tuple(m for m in METRICS["regression"] if m.name == "mae")
    scores = RegressionScores(np.zeros(4000), error, ["mae"])
    result = estimates(scores, mae, 2000, 0.95, seed=4)["mae"]
    assert result.low is not None
    assert result.high is not None
    width = 2 * 1.96 * np.abs(error).std() / np.sqrt(4000)
    assert result.high - result.low == pytest.approx(width, rel=0.1)


def test_subsets_give_the_width_of_all_rows() -> None:
    """Beyond the subset size the deviations keep the scale of all rows."""
    whole = deviations(scored(8000), 1000, seed=5)["roc_auc"].std()
    parts = deviations(scored(8000), 1000, seed=5, subset=2000)["roc_auc"].std()
    assert parts == pytest.approx(whole, rel=0.15)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """Of 200 samples of a known law, 90 % intervals hold the true ROC AUC about 180 times."""
    truth = 0.8019  # Φ(1.2 / √2), the chance that N(1.2, 1) exceeds N(0, 1)
    results = [
        estimates(scored(300, seed), ROC_AUC, 200, 0.9, seed)["roc_auc"] for seed in range(200)
    ]
    held = sum(bool(r.low and r.high and r.low <= truth <= r.high) for r in results)
    assert 165 <= held <= 194


@pytest.mark.parametrize("rate", [1.0, 2.5, 20.0])
def test_table_follows_the_poisson_law(rate: float) -> None:
    """Mean and variance of the table are those of the law."""
    table = poisson_table(rate)
    assert table.mean() == pytest.approx(rate, rel=1e-4)
    assert table.var() == pytest.approx(rate, rel=1e-3)


def test_same_seed_same_intervals() -> None:
    """Intervals can be reproduced."""
    runs = [estimates(scored(100), ROC_AUC, 50, 0.95, seed=7) for _ in range(2)]
    assert runs[0] == runs[1]


def test_undefined_metric_has_no_interval() -> None:
    """One class only: no value and no interval, and no error."""
    scores = BinaryScores(np.ones(20, bool), np.linspace(0, 1, 20), np.ones(20, bool))
    assert estimates(scores, ROC_AUC, 50, 0.95, seed=0)["roc_auc"] == Estimate(None)


@pytest.mark.parametrize("name", ["average_precision", "log_loss", "brier"])
def test_too_few_rows_of_a_class_give_no_interval(name: str) -> None:
    """What resampling a handful of rows would say is not said: a value, but no interval."""
    metrics = tuple(m for m in METRICS["binary"] if m.name == name)
    for positives, told in ((LEAST_ROWS - 1, False), (LEAST_ROWS, True)):
        positive = np.arange(200) < positives
        score = np.random.default_rng(0).random(200)
        scores = BinaryScores(positive, score, score > 0.5, [name])
        found = estimates(scores, metrics, 100, 0.95, seed=0)[name]
        assert found.value is not None
        assert (found.low is not None) == told


def test_resamples_that_are_all_alike_give_no_interval() -> None:
    """A perfect average precision is 1 in every resample, which says nothing of other rows."""
    metrics = tuple(m for m in METRICS["binary"] if m.name == "average_precision")
    positive, _ = ranked(400)
    scores = BinaryScores(positive, positive * 0.8 + 0.1, positive, ["average_precision"])
    assert estimates(scores, metrics, 100, 0.95, seed=0)["average_precision"] == Estimate(1.0)


@pytest.mark.parametrize("rows", [7, 100])
def test_no_share_of_right_rows_is_sure(rows: int) -> None:
    """Rows that are all predicted right promise no accuracy of 1 to 1, however many they are."""
    positive = np.arange(rows) < rows // 2
    scores = BinaryScores(positive, np.where(positive, 0.9, 0.1), positive)
    found = estimates(scores, METRICS["binary"], 100, 0.95, seed=0)
    for name in ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc"):
        low, high = found[name].low, found[name].high
        assert low is not None
        assert found[name].value == high == 1.0
        assert 0.2 < low < 1.0


@pytest.mark.parametrize(("folds", "factor"), [(1, 1.0), (2, 3**0.5), (3, 2.5**0.5), (5, 1.5)])
def test_rows_that_were_judged_in_folds_are_less_sure(folds: int, factor: float) -> None:
    """The models of the folds share rows: intervals reach further, by Nadeau and Bengio."""
    alone = estimates(scored(600), ROC_AUC, 100, 0.95, seed=1)["roc_auc"]
    crossed = estimates(scored(600), ROC_AUC, 100, 0.95, seed=1, folds=folds)["roc_auc"]
    assert crossed.value == alone.value is not None
    for end, wider in ((alone.low, crossed.low), (alone.high, crossed.high)):
        assert end is not None
        assert wider is not None
        assert wider - alone.value == pytest.approx(factor * (end - alone.value))


def test_a_rare_class_of_several_spoils_no_log_loss() -> None:
    """Of several classes it rests on all rows; the ROC AUC rests on those of the rarest."""
    rng = np.random.default_rng(0)
    actual = np.array([0] * 60 + [1] * 60 + [2] * 2)
    probabilities = rng.dirichlet(np.ones(3), len(actual))
    scores = MulticlassScores(actual, probabilities, probabilities.argmax(axis=1))
    found = estimates(scores, METRICS["multiclass"], 100, 0.95, seed=0)
    assert found["log_loss"].low is not None
    assert found["roc_auc_ovr"].low is None
