"""Whether a model still does what it did, on the rows whose labels have arrived."""

from dataclasses import dataclass

import polars as pl

from components.detect_drift.drift import EstimatedPerformance
from components.detect_drift.estimated import estimate_performance
from components.detect_drift.judgement import Rule
from components.shared.errors import InputError
from components.shared.evaluation.bootstrap import estimates
from components.shared.evaluation.metrics import BINARY, METRICS, metric_named
from components.shared.evaluation.predictions import (
    against_truth,
    labelled,
    positive_class_of,
)
from components.shared.evaluation.ranking import Floats
from components.shared.evaluation.records import EvaluationRecord, Performance
from components.shared.models.folders import LoadedModel
from components.shared.models.registered import RegisteredModel
from components.shared.reports.notes import VIOLATION, Note
from components.shared.reports.number_text import counted_rows
from components.shared.tables.frames import to_pandas
from components.shared.windows.performance import judge_performance

SAMPLES = 200
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Realised:
    """How a model does.

    Attributes:
        performance: The metric beside the registered one; None without enough labels.
        dropped: Why it has dropped; empty: it has not, or nobody knows.
        estimated: What it may be, by the model's own probabilities.
        notes: What else there is to say.
    """

    performance: Performance | None = None
    dropped: str = ""
    estimated: EstimatedPerformance | None = None
    notes: tuple[Note, ...] = ()


def performance_of(
    model: LoadedModel,
    version: RegisteredModel,
    output: Floats,
    output_of_labelled: Floats,
    truth: pl.Series | None,
    rule: Rule,
) -> Realised:
    """Hold the metric on labelled rows against the registered one, and estimate that of all.

    Args:
        model: The model.
        version: What it was registered with.
        output: What it says of the window.
        output_of_labelled: What it says of the rows with a label.
        truth: Labels of these; None where there are none.
        rule: Metric, level and least number of rows.

    Raises:
        InputError: The task has no such metric.
    """
    description = model.description
    chosen = metric_named(rule.metric, description.task)
    labels, positive = tuple(description.classes or ()), None
    if description.task == BINARY:
        positive = positive_class_of(description, labels, None).position
    estimated = estimate_performance(
        description.task, labels, positive, output, version, chosen.name
    )
    if truth is None:
        return Realised(estimated=estimated)
    if len(truth) < rule.least_rows:
        text = f"{counted_rows(len(truth))} with a label of at least {rule.least_rows:,}"
        note = Note("warning", f"{text}: the performance is not judged")
        return Realised(estimated=estimated, notes=(note,))
    try:
        column = to_pandas(pl.DataFrame({description.target: truth}))[description.target]
        mask = labelled(description, column)
        predicted = against_truth(description, column[mask], output_of_labelled[mask])
    except (InputError, TypeError, ValueError) as error:
        note = Note("warning", f"the labels are not those of the model: {error}")
        return Realised(estimated=estimated, notes=(note,))
    found = estimates(
        predicted.scores([chosen.name]), METRICS[description.task], SAMPLES, CONFIDENCE, rule.seed
    )
    evaluation = EvaluationRecord(
        task=description.task,
        target=description.target,
        rows=predicted.rows,
        classes=labels or None,
        positive_class=None,
        model_digest=model.digest,
        test_digest=None,
        confidence=CONFIDENCE,
        metrics=found,
        baseline={},
    )
    performance, notes = judge_performance(evaluation, version, chosen.name, None, rule.alpha)
    if performance.found.value is None:
        undefined = tuple(Note("warning", note.text) for note in notes)
        return Realised(performance, "", estimated, undefined)
    dropped = next((note.text for note in notes if note.kind == VIOLATION), "")
    others = tuple(note for note in notes if note.kind != VIOLATION)
    return Realised(performance, dropped, estimated, others)
