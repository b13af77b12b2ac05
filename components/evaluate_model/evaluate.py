"""Evaluate a model on the test split: metrics with intervals, curves, slices, importance."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from components.evaluate_model import curves
from components.evaluate_model.figures import Circumstances, Curves, Evaluation
from components.evaluate_model.importance import REPEATS, Importances, permutation_importance
from components.evaluate_model.judged_rows import JudgedRows, judge_rows
from components.evaluate_model.origin import UNKNOWN, Origin, now
from components.evaluate_model.partial_dependence import partial_dependence
from components.evaluate_model.profiled_predictions import profile_predictions
from components.evaluate_model.report import render_evaluation
from components.evaluate_model.slices import METRIC, SlicedColumn, choose_columns, slice_by
from components.evaluate_model.thresholds import EQUAL, Costs, Thresholds, thresholds
from components.evaluate_model.training_figures import training_figures
from components.shared.errors import InputError
from components.shared.evaluation.contrast import against_constant
from components.shared.evaluation.metrics import PRIMARY, REGRESSION
from components.shared.evaluation.predictions import (
    Predicted,
    positive_class_of,
    predict,
    read_rows,
)
from components.shared.evaluation.scores import Codes, point_values
from components.shared.models.choices import ChoiceRecord
from components.shared.models.folders import LoadedModel, load_model
from components.shared.reports.rendering import render
from components.shared.tables.choices import MODES
from components.shared.tables.column_types import column_types
from components.shared.tables.columns import require_column

__all__ = ["Costs", "Origin", "evaluate_model", "now"]

MOST_SAMPLES = 100_000
REFUSED: Final = Path(__file__).parent / "refused.html.j2"


def evaluate_model(
    model: str | Path,
    test: str | Path,
    report: str | Path,
    evaluation: str | Path,
    predictions: str | Path,
    *,
    slice_columns: Sequence[str] = (),
    positive_class: str | None = None,
    bootstrap_samples: int = 500,
    confidence: float = 0.95,
    seed: int = 42,
    test_digest: str | None = None,
    mode: str = "fail",
    costs: Costs = EQUAL,
    origin: Origin = UNKNOWN,
) -> Evaluation:
    """Evaluate a model on rows that it was not trained on.

    Where fewer than 20 of them are of a class that they have, or of a regression in all, and the
    train rows are given (`origin`), all rows are judged in turn instead, by models of the same kind
    that were fitted on other folds.

    Rows without a label are predicted, but do not count in any figure; all others count once, also
    where rows or classes had weights in training. A class that a multi-class
    model does not know counts as a mistake. A metric that the rows leave undefined, such as the
    ROC AUC of one class, has no value.

    Args:
        model: Folder that `train_model` wrote.
        test: Parquet file with the model's features and its target.
        report: HTML file to write.
        evaluation: JSON file to write.
        predictions: Parquet file to write: `actual`, `predicted` and, for a classification,
            `probability_0`, … in the order of the classes; the rows of `test` in their order, after
            those of the train split where all are judged.
        slice_columns: Columns of `test` to break the metrics down by; by default up to three
            text or boolean features of at most 20 values.
        positive_class: Which of two classes counts as found; by default as
            `components.shared.evaluation.positive_class` decides and the result says.
        bootstrap_samples: Resamples behind the intervals, 0 for none at all. A metric that is a
            share of rows has an exact interval; others need 20 rows of each class.
        confidence: Coverage of the intervals, in (0, 1).
        seed: Seed of all that is random.
        test_digest: Digest of `test`, kept in the result.
        mode: `fail` where the model cannot read the rows, or `report` it: then the result has no
            metric and says why, and there are no predictions.
        costs: What mistakes cost, by which a threshold is the best.
        origin: Where the model and the rows come from.

    Raises:
        InputError: A parameter is out of range; no row has a label; the model predicts NaN; a
            binary model meets a third class; with the mode `fail`, a column is missing, or has
            values that the model cannot read.
        DigestMismatchError: The model is not what its description promises.
    """
    _check(bootstrap_samples, confidence, mode)
    costs.check()
    for column in slice_columns:
        require_column(column, list(column_types(test)), "slice_columns")
    loaded = load_model(model)
    try:
        frame = read_rows(test, loaded, slice_columns)
        output = predict(loaded, frame)
    except InputError as error:
        if mode == "fail":
            raise
        refused = _refused(loaded, str(error), test_digest, confidence, seed)
        Path(evaluation).write_text(refused.to_json(), "utf-8")
        Path(report).write_text(render(REFUSED, evaluation=refused), "utf-8")
        return refused
    judged = judge_rows(
        *(loaded, test, (frame, output), origin),
        *(slice_columns, positive_class, seed, predictions),
    )
    frame, predicted = judged.frame, judged.predicted
    chosen = None
    if predicted.positive is not None:
        chosen = positive_class_of(loaded.description, predicted.labels, positive_class)
    found = against_constant(predicted, bootstrap_samples, confidence, seed, judged.folds)
    importances = permutation_importance(loaded, frame, seed)
    result = Evaluation(
        task=predicted.task,
        estimator=loaded.description.estimator,
        target=loaded.description.target,
        rows=predicted.rows,
        unlabelled_rows=judged.unlabelled,
        labels=predicted.labels,
        classes=len(loaded.description.classes or ()),
        positive_class=None if chosen is None else predicted.labels[chosen.position],
        positive_reason=None if chosen is None else chosen.reason,
        model_digest=loaded.digest,
        test_digest=test_digest,
        confidence=confidence,
        bootstrap_samples=bootstrap_samples,
        seed=seed,
        metrics=found.metrics,
        baseline=found.baseline,
        over_constant=found.over_constant,
        slices=_slices(loaded, judged, slice_columns, confidence, seed),
        importance=importances,
        confusion=_confusion(predicted),
        curves=_curves(predicted),
        prediction_profile=profile_predictions(loaded.description, judged.known, predicted),
        circumstances=_circumstances(loaded, origin),
        training=None
        if origin.train is None
        else training_figures(loaded, origin.train, positive_class, seed),
        thresholds=_thresholds(predicted, costs),
        dependence=partial_dependence(loaded, frame, importances, predicted.positive, seed),
        cross_validation=judged.cross_validation,
        obstacle=judged.obstacle,
    )
    Path(evaluation).write_text(result.to_json(), "utf-8")
    Path(report).write_text(render_evaluation(result, predicted, _choice(loaded)), "utf-8")
    return result


def _choice(model: LoadedModel) -> ChoiceRecord | None:
    chosen = model.description.choice
    return ChoiceRecord.of(chosen) if chosen else None


def _refused(
    model: LoadedModel, reason: str, test_digest: str | None, confidence: float, seed: int
) -> Evaluation:
    """Return what there is to say of rows that a model cannot read."""
    description = model.description
    return Evaluation(
        task=description.task,
        estimator=description.estimator,
        target=description.target,
        rows=0,
        unlabelled_rows=0,
        labels=tuple(description.classes or ()),
        classes=len(description.classes or ()),
        positive_class=None,
        positive_reason=None,
        model_digest=model.digest,
        test_digest=test_digest,
        confidence=confidence,
        bootstrap_samples=0,
        seed=seed,
        metrics={},
        baseline={},
        over_constant={},
        slices=(),
        importance=Importances(PRIMARY[description.task], 0, REPEATS, ()),
        confusion=None,
        curves=None,
        refusal=reason,
    )


def _circumstances(model: LoadedModel, origin: Origin) -> Circumstances:
    description = model.description
    rows = description.training_data.get("rows")
    return Circumstances(
        model_name=origin.model_name or "",
        evaluated_at=origin.evaluated_at,
        hyperparameters=description.hyperparameters,
        train_rows=None if rows is None else int(rows),
        probabilities=description.calibration.reason if description.calibration else "",
        split=origin.told_split(),
    )


def _thresholds(predicted: Predicted, costs: Costs) -> Thresholds | None:
    if predicted.positive is None:
        return None
    return thresholds(predicted.actual == predicted.positive, predicted.probability, costs)


def _check(bootstrap_samples: int, confidence: float, mode: str) -> None:
    if mode not in MODES:
        raise InputError(f"Unknown mode {mode!r} (parameter `mode`): use {' or '.join(MODES)}.")
    if not 0 <= bootstrap_samples <= MOST_SAMPLES:
        raise InputError(
            f"bootstrap_samples is {bootstrap_samples:,}: give a number from 0 (no intervals) to "
            f"{MOST_SAMPLES:,}; 500 is enough for 95 % intervals."
        )
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}: give a number between 0 and 1, like 0.95.")


def _slices(
    model: LoadedModel, judged: JudgedRows, columns: Sequence[str], confidence: float, seed: int
) -> tuple[SlicedColumn, ...]:
    frame, predicted = judged.frame, judged.predicted
    features = [feature.name for feature in model.description.features]
    chosen = list(columns) or choose_columns(frame, features)
    metric = METRIC[predicted.task]
    whole = point_values(predicted.scores([metric]))[metric]
    how = (predicted, whole, confidence, seed, judged.folds)
    return tuple(slice_by(frame[name], *how) for name in chosen)


def _confusion(predicted: Predicted) -> Codes | None:
    if predicted.task == REGRESSION:
        return None
    size = len(predicted.labels)
    cells = predicted.actual.astype(np.intp) * size + predicted.called
    return np.bincount(cells, minlength=size * size).reshape(size, size)


def _curves(predicted: Predicted) -> Curves | None:
    if predicted.task == REGRESSION:
        return None
    labels = predicted.labels
    if predicted.positive is not None:
        truth, score = predicted.actual == predicted.positive, predicted.probability
        curve = curves.roc(truth, score)
        return Curves(
            roc={str(labels[predicted.positive]): curve} if curve else {},
            precision_recall=curves.precision_recall(truth, score),
            calibration=curves.calibration(truth, score),
        )
    by_class = {
        str(labels[k]): curves.roc(predicted.actual == k, score)
        for k, score in enumerate(predicted.output.T)
    }
    right, confidence = predicted.called == predicted.actual, predicted.output.max(axis=1)
    return Curves(
        roc={label: curve for label, curve in by_class.items() if curve},
        precision_recall=None,
        calibration=curves.calibration(right, confidence),
    )
