"""What a model's own predictions reach where chance gives them to rows.

Predictions that know nothing of the rows are as good on any others: those that were made for the
rows are among the best `p` of all shufflings in a share `p` of cases, whatever the metric. It is
the first permutation test of Ojala & Garriga 2010, Permutation Tests for Studying Classifier
Performance, JMLR 11; the share is that of Phipson & Smyth 2010, Permutation P-values Should Never
Be Zero.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from components.shared.evaluation.metrics import Metric
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.records import Chance
from components.shared.evaluation.scores import point_values

SHUFFLES: Final = 399
MOST_ROWS: Final = 20_000
"""Rows that are shuffled: of more, a sample of so many."""


def chance_of(predicted: Predicted, metric: Metric, seed: int) -> Chance:
    """Shuffle predictions among the rows, and count how often they are as good as they were.

    Args:
        predicted: Predictions beside the truth.
        metric: By what they are judged.
        seed: Same predictions and seed, same shufflings.
    """
    rng = np.random.default_rng(seed)
    if predicted.rows > MOST_ROWS:
        rows = np.sort(rng.choice(predicted.rows, MOST_ROWS, replace=False))
        predicted = replace(predicted, actual=predicted.actual[rows], output=predicted.output[rows])
    own = _value(predicted, metric)
    shuffled = np.array(list(_shuffled(predicted, metric, rng)))
    worse = shuffled < own if metric.greater_is_better else shuffled > own
    defined = shuffled[np.isfinite(shuffled)]
    mean = float(defined.mean()) if len(defined) else None
    return Chance(mean, int(np.count_nonzero(~worse)), SHUFFLES, predicted.rows)


def _shuffled(predicted: Predicted, metric: Metric, rng: np.random.Generator) -> Iterator[float]:
    for _ in range(SHUFFLES):
        yield _value(replace(predicted, actual=rng.permutation(predicted.actual)), metric)


def _value(predicted: Predicted, metric: Metric) -> float:
    return point_values(predicted.scores([metric.name]))[metric.name]
