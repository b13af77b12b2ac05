"""The gate's metric of predictions, and the difference of two, with their standard errors."""

from typing import Final

from components.shared.evaluation.bootstrap import deviations, estimates
from components.shared.evaluation.contrast import Contrast, difference_of
from components.shared.evaluation.metrics import metric_named
from components.shared.evaluation.predictions import Predicted

SAMPLES: Final = 200
CONFIDENCE: Final = 0.95
NORMAL: Final = 1.96
"""An interval of 95 % is this many standard errors to each side."""


def score(predicted: Predicted) -> tuple[float, float]:
    """Return the gate's metric, and its standard error on these rows."""
    metric = metric_named("auto", predicted.task)
    scores = predicted.scores((metric.name,))
    found = estimates(scores, (metric,), SAMPLES, CONFIDENCE, 0)[metric.name]
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return found.value, (found.high - found.low) / (2 * NORMAL)


def error_of_difference(one: Predicted, other: Predicted) -> float:
    """Return the standard error of a difference, by resamples that weigh rows for both alike."""
    metric = metric_named("auto", one.task)
    contrast = Contrast(*(each.scores((metric.name,)) for each in (one, other)))
    return float(deviations(contrast, SAMPLES, 0)[difference_of(metric).name].std())
