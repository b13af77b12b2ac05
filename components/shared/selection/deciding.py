"""The decision among candidates, as a record."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from components.shared.evaluation.metrics import LEAST_ROWS, Metric, metric_named
from components.shared.models.choices import CandidateRecord, ChoiceRecord
from components.shared.reports.number_text import counted_rows
from components.shared.selection.candidates import Candidate
from components.shared.selection.choice import Choice
from components.shared.selection.compared import Compared
from components.shared.selection.cross_validation import NOT_TUNED, Scored, Tuned
from components.shared.selection.rule import (
    CONFIDENCE,
    Chosen,
    cheapest_fitted,
    choose,
    choose_tuned,
    estimate,
)

MOST_SHOWN: Final = 10
"""Trials that a record has at the most, the best ones; defaults are all in it."""


def decide(compared: Compared, scored: Sequence[Scored], tuned: Tuned = NOT_TUNED) -> Choice:
    """Decide which candidate is trained, and say why.

    Args:
        compared: What was compared.
        scored: What the defaults reached, the cheapest first.
        tuned: What came of trials.
    """
    metric = metric_named(compared.metric, compared.task)
    remarks = [*compared.notes, *tuned.notes]
    sizes, few = compared.sizes, compared.few
    chosen = _chosen(compared, scored, metric, tuned)
    if chosen is None:
        taken = compared.cheapest
        reason, remark = _not_compared(compared.rows, metric, few or not compared.folds), "chosen"
        remarks.append(f"{reason[:-1]}: {taken.name} is taken, which asks least of them")
    else:
        taken, reason, remark = chosen.scored.candidate, chosen.reason, chosen.remark
        if few:
            remarks.append(f"{reason[:-1]}, and so no candidate has an interval")
        elif sizes.rarest < LEAST_ROWS:
            remarks.append(
                f"no interval of the candidates, with {sizes.told()} to compare by: it takes "
                f"{LEAST_ROWS} of each"
            )
    print(f"chosen: {taken.name}. {reason}", flush=True)
    records = [
        _record(
            each.candidate,
            estimate(each, metric, sizes),
            each.failure or (remark if each.candidate == taken else ""),
        )
        for each in [*scored, *_shown(tuned, taken, metric)]
    ]
    sign = -1 if metric.greater_is_better else 1
    records.sort(key=lambda each: (each.value is None, sign * (each.value or 0.0)))
    records += [_record(each, None, reason) for each, reason in compared.left_out]
    record = ChoiceRecord(
        estimator=taken.estimator.name,
        hyperparameters=taken.hyperparameters,
        metric=metric.name,
        direction=metric.direction,
        folds=compared.folds,
        rows=compared.rows,
        of_rows=compared.of_rows,
        confidence=CONFIDENCE,
        time_budget=compared.time_budget,
        reason=reason,
        candidates=tuple(records),
        trials=tuned.tried,
        stopped=tuned.stopped,
    )
    return Choice(record, tuple(remarks))


def _chosen(
    compared: Compared, scored: Sequence[Scored], metric: Metric, tuned: Tuned
) -> Chosen | None:
    if compared.few:
        return cheapest_fitted(scored, compared.sizes)
    chosen = choose(scored, metric, prefer_cheap=compared.whole)
    return choose_tuned(chosen, tuned.scored, metric) if chosen and tuned.tried else chosen


def _shown(tuned: Tuned, taken: Candidate, metric: Metric) -> list[Scored]:
    """Return the best trials, and the one that was taken."""
    sign = -1 if metric.greater_is_better else 1
    ranked = sorted(tuned.scored, key=lambda each: sign * float(np.mean(each.values)))
    best = ranked[:MOST_SHOWN]
    return best + [each for each in ranked[MOST_SHOWN:] if each.candidate == taken]


def _not_compared(rows: int, metric: Metric, few: bool) -> str:
    if few:
        return f"{counted_rows(rows)} are too few to compare estimators on folds."
    return f"No estimator could be fitted and judged by {metric.name} on every fold."


def _record(candidate: Candidate, found: Any, remark: str) -> CandidateRecord:
    value, low, high = (found.value, found.low, found.high) if found else (None, None, None)
    return CandidateRecord(
        candidate.name,
        candidate.estimator.name,
        candidate.hyperparameters,
        value,
        low,
        high,
        remark,
        candidate.trial,
    )
