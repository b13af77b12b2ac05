"""Two sets of predictions of the same rows: their metrics, and how they differ."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from components.shared.evaluation.bootstrap import estimates
from components.shared.evaluation.exact_intervals import Share
from components.shared.evaluation.metrics import METRICS, Estimate, Metric
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.ranking import Floats
from components.shared.evaluation.scores import Codes, Scores, point_values

OTHER: Final = "other."
DIFFERENCE: Final = "difference."


@dataclass(frozen=True)
class Contrast:
    """Metrics of some predictions, of others of the same rows, and the first minus the second.

    Each resample weighs the rows for both alike, which takes out of the difference what the rows
    have in common (Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 16). The
    first are weighed as they are alone: same rows, samples and seed, same intervals.

    Attributes:
        own: The metrics of the first, by their names.
        other: Those of the second that they are held against, by `other.` and `difference.` and
            the name.
    """

    own: Scores
    other: Scores

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.own.rows

    @property
    def classes(self) -> tuple[int, ...]:
        """Rows of each class."""
        return self.own.classes

    @property
    def shares(self) -> Mapping[str, tuple[Share, ...]]:
        """The metrics of both that are shares; differences are none."""
        others = {f"{OTHER}{name}": shares for name, shares in self.other.shares.items()}
        return {**self.own.shares, **others}

    def take(self, rows: Codes) -> Self:
        """Return the scores of a subset of the rows."""
        return replace(self, own=self.own.take(rows), other=self.other.take(rows))

    def values(self, weights: Floats) -> dict[str, Floats]:
        """Return each metric, and each difference, under each weighting."""
        own, other = self.own.values(weights), self.other.values(weights)
        return {
            **own,
            **{f"{OTHER}{name}": value for name, value in other.items()},
            **{f"{DIFFERENCE}{name}": own[name] - value for name, value in other.items()},
        }


def other_of(metric: Metric) -> Metric:
    """Return the metric of the second predictions."""
    return replace(metric, name=f"{OTHER}{metric.name}")


def difference_of(metric: Metric) -> Metric:
    """Return the metric of the first predictions minus that of the second."""
    return replace(metric, name=f"{DIFFERENCE}{metric.name}", lowest=None, highest=None)


@dataclass(frozen=True)
class AgainstConstant:
    """What predictions reach, and by how much that differs from what a constant reaches.

    Attributes:
        metrics: Value and interval by the name of the metric.
        baseline: What a constant prediction reaches on the same rows, by metric: that of the
            class shares or the mean in these rows, the best that ignores the features.
        over_constant: The metric minus that of the constant, by metric.
    """

    metrics: Mapping[str, Estimate]
    baseline: Mapping[str, float | None]
    over_constant: Mapping[str, Estimate]


def against_constant(
    predicted: Predicted, samples: int, confidence: float, seed: int, folds: int = 0
) -> AgainstConstant:
    """Return every metric of predictions, beside that of a constant prediction.

    Where a constant reaches the same whatever the rows, the difference has the interval of the
    metric; elsewhere both are weighed by the same resamples.

    Args:
        predicted: The predictions, with the truth.
        samples: Number of resamples; 0 gives values without intervals.
        confidence: Coverage of the intervals, in (0, 1).
        seed: Seed of the resamples.
        folds: Folds that the rows were judged in; 0: by one model.
    """
    own, constant = predicted.scores(), predicted.constant()
    names = point_values(own)
    metrics = [metric for metric in METRICS[predicted.task] if metric.name in names]
    points = point_values(constant.scores(tuple(names)))
    baseline = {name: value if math.isfinite(value) else None for name, value in points.items()}
    paired = [metric for metric in metrics if not _sure(metric, baseline[metric.name])]
    contrast = Contrast(own, constant.scores([metric.name for metric in paired]))
    roles = (*metrics, *map(difference_of, paired))
    found = estimates(contrast, roles, samples, confidence, seed, folds=folds)
    over = {
        metric.name: found.get(f"{DIFFERENCE}{metric.name}")
        or _less(found[metric.name], baseline[metric.name])
        for metric in metrics
    }
    return AgainstConstant({m.name: found[m.name] for m in metrics}, baseline, over)


def _sure(metric: Metric, constant: float | None) -> bool:
    """Whether what a constant reaches has no error: it finds nothing, or it never differs."""
    return metric.same_of_constants or (metric.greater_is_better and constant == 0)


def _less(estimate: Estimate, constant: float | None) -> Estimate:
    """Return an estimate minus a constant that has no error."""
    if constant is None:
        return Estimate(None)
    ends = (estimate.value, estimate.low, estimate.high)
    return Estimate(*(None if end is None else end - constant for end in ends))
