"""What the candidate predicted of the rows of its evaluation, held against that."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.shared.errors import InputError
from components.shared.evaluation.metrics import REGRESSION, Metric
from components.shared.evaluation.predictions import (
    Predicted,
    label_codes,
    labelled,
    was_predicted,
)
from components.shared.evaluation.ranking import Floats
from components.shared.evaluation.records import EvaluationRecord
from components.shared.evaluation.scores import Scores, point_values
from components.shared.fits.training_rows import entity_codes
from components.shared.tables.frames import read_frame


def candidate_predictions(
    evaluation: EvaluationRecord, predictions: str | Path, rows: str | Path, metric: Metric
) -> tuple[Predicted, NDArray[Any] | None]:
    """Return the candidate's predictions of rows that have a label, beside the truth.

    Args:
        evaluation: The candidate's evaluation.
        predictions: Parquet file of what it predicted.
        rows: Parquet file of the rows that `evaluation` is of.
        metric: By which it is judged.

    Returns:
        The predictions, and a number for whose each row is; None where the split knew no entities.

    Raises:
        InputError: `evaluation`, `predictions` and `rows` are not of one evaluation.
    """
    truth = read_frame(rows, [evaluation.target])[evaluation.target]
    output = candidate_output(predictions, evaluation, len(truth))
    known = labelled(evaluation, truth) & was_predicted(output)
    truth, output = truth[known], output[known]
    if evaluation.task == REGRESSION:
        found = Predicted(evaluation.task, truth.to_numpy(dtype=np.float64), output)
    else:
        codes, labels = label_codes(truth, evaluation.classes or ())
        texts, wanted = [str(label) for label in labels], evaluation.positive_class
        positive = texts.index(wanted) if wanted in texts else None
        found = Predicted(evaluation.task, codes, output, labels, positive)
    check_same_rows(evaluation, metric, found.scores([metric.name]))
    entities = entity_codes(rows, evaluation.split.get("entity", ()))
    return found, None if entities is None else entities[known]


def candidate_output(path: str | Path, evaluation: EvaluationRecord, rows: int) -> Floats:
    """Return probabilities, shape (rows, classes), or the predictions of a regression, (rows,).

    Raises:
        InputError: There are more or fewer than there are rows.
    """
    columns = ["predicted"]
    if evaluation.task != REGRESSION:
        columns = [f"probability_{k}" for k in range(len(evaluation.classes or ()))]
    output = read_frame(path, columns).to_numpy(dtype=np.float64)
    if len(output) != rows:
        raise InputError(
            f"There are {len(output):,} predictions for {rows:,} rows to test on: "
            "pass the predictions and the rows of one evaluation."
        )
    return output[:, 0] if evaluation.task == REGRESSION else output


def check_same_rows(evaluation: EvaluationRecord, metric: Metric, scores: Scores) -> None:
    """Recompute the candidate's metric, which shows whether evaluation, predictions and rows match.

    Raises:
        InputError: They do not.
    """
    before = evaluation.metrics[metric.name].value
    recomputed = point_values(scores)[metric.name]
    value = recomputed if math.isfinite(recomputed) else None
    if scores.rows != evaluation.rows or not _close(before, value):
        raise InputError(
            f"The evaluation says {metric.name} {before} on {evaluation.rows:,} rows, but the "
            f"predictions give {value} on {scores.rows:,} of the rows to test on: "
            "pass the evaluation, the predictions and the rows of one evaluation."
        )


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(np.isclose(one, other, rtol=1e-9, atol=1e-12))
