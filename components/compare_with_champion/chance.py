"""What a model's own predictions reach where chance gives them to rows.

Predictions that know nothing of the rows are as good on any others: those that were made for the
rows are among the best `p` of all shufflings in a share `p` of cases, whatever the metric. It is
the first permutation test of Ojala & Garriga 2010, Permutation Tests for Studying Classifier
Performance, JMLR 11; the share is that of Phipson & Smyth 2010, Permutation P-values Should Never
Be Zero.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components.shared.evaluation.bootstrap import widening
from components.shared.evaluation.comparisons import Chance
from components.shared.evaluation.metrics import Metric
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.scores import point_values

FEWEST: Final = 399
MOST: Final = 9_999
"""Shufflings that are made: of 20,000 rows 9,999 take 36 s of a core by F1, 200 s by the average
precision."""

RANK: Final = 5
"""The threshold is at least the fifth best shuffling, as the power of the test falls with fewer:
Marriott 1979, Barnard's Monte Carlo Tests: How Many Simulations?, Applied Statistics 28(1)."""

MOST_ROWS: Final = 20_000
"""Rows that are shuffled: of more, a sample of so many."""


def shuffles_for(confidence: float) -> int:
    """Return how many shufflings tell what is better than chance with a confidence in (0, 1).

    399 up to 97.5 %, 999 of 99 %, 9,999 of 99.9 % and more.
    """
    tail = round((1 - confidence) / 2, 12)
    return min(max(math.ceil(round(RANK / tail, 6)) - 1, FEWEST), MOST) if tail else MOST


def chance_of(
    predicted: Predicted,
    metric: Metric,
    seed: int,
    entities: NDArray[Any] | None = None,
    confidence: float = 0.95,
    folds: int = 0,
) -> Chance:
    """Shuffle predictions among the rows, and count how often they are as good as they were.

    Rows of one entity, such as a customer, are alike, and no more evidence than one row of it: they
    stay together, and entities are shuffled.

    Args:
        predicted: Predictions beside the truth.
        metric: By what they are judged.
        seed: Same predictions and seed, same shufflings.
        entities: A number for whose each row is, shape (rows,); None: each is its own.
        confidence: With which they are to be better than chance, in (0, 1): what is asked for with
            more of it takes more shufflings to tell.
        folds: Folds that the rows were judged in, by models which share rows: chance reaches
            further from its mean there (`widening`); 0: one model judged them.
    """
    rng = np.random.default_rng(seed)
    rows = np.arange(predicted.rows)
    if predicted.rows > MOST_ROWS:
        rows = rng.choice(predicted.rows, MOST_ROWS, replace=False)
    _, of = np.unique(rows if entities is None else entities[rows], return_inverse=True)
    order = np.argsort(of, kind="stable")
    rows, of = rows[order], of[order]
    predicted = replace(predicted, actual=predicted.actual[rows], output=predicted.output[rows])
    own = _value(predicted, metric)
    shuffles = shuffles_for(confidence)
    shuffled = np.array(list(_shuffled(predicted, metric, of, rng, shuffles)))
    defined = shuffled[np.isfinite(shuffled)]
    mean = float(defined.mean()) if len(defined) else None
    if mean is not None:
        shuffled = mean + widening(folds) * (shuffled - mean)
    worse = shuffled < own if metric.greater_is_better else shuffled > own
    # What is as good is not worse for the last digit of a mean.
    worse &= ~np.isclose(shuffled, own, rtol=1e-12, atol=0)
    count = None if entities is None else int(of[-1]) + 1
    return Chance(mean, int(np.count_nonzero(~worse)), shuffles, predicted.rows, count)


def _shuffled(
    predicted: Predicted,
    metric: Metric,
    of: NDArray[np.intp],
    rng: np.random.Generator,
    shuffles: int,
) -> Iterator[float]:
    for _ in range(shuffles):
        turn = rng.permutation(int(of[-1]) + 1)
        actual = predicted.actual[np.argsort(turn[of], kind="stable")]
        yield _value(replace(predicted, actual=actual), metric)


def _value(predicted: Predicted, metric: Metric) -> float:
    return point_values(predicted.scores([metric.name]))[metric.name]
