"""Predictions shuffled among the rows."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import average_precision_score

from components.compare_with_champion.chance import FEWEST, chance_of, shuffles_for
from components.shared.evaluation.metrics import METRICS, Metric, metric_named
from components.shared.evaluation.predictions import Predicted

SEEDS = 20
NOISY = [
    (task, metric)
    for task, metrics in METRICS.items()
    for metric in metrics
    if not metric.same_of_constants
]


def predicted(task: str, rng: np.random.Generator, known: float, rows: int = 60) -> Predicted:
    """Return predictions that know a share of the truth."""
    if task == "regression":
        truth = rng.lognormal(size=rows) + 1
        return Predicted(task, truth, known * truth + (1 - known) * rng.lognormal(size=rows))
    labels = ("a", "b") if task == "binary" else ("a", "b", "c")
    actual = rng.integers(len(labels), size=rows)
    own = np.eye(len(labels))[actual]
    output = known * own + (1 - known) * rng.dirichlet(np.ones(len(labels)), rows)
    return Predicted(task, actual, output, labels, 1 if task == "binary" else None)


@pytest.mark.parametrize(("task", "metric"), NOISY, ids=lambda given: getattr(given, "name", given))
def test_noise_is_among_the_best_as_often_as_it_says(task: str, metric: Metric) -> None:
    """Of predictions that know nothing a tenth are among the best tenth; those that know pass."""
    few = [chance_of(each, metric, 0).share <= 0.1 for each in _many(task, 0.0)]
    assert sum(few) <= binom.ppf(0.999, SEEDS, 0.1)
    informed = predicted(task, np.random.default_rng(0), 0.8)
    assert chance_of(informed, metric, 0).share <= 0.025


def _many(task: str, known: float) -> Iterator[Predicted]:
    for seed in range(SEEDS):
        yield predicted(task, np.random.default_rng(seed), known)


@pytest.mark.parametrize(("task", "metric"), NOISY, ids=lambda given: getattr(given, "name", given))
def test_chance_reaches_further_in_folds(task: str, metric: Metric) -> None:
    """Models of folds share rows: what is better than chance has to be so by more."""
    found = [
        (chance_of(each, metric, 0), chance_of(each, metric, 0, folds=5))
        for each in islice(_many(task, 0.1), 10)
    ]
    assert all(one.mean == folded.mean for one, folded in found)
    ahead = [(one, folded) for one, folded in found if one.share < 0.5]
    assert sum(folded.as_good for _, folded in ahead) > sum(one.as_good for one, _ in ahead)


@pytest.mark.parametrize("folds", [0, 3, 5])
def test_what_is_always_the_same_is_as_good_in_folds(folds: int) -> None:
    """No shuffling of equal predictions is worse for the last digit of a mean."""
    for rows in range(40, 60):
        one = predicted("binary", np.random.default_rng(rows), 0.0, rows)
        same = replace(one, output=np.tile([0.3, 0.7], (rows, 1)))
        found = chance_of(same, metric_named("f1", "binary"), 0, folds=folds)
        assert found.as_good == found.shuffles


@pytest.mark.parametrize(
    ("confidence", "shuffles"), [(0.8, 399), (0.95, 399), (0.99, 999), (0.999, 9_999), (1.0, 9_999)]
)
def test_more_confidence_takes_more_shufflings(confidence: float, shuffles: int) -> None:
    """The fifth best shuffling or a later one is the threshold, of at most 9,999."""
    assert shuffles_for(confidence) == shuffles


def test_as_many_are_shuffled_as_the_confidence_asks_for() -> None:
    """Predictions that know much are better than all 999 shufflings of a confidence of 99 %."""
    informed = predicted("binary", np.random.default_rng(0), 0.8)
    found = chance_of(informed, metric_named("f1", "binary"), 0, confidence=0.99)
    assert (found.shuffles, found.as_good) == (999, 0)


def test_the_mean_of_the_shufflings_is_that_of_the_metric() -> None:
    """Scikit-learn's metric over shuffled labels has the same mean, and the same seed the same."""
    one = predicted("binary", np.random.default_rng(3), 0.2)
    metric = metric_named("average_precision", "binary")
    found = chance_of(one, metric, 1)
    assert found == chance_of(one, metric, 1)
    rng = np.random.default_rng(9)
    means = [
        average_precision_score(rng.permutation(one.actual), one.probability) for _ in range(FEWEST)
    ]
    assert found.mean == pytest.approx(np.mean(means), abs=0.01)


def test_who_calls_all_rows_positive_knows_nothing() -> None:
    """A recall of 1 is that of all shufflings too."""
    actual = np.arange(50) % 2
    everything = Predicted("binary", actual, np.tile([0.1, 0.9], (50, 1)), ("a", "b"), 1)
    found = chance_of(everything, metric_named("recall", "binary"), 0)
    assert (found.mean, found.share) == (1.0, 1.0)


@pytest.mark.parametrize("sizes", [[5] * 12, [1, 2, 3, 4, 6, 8, 10, 12, 3, 2, 5, 4, 7, 3]])
def test_rows_of_an_entity_are_no_more_than_one(sizes: list[int]) -> None:
    """Noise that is the same for all rows of an entity is among the best as often as it says."""
    metric = metric_named("f1", "binary")

    def share(seed: int, together: bool) -> float:
        rng = np.random.default_rng(seed)
        of = np.repeat(np.arange(len(sizes)), sizes)
        actual = rng.integers(2, size=len(sizes))[of]
        called = rng.random(len(sizes))[of]
        noise = Predicted("binary", actual, np.stack([1 - called, called], axis=1), ("a", "b"), 1)
        return chance_of(noise, metric, 0, of if together else None).share

    seeds = range(SEEDS)
    assert sum(share(seed, True) <= 0.1 for seed in seeds) <= binom.ppf(0.999, SEEDS, 0.1)
    assert sum(share(seed, False) <= 0.1 for seed in seeds) > sum(
        share(seed, True) <= 0.1 for seed in seeds
    )


def test_many_rows_are_sampled() -> None:
    """Of more rows than it takes, it says how many were shuffled."""
    many = predicted("regression", np.random.default_rng(0), 0.3, rows=20_001)
    found = chance_of(many, metric_named("mae", "regression"), 0)
    assert (found.rows, found.as_good) == (20_000, 0)
