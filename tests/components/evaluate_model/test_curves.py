"""Curves against scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics as sk

from components.evaluate_model.curves import MOST_POINTS, calibration, precision_recall, roc
from components.shared.evaluation.ranking import Bools, Floats


def rows(number: int, ties: bool = False) -> tuple[Bools, Floats]:
    """Return labels and informative scores."""
    rng = np.random.default_rng(0)
    positive = rng.random(number) < 0.3
    score = 1 / (1 + np.exp(-rng.normal(positive * 1.5, 1.0)))
    return positive, np.round(score, 1) if ties else score


@pytest.mark.parametrize("ties", [False, True])
def test_roc_is_scikit_learns(ties: bool) -> None:
    """Few rows: the same points, but for a finite first threshold."""
    positive, score = rows(60, ties)
    curve = roc(positive, score)
    assert curve is not None
    alarms, found, thresholds = sk.roc_curve(positive, score, drop_intermediate=False)
    assert curve.false_positive_rate == pytest.approx(alarms)
    assert curve.true_positive_rate == pytest.approx(found)
    assert curve.thresholds[1:] == pytest.approx(thresholds[1:])
    assert curve.thresholds[0] == 1


def test_thinned_roc_keeps_its_area_and_ends() -> None:
    """A long curve is cut to few points that enclose the same area."""
    positive, score = rows(20_000)
    curve = roc(positive, score)
    assert curve is not None
    assert len(curve.thresholds) <= MOST_POINTS
    area = float(np.trapezoid(curve.true_positive_rate, curve.false_positive_rate))
    assert area == pytest.approx(sk.roc_auc_score(positive, score), abs=1e-3)
    assert (curve.false_positive_rate[0], curve.true_positive_rate[-1]) == (0, 1)


def test_precision_recall_is_scikit_learns() -> None:
    """Few rows: the same points, without scikit-learn's added last one."""
    positive, score = rows(60)
    curve = precision_recall(positive, score)
    assert curve is not None
    precision, recall, _ = sk.precision_recall_curve(positive, score)
    assert curve.recall == pytest.approx(recall[:-1][::-1])
    assert curve.precision == pytest.approx(precision[:-1][::-1])


def test_a_missing_class_has_no_curve() -> None:
    """There is no rate of what is not there."""
    score = np.linspace(0, 1, 5)
    assert roc(np.ones(5, bool), score) is None
    assert precision_recall(np.zeros(5, bool), score) is None


def test_calibration_bins_hold_all_rows_and_their_share() -> None:
    """Bins are equally filled, and the observed share lies within its interval."""
    positive, score = rows(1000)
    bins = calibration(positive, score)
    assert bins.rows.tolist() == [100] * 10
    assert (bins.rows @ bins.observed) == pytest.approx(positive.sum())
    assert ((bins.low <= bins.observed) & (bins.observed <= bins.high)).all()


def test_calibration_keeps_equal_scores_together() -> None:
    """A score that most rows share makes one bin."""
    bins = calibration(np.arange(100) < 30, np.repeat([0.2, 0.9], [90, 10]))
    assert bins.predicted.tolist() == pytest.approx([0.2, 0.9])
