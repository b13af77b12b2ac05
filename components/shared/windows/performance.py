"""Whether a model still does what it did when it was registered."""

import math
from typing import Final

from scipy.stats import norm

from components.shared.errors import InputError
from components.shared.evaluation.metrics import Estimate, Metric, metric_named
from components.shared.evaluation.records import EvaluationRecord, Performance
from components.shared.models.registered import RegisteredModel
from components.shared.reports.notes import VIOLATION, Note
from components.shared.reports.number_text import interval, number

REGISTERED_CONFIDENCE: Final = 0.95
"""Coverage of the intervals that versions are registered with."""

LEVEL: Final = (1 - REGISTERED_CONFIDENCE) / 2
"""Chance that an unchanged model is called worse, where nothing else is asked for."""

TRIFLE: Final = 0.01
"""Share of a metric, or of what it lacks to its best, that no change of it is worth a word."""


def judge_performance(
    evaluation: EvaluationRecord,
    registered: RegisteredModel,
    metric: str,
    floor: float | None,
    level: float = LEVEL,
) -> tuple[Performance, list[Note]]:
    """Hold a model's metric on new rows against its registration and a floor.

    It speaks against the rows where the metric is worse than registered by more than the noise of
    both explains: by more than the half widths of the two intervals on the sides that face each
    other, added as independent errors are, by their squares, and scaled to the level. However sure,
    less than 1 % of the registered value, or of what it lacks to its best, is a trifle.

    Args:
        evaluation: Of the model on the new rows.
        registered: What it was registered with.
        metric: Name of a metric; `auto` is that of the task.
        floor: What the metric must reach, at least, or at most where less is better.
        level: Chance that an unchanged model is called worse.

    Raises:
        InputError: The task has no such metric.
    """
    chosen = metric_named(metric, evaluation.task)
    found = evaluation.metrics.get(chosen.name, Estimate(None))
    before = registered.metrics.get(chosen.name)
    performance = Performance(chosen.name, evaluation.rows, found, before, floor)
    if evaluation.refusal:
        text = f"the model cannot be evaluated on these rows: {evaluation.refusal}"
        return performance, [Note(VIOLATION, text)]
    if found.value is None:
        text = f"{chosen.title} is undefined on the {evaluation.rows:,} rows with a label"
        return performance, [Note(VIOLATION, text)]
    notes = []
    if floor is not None and _behind(chosen, found.value, floor) > 0:
        text = f"{chosen.title} {number(found.value)} does not reach the floor {number(floor)}"
        notes.append(Note(VIOLATION, text))
    if before is None or before.value is None:
        text = f"version {registered.version} was registered without {chosen.title}"
        return performance, [*notes, Note("warning", f"{text}: nothing to compare with")]
    behind = _behind(chosen, found.value, before.value)
    noise = _noise(chosen, found, before, evaluation.confidence, level)
    if behind <= max(noise, _trifle(chosen, before.value)):
        return performance, notes
    text = (
        f"{chosen.title} {_shown(found)} on these rows, where {registered.model_name} version "
        f"{registered.version} was registered with {_shown(before)}"
    )
    return performance, [*notes, Note(VIOLATION, f"{text}: worse than chance explains")]


def require_same_model(evaluation: EvaluationRecord, registered: RegisteredModel) -> None:
    """Refuse an evaluation of another model.

    Raises:
        InputError: The digests differ.
    """
    if evaluation.model_digest != registered.digest:
        raise InputError(
            f"The evaluation is of the model {evaluation.model_digest[:12]}…, and "
            f"{registered.model_name} version {registered.version} is {registered.digest[:12]}…: "
            "pass the evaluation of the model that was fetched."
        )


def _behind(metric: Metric, value: float, asked: float) -> float:
    """Return by how much a value is worse than another."""
    return asked - value if metric.greater_is_better else value - asked


def _trifle(metric: Metric, value: float) -> float:
    """Return the change of a metric that is none."""
    if not metric.greater_is_better or metric.highest is None:
        return TRIFLE * abs(value)
    return TRIFLE * min(abs(value), metric.highest - value)


def _noise(
    metric: Metric, found: Estimate, before: Estimate, confidence: float, level: float
) -> float:
    """Return how much worse noise makes a metric of unchanged rows, at a level.

    Intervals of another coverage are scaled to it, as a normal law's.
    """
    wanted = norm.isf(level)
    scales = [
        wanted / norm.ppf((1 + covered) / 2) for covered in (confidence, REGISTERED_CONFIDENCE)
    ]
    facing = (
        (found.high, found.value, before.value, before.low)
        if metric.greater_is_better
        else (found.value, found.low, before.high, before.value)
    )
    upper, own, other, lower = facing
    widths = (_difference(upper, own), _difference(other, lower))
    return math.hypot(*(width * scale for width, scale in zip(widths, scales, strict=True)))


def _difference(upper: float | None, lower: float | None) -> float:
    return 0.0 if upper is None or lower is None else upper - lower


def _shown(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return number(estimate.value)
    return f"{number(estimate.value)} ({interval(estimate.low, estimate.high)})"
