"""Intervals by a formula, against scipy's and against the laws that rows were drawn from."""

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest, norm
from sklearn.metrics import roc_auc_score

from components.shared.evaluation.exact_intervals import (
    F1,
    Share,
    mean_interval,
    ranking_interval,
)


@pytest.mark.parametrize(("hits", "rows"), [(0, 1), (7, 7), (0, 30), (3, 10), (99, 100)])
def test_the_interval_of_a_share_is_scipys_exact_one(hits: int, rows: int) -> None:
    """Clopper and Pearson's, at the borders too."""
    expected = binomtest(hits, rows).proportion_ci(0.9, method="exact")
    assert Share(hits, rows).interval(0.9) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("rows", [3, 7, 20, 100])
def test_shares_are_held_as_often_as_promised(rows: int) -> None:
    """Whatever the share, and its lower end is above it in 2.5 % of samples at most."""
    ends = [Share(hits, rows).interval(0.95) for hits in range(rows + 1)]
    for share in np.linspace(0.01, 0.99, 25):
        chance = binom.pmf(range(rows + 1), rows, share)
        above = sum(p for p, (low, _) in zip(chance, ends, strict=True) if low > share)
        held = sum(p for p, (low, high) in zip(chance, ends, strict=True) if low <= share <= high)
        assert held >= 0.95
        assert above <= 0.025


def test_an_f1_has_the_interval_of_its_share() -> None:
    """Hits among rows that have the class or are called so, as an F1 is made of."""
    found, false_alarms, missed = 6, 1, 3
    f1 = F1(found, found + false_alarms + missed)
    assert f1.value == pytest.approx(2 * found / (2 * found + false_alarms + missed))
    low, high = Share(6, 10).interval(0.95)
    assert f1.interval(0.95) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))


def test_the_mean_of_shares_is_held_as_often_as_promised() -> None:
    """Few rows of three classes, predicted well: balanced accuracy leaves its interval rarely."""
    rng, shares = np.random.default_rng(0), (0.95, 0.8, 0.7)
    held = 0
    for hits in rng.binomial((10, 5, 3), shares, (1000, 3)):
        low, high = mean_interval(list(map(Share, hits.tolist(), (10, 5, 3))), 0.95)
        held += low <= sum(shares) / 3 <= high
    assert held >= 940


@pytest.mark.parametrize("truth", [0.5, 0.8, 0.95])
def test_a_ranking_of_few_rows_is_held_as_often_as_promised(truth: float) -> None:
    """Ten rows of each class, where a bootstrap of 0.95 holds four samples in five."""
    positive, apart = np.arange(20) < 10, math.sqrt(2) * norm.ppf(truth)
    held = 0
    for seed in range(400):
        score = np.random.default_rng(seed).normal(positive * apart, 1.0)
        low, high = ranking_interval(roc_auc_score(positive, score), 10, 10, 0.95)
        held += low <= truth <= high
    assert held >= 368


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_perfect_ranking_is_not_sure(value: float) -> None:
    """One end is the border, the other is not; and a mirrored ranking has a mirrored interval."""
    low, high = ranking_interval(value, 5, 20, 0.95)
    assert low < high
    assert value in (low, high)
    mirrored = ranking_interval(1 - value, 5, 20, 0.95)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high))
