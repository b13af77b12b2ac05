"""Two models on the same rows: their metrics, and the difference under the same resamples."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from components.compare_with_champion.candidate_predictions import (
    candidate_output,
    check_same_rows,
)
from components.compare_with_champion.overlap import Overlap, overlap
from components.shared.errors import InputError, NotComparableError
from components.shared.evaluation.bootstrap import estimates
from components.shared.evaluation.contrast import Contrast, difference_of, other_of
from components.shared.evaluation.metrics import Estimate, Metric
from components.shared.evaluation.predictions import (
    against_truth,
    labelled,
    predict,
    read_rows,
    was_predicted,
)
from components.shared.evaluation.ranking import Floats
from components.shared.evaluation.records import EvaluationRecord
from components.shared.folds.fold_predictions import predict_in_folds
from components.shared.models.description import ModelDescription
from components.shared.models.folders import LoadedModel, load_model

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Paired:
    """A metric of the candidate, of the champion, and of the candidate minus the champion.

    Attributes:
        candidate: The metric on the compared rows.
        champion: The same of the champion.
        difference: Candidate minus champion.
        overlap: Which rows were compared.
    """

    candidate: Estimate
    champion: Estimate
    difference: Estimate
    overlap: Overlap


def compare_models(
    evaluation: EvaluationRecord,
    predictions: str | Path,
    rows: str | Path,
    champion: str | Path,
    metric: Metric,
    candidate: str | Path | None = None,
) -> Paired:
    """Hold a champion against the candidate's predictions on the same rows, in pairs.

    Rows that one of both alone was trained on are left out. Where the evaluation is cross-validated
    and too few are left, models of the champion's kind are held against those of the candidate's,
    fitted on the same folds of all rows.

    Args:
        evaluation: The candidate's evaluation, whose coverage, resamples and seed are taken.
        predictions: The candidate's predictions, one for each of the rows.
        rows: Parquet file with the rows that `evaluation` is of.
        champion: The champion's model folder.
        metric: What is compared.
        candidate: The candidate's model folder, for the rows that it was trained on.

    Raises:
        NotComparableError: The champion has another task, target or classes, reads columns that
            they lack, or cannot be loaded here.
        InputError: `predictions` and `evaluation` are not of these rows.
    """
    try:
        model = load_model(champion)
        _check_same_question(model, evaluation)
        frame = read_rows(rows, model)
        output = predict(model, frame)
    except InputError as error:
        raise NotComparableError(str(error)) from error
    truth = frame[model.description.target]
    own = candidate_output(predictions, evaluation, len(frame))
    mask = labelled(model.description, truth) & was_predicted(own)
    pair = _Pair(evaluation, metric, model.description, truth[mask], own[mask])
    contrast = pair.contrast(output[mask])
    check_same_rows(evaluation, metric, contrast)
    crossed = evaluation.cross_validation is not None
    # No row was predicted by what was fitted on it: the candidate's training rows are as good.
    shared = overlap(rows, len(frame), champion, None if crossed else candidate)
    found = pair.compared(contrast.take(np.flatnonzero(shared.fair[np.asarray(mask)])), shared)
    if not crossed or not (shared.too_few or found.difference.low is None):
        return found
    try:
        output, folds = predict_in_folds(model.description, rows, evaluation.split, evaluation.seed)
    except InputError:
        return found
    told = replace(shared.told, compared=contrast.rows, rows=contrast.rows, folds=folds)
    return pair.compared(pair.contrast(output[mask]), Overlap(mask, told))


@dataclass(frozen=True)
class _Pair:
    """What the predictions of a champion are held against.

    Attributes:
        evaluation: The candidate's evaluation.
        metric: What is compared.
        description: Of the champion.
        truth: The target of the rows that have it and were predicted.
        own: What the candidate predicted of them.
    """

    evaluation: EvaluationRecord
    metric: Metric
    description: ModelDescription
    truth: "pd.Series[Any]"
    own: Floats

    def contrast(self, output: Floats) -> Contrast:
        """Return the metric of both, by what the champion predicted of the same rows."""
        wanted = self.evaluation.positive_class
        return Contrast(
            *(
                against_truth(self.description, self.truth, each, wanted).scores([self.metric.name])
                for each in (self.own, output)
            )
        )

    def compared(self, contrast: Contrast, shared: Overlap) -> Paired:
        """Return both metrics and their difference, on the rows of a contrast."""
        if not contrast.rows:
            return Paired(Estimate(None), Estimate(None), Estimate(None), shared)
        roles = (self.metric, other_of(self.metric), difference_of(self.metric))
        told = self.evaluation
        drawn = (told.bootstrap_samples, told.confidence, told.seed)
        found = estimates(contrast, roles, *drawn, folds=told.folds)
        own, champion, difference = (found[role.name] for role in roles)
        return Paired(own, champion, difference, shared)


def _check_same_question(model: LoadedModel, evaluation: EvaluationRecord) -> None:
    classes = model.description.classes
    theirs = (
        model.description.task,
        model.description.target,
        None if classes is None else tuple(classes),
    )
    ours = (evaluation.task, evaluation.target, evaluation.classes)
    for name, one, own in zip(("task", "target", "classes"), theirs, ours, strict=True):
        if one != own:
            raise InputError(f"its {name} is {_shown(one)}, that of the candidate {_shown(own)}.")


def _shown(value: str | tuple[Any, ...] | None) -> str:
    return str(list(value) if isinstance(value, tuple) else value)
