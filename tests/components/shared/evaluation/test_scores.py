"""Weighted metrics against scikit-learn's."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from components.shared.evaluation.metrics import METRICS
from components.shared.evaluation.scores import (
    BinaryScores,
    MulticlassScores,
    RegressionScores,
    point_values,
)


def binary_rows(seed: int, rows: int, ties: bool) -> tuple[Any, Any]:
    """Return labels of both classes and informative probabilities, tied ones if asked for."""
    rng = np.random.default_rng(seed)
    positive = rng.random(rows) < 0.3
    positive[:2] = [True, False]
    score = 1 / (1 + np.exp(-rng.normal(positive * 1.5, 1.0)))
    return positive, np.round(score, 1) if ties else score


def sklearn_binary(positive: Any, score: Any, weight: Any) -> dict[str, float]:
    """Return what scikit-learn says of the same rows."""
    called = score > 0.5
    options = {"sample_weight": weight}
    return {
        "roc_auc": sk.roc_auc_score(positive, score, **options),
        "average_precision": sk.average_precision_score(positive, score, **options),
        "log_loss": sk.log_loss(positive, score, **options),
        "brier": sk.brier_score_loss(positive, score, **options),
        "accuracy": sk.accuracy_score(positive, called, **options),
        "balanced_accuracy": sk.balanced_accuracy_score(positive, called, **options),
        "f1": sk.f1_score(positive, called, zero_division=0, **options),
        "precision": sk.precision_score(positive, called, zero_division=0, **options),
        "recall": sk.recall_score(positive, called, **options),
    }


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(4, 80), ties=st.booleans())
@settings(max_examples=60, deadline=None)
def test_binary_metrics_equal_sklearns(seed: int, rows: int, ties: bool) -> None:
    """Every binary metric equals scikit-learn's under whole-number weights, ties and zeros too."""
    positive, score = binary_rows(seed, rows, ties)
    weight = np.random.default_rng(seed).poisson(1.0, rows).astype(float)
    weight[:2] = 1.0
    ours = BinaryScores(positive, score, score > 0.5).values(weight[None])
    expected = sklearn_binary(positive, score, weight)
    assert {name: value[0] for name, value in ours.items()} == pytest.approx(expected)
    assert list(ours) == [metric.name for metric in METRICS["binary"]]


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(12, 80))
@settings(max_examples=40, deadline=None)
def test_multiclass_metrics_equal_sklearns(seed: int, rows: int) -> None:
    """Every multi-class metric equals scikit-learn's under weights."""
    rng = np.random.default_rng(seed)
    actual = rng.integers(0, 3, rows)
    actual[:3] = [0, 1, 2]
    probabilities = rng.dirichlet(np.ones(3), rows) * 0.5 + np.eye(3)[actual] * 0.5 * rng.random()
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    called = probabilities.argmax(axis=1)
    weight = rng.poisson(1.0, rows).astype(float)
    weight[:3] = 1.0
    ours = MulticlassScores(actual, probabilities, called).values(weight[None])
    one_vs_rest = [
        sk.roc_auc_score(actual == k, probabilities[:, k], sample_weight=weight) for k in range(3)
    ]
    assert {name: value[0] for name, value in ours.items()} == pytest.approx(
        {
            "accuracy": sk.accuracy_score(actual, called, sample_weight=weight),
            "balanced_accuracy": sk.balanced_accuracy_score(actual, called, sample_weight=weight),
            "f1_macro": sk.f1_score(actual, called, average="macro", sample_weight=weight),
            "log_loss": sk.log_loss(actual, probabilities, sample_weight=weight),
            "roc_auc_ovr": np.mean(one_vs_rest),
        }
    )


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(3, 80))
@settings(max_examples=40, deadline=None)
def test_regression_metrics_equal_sklearns(seed: int, rows: int) -> None:
    """Every regression metric equals scikit-learn's when each row counts once."""
    rng = np.random.default_rng(seed)
    actual = rng.normal(50, 10, rows).clip(20)
    predicted = actual + rng.normal(0, 5, rows)
    assert point_values(RegressionScores(actual, predicted)) == pytest.approx(
        {
            "rmse": sk.root_mean_squared_error(actual, predicted),
            "mae": sk.mean_absolute_error(actual, predicted),
            "r2": sk.r2_score(actual, predicted),
            "median_absolute_error": sk.median_absolute_error(actual, predicted),
            "mape": sk.mean_absolute_percentage_error(actual, predicted),
        }
    )


def test_a_weight_counts_like_a_repeated_row() -> None:
    """Weight 3 is three copies of the row, for each regression metric."""
    rng = np.random.default_rng(1)
    actual, predicted, weight = rng.normal(size=20), rng.normal(size=20), rng.integers(0, 4, 20)
    weighted = RegressionScores(actual, predicted).values(weight[None].astype(float))
    repeated = RegressionScores(actual.repeat(weight), predicted.repeat(weight))
    assert {n: v[0] for n, v in weighted.items()} == pytest.approx(point_values(repeated))


def test_one_class_only_leaves_the_ranking_undefined() -> None:
    """Without negatives there is no ROC AUC; without positives no recall, F1 or precision curve."""
    score = np.array([0.2, 0.7, 0.9])
    positives = point_values(BinaryScores(np.ones(3, bool), score, score > 0.5))
    negatives = point_values(BinaryScores(np.zeros(3, bool), score, score > 0.5))
    undefined = [n for n, v in positives.items() if np.isnan(v)]
    assert undefined == ["roc_auc"]
    undefined = [n for n, v in negatives.items() if np.isnan(v)]
    assert undefined == ["roc_auc", "average_precision", "f1", "recall"]


def test_a_class_that_the_model_does_not_know_is_a_mistake() -> None:
    """Rows of an unknown class lower accuracy and recall, and count as probability 0."""
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    scores = MulticlassScores(np.array([0, 1, 2]), probabilities, probabilities.argmax(axis=1))
    values = point_values(scores)
    assert values["accuracy"] == pytest.approx(2 / 3)
    assert values["balanced_accuracy"] == pytest.approx(2 / 3)
    assert values["log_loss"] > 12


def test_mape_is_left_out_where_it_would_explode() -> None:
    """An actual value near zero rules MAPE, so it is not reported."""
    predicted = np.array([1.0, 2.0, 3.0])
    assert "mape" not in point_values(RegressionScores(np.array([0.0, 2.0, 3.0]), predicted))
    assert "mape" in point_values(RegressionScores(np.array([1.5, 2.0, 3.0]), predicted))


def test_r2_of_a_constant_target_is_undefined() -> None:
    """Nothing varies, so no share of it can be explained."""
    values = point_values(RegressionScores(np.full(5, 0.1), np.arange(5.0)))
    assert np.isnan(values["r2"])


def test_only_the_named_metrics_are_computed() -> None:
    """A caller that asks for one metric gets, and pays for, one."""
    positive, score = binary_rows(0, 50, ties=False)
    scores = BinaryScores(positive, score, score > 0.5, ["brier"])
    assert list(point_values(scores)) == ["brier"]


def test_a_subset_scores_like_its_rows() -> None:
    """`take` gives the metrics of the rows taken."""
    positive, score = binary_rows(0, 50, ties=False)
    rows = np.arange(0, 50, 2)
    taken = BinaryScores(positive, score, score > 0.5).take(rows)
    direct = BinaryScores(positive[rows], score[rows], score[rows] > 0.5)
    assert point_values(taken) == point_values(direct)
