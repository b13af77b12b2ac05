"""Which candidate is chosen of what they reached on the folds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from components.choose_estimator.cross_validation import Scored
from components.shared.evaluation.metrics import Estimate, Metric
from components.shared.reports.number_text import number

CONFIDENCE: Final = 0.95
QUANTILES: Final = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}
"""Of Student's t at 97.5 %, by degrees of freedom: folds less one."""

LEAST_FOLDS: Final = 2


@dataclass(frozen=True)
class Chosen:
    """The candidate that was chosen.

    Attributes:
        scored: What it reached.
        reason: Why it, as a sentence.
    """

    scored: Scored
    reason: str


def estimate(scored: Scored, metric: Metric) -> Estimate:
    """Return the mean over the folds with an interval of 95 %; None where too few are defined.

    The folds share the rows that they are fitted on, so that their variance alone understates how
    far the mean is off: Nadeau & Bengio 2003, Inference for the Generalization Error, Machine
    Learning 52, multiply it by 1/k + 1/(k - 1) for k folds.
    """
    values = _defined(scored)
    if len(values) < LEAST_FOLDS:
        return Estimate(float(values[0]) if len(values) else None)
    folds = len(values)
    error = float(np.std(values, ddof=1)) * math.sqrt(1 / folds + 1 / (folds - 1))
    reach = QUANTILES.get(folds - 1, QUANTILES[4]) * error
    mean = float(values.mean())
    low = mean - reach if metric.lowest is None else max(mean - reach, metric.lowest)
    high = mean + reach if metric.highest is None else min(mean + reach, metric.highest)
    return Estimate(mean, low, high)


def choose(scored: Sequence[Scored], metric: Metric, *, prefer_cheap: bool) -> Chosen | None:
    """Choose the cheapest candidate that is at most one standard error worse than the best.

    Breiman et al. 1984, Classification and Regression Trees. The error is that of the difference
    between the two on the same folds.

    Args:
        scored: What the candidates reached, the cheapest first.
        metric: What they were judged by.
        prefer_cheap: Whether the cheapest of the near ones is taken, or the best.

    Returns:
        None where no candidate could be judged.
    """
    sign = 1.0 if metric.greater_is_better else -1.0
    judged = [each for each in scored if len(_defined(each)) == len(each.values) > 0]
    if not judged:
        return None
    best = max(judged, key=lambda each: sign * float(np.mean(each.values)))
    if prefer_cheap:
        for each in judged:
            behind = sign * (np.array(best.values) - np.array(each.values))
            if each is not best and behind.mean() <= _error(behind):
                return Chosen(each, _as_good(each, best, metric, float(behind.mean())))
            if each is best:
                break
    return Chosen(best, f"{best.candidate.name} has the best {metric.title} over the folds.")


def _as_good(each: Scored, best: Scored, metric: Metric, behind: float) -> str:
    return (
        f"{each.candidate.name} is the cheapest that is at most one standard error behind the "
        f"best, {best.candidate.name} ({metric.title} {number(behind)} apart)."
    )


def _error(differences: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    if len(differences) < LEAST_FOLDS:
        return 0.0
    return float(np.std(differences, ddof=1) / math.sqrt(len(differences)))


def _defined(scored: Scored) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    values = np.array(scored.values, dtype=np.float64)
    return values[np.isfinite(values)]
