"""Which candidate is chosen of what they reached on the folds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from components.shared.evaluation.metrics import LEAST_ROWS, Estimate, Metric
from components.shared.reports.number_text import number
from components.shared.selection.compared import Sizes
from components.shared.selection.cross_validation import Scored

CONFIDENCE: Final = 0.95
QUANTILES: Final = {2: 4.303, 3: 3.182, 4: 2.776}
"""Of Student's t at 97.5 %, by degrees of freedom: folds less one."""

AHEAD: Final = 2
"""Standard errors that the best of many trials is to be ahead."""

LEAST_FOLDS: Final = 2
INTERVAL_FOLDS: Final = 3
"""Folds of an interval: of two it would reach thirteen standard errors to both sides."""


@dataclass(frozen=True)
class Chosen:
    """The candidate that was chosen.

    Attributes:
        scored: What it reached.
        reason: Why it, as a sentence.
        remark: The same for the table of candidates.
    """

    scored: Scored
    reason: str
    remark: str = "chosen"


def estimate(scored: Scored, metric: Metric, sizes: Sizes) -> Estimate:
    """Return the mean over the folds with an interval of 95 %.

    There is none where fewer than three folds are defined, where all folds agree, and below the
    rows that the intervals of an evaluation take.

    The folds share the rows that they are fitted on, so that their variance alone understates how
    far the mean is off: Nadeau & Bengio 2003, Inference for the Generalization Error, Machine
    Learning 52, multiply it by 1/k + 1/(k - 1) for k folds.
    """
    values = _defined(scored)
    few = len(values) < INTERVAL_FOLDS or sizes.rarest < LEAST_ROWS
    if few or np.ptp(values) == 0:
        return Estimate(float(values.mean()) if len(values) else None)
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
                reason = _as_good(each, best, metric, float(behind.mean()))
                near = f"within one standard error of {best.candidate.name}, and cheaper"
                return Chosen(each, reason, f"chosen: {near}")
            if each is best:
                break
    return Chosen(best, f"{best.candidate.name} has the best {metric.title} over the folds.")


def choose_tuned(untuned: Chosen, trials: Sequence[Scored], metric: Metric) -> Chosen:
    """Take the best trial where it is more than two standard errors ahead of the untuned choice.

    The best of many trials looks better than it is, and the more so the fewer rows judge it: the
    greatest of twenty errors is some two standard errors. What is hardly ahead stays behind what
    nobody had to search for. The error is that of the difference on the same folds.

    Args:
        untuned: What was chosen of the defaults.
        trials: What trials reached that were judged on all folds.
        metric: What they were judged by.
    """
    sign = 1.0 if metric.greater_is_better else -1.0
    name = untuned.scored.candidate.name
    stays = f"no trial is more than two standard errors ahead of {name}"
    if not trials:
        ended = f"Of the trials, none is ahead of {name} on all folds."
        return replace(untuned, reason=f"{untuned.reason} {ended}")
    best = max(trials, key=lambda each: sign * float(np.mean(each.values)))
    ahead = sign * (np.array(best.values) - np.array(untuned.scored.values))
    if ahead.mean() <= AHEAD * _error(ahead):
        return replace(untuned, reason=f"{untuned.reason} Of the trials, {stays}.")
    reason = (
        f"{best.candidate.name} is the best of the trials, and more than two standard errors ahead "
        f"of {name}, the choice among the defaults ({metric.title} "
        f"{number(float(ahead.mean()))} better)."
    )
    return Chosen(best, reason)


def cheapest_fitted(scored: Sequence[Scored], sizes: Sizes) -> Chosen | None:
    """Take the cheapest candidate that could be fitted, where rows are too few to compare by.

    Args:
        scored: What the candidates reached, the cheapest first.
        sizes: How few they are.

    Returns:
        None where none could be fitted on any fold.
    """
    for each in scored:
        if each.values:
            few = f"{sizes.told()} to compare by, where it takes {LEAST_ROWS}"
            taken = f"{each.candidate.name} is the cheapest that could be fitted"
            return Chosen(each, f"{taken}: {few}.", "chosen: the cheapest, as rows are few")
    return None


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
