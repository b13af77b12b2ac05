"""What a metric may be before labels arrive: confidence-based performance estimation."""

from collections.abc import Mapping, Sequence

import numpy as np

from components.detect_drift.drift import EstimatedPerformance
from components.shared.evaluation.metrics import BINARY, REGRESSION, metric_named
from components.shared.evaluation.positive_class import Label
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.ranking import Floats
from components.shared.models.registered import RegisteredModel

MOST_ROWS = 20_000
"""Rows that stand for all: each is weighed once for every class."""


def estimate_performance(
    task: str,
    classes: Sequence[Label],
    positive: int | None,
    output: Floats,
    registered: RegisteredModel,
    metric: str,
) -> EstimatedPerformance | None:
    """Estimate a metric from calibrated probabilities.

    Each row counts once for every class, with the calibrated probability that it has it: so a
    metric of weighted rows is the metric that is expected. Performance of Confidence-Based
    Performance Estimation: Białek, Kuberski, Perrakis and Bifet (2024), Estimating Model
    Performance Under Covariate Shift Without Labels, arXiv:2401.08348.

    It holds while only the rows move. Where the same rows come to have other labels, nothing in
    them shows it, and it stays where it was.

    Args:
        task: Of the model.
        classes: Its classes.
        positive: Position of the positive of two classes.
        output: Probabilities of the window, shape (rows, classes).
        registered: With the calibration of the test rows.
        metric: Name of a metric; `auto` is that of the task.

    Returns:
        None where it cannot be estimated: of a regression, or without a calibration.
    """
    profile = registered.predictions
    if task == REGRESSION or profile is None or len(profile.calibration) != len(classes):
        return None
    chosen = metric_named(metric, task)
    sampled = output[:MOST_ROWS]
    chances = _calibrated(sampled, profile.calibration)
    rows, known = sampled.shape
    everything = Predicted(
        task,
        np.tile(np.arange(known), rows),
        np.repeat(sampled, known, axis=0),
        tuple(classes),
        positive if task == BINARY else None,
    )
    value = everything.scores([chosen.name]).values(chances.reshape(1, -1))[chosen.name][0]
    before = registered.metrics.get(chosen.name)
    return EstimatedPerformance(
        chosen.name,
        float(value) if np.isfinite(value) else None,
        before.value if before else None,
        rows,
    )


def _calibrated(
    output: Floats, calibration: Mapping[int, tuple[tuple[float, float], ...]]
) -> Floats:
    """Return probabilities that came true on the test rows, shape (rows, classes), sum 1."""
    columns = []
    for k, column in enumerate(output.T):
        predicted, observed = zip(*calibration[k], strict=True)
        columns.append(np.interp(column, predicted, observed))
    chances = np.column_stack(columns)
    total = chances.sum(axis=1, keepdims=True)
    # A row whose every class was never seen at its probabilities keeps what the model says.
    even: Floats = np.where(total > 0, chances / np.where(total > 0, total, 1.0), output)
    return even
