"""Two models on the same rows: their metrics, and the difference under the same resamples."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from components.shared.evaluation.predictions import against_truth, labelled, predict, read_rows
from components.shared.evaluation.records import EvaluationRecord
from components.shared.models.folders import LoadedModel, load_model


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
    test: str | Path,
    champion: str | Path,
    metric: Metric,
    candidate: str | Path | None = None,
) -> Paired:
    """Hold a champion against the candidate's predictions on the same rows, in pairs.

    Rows that one of both alone was trained on are left out.

    Args:
        evaluation: The candidate's evaluation, whose coverage, resamples and seed are taken.
        predictions: The candidate's predictions, one for each row of `test`.
        test: Parquet file with the rows.
        champion: The champion's model folder.
        metric: What is compared.
        candidate: The candidate's model folder, for the rows that it was trained on.

    Raises:
        NotComparableError: The champion has another task, target or classes, reads columns that
            `test` lacks, or cannot be loaded here.
        InputError: `predictions` and `evaluation` are not of these rows.
    """
    try:
        model = load_model(champion)
        _check_same_question(model, evaluation)
        frame = read_rows(test, model)
        output = predict(model, frame)
    except InputError as error:
        raise NotComparableError(str(error)) from error
    truth = frame[model.description.target]
    own = candidate_output(predictions, evaluation, len(frame))
    mask = labelled(model.description, truth)
    wanted = evaluation.positive_class
    scores = [
        against_truth(model.description, truth[mask], o[mask], wanted).scores([metric.name])
        for o in (own, output)
    ]
    contrast = Contrast(*scores)
    roles = (metric, other_of(metric), difference_of(metric))
    drawn = (evaluation.bootstrap_samples, evaluation.confidence, evaluation.seed)
    check_same_rows(evaluation, metric, contrast)
    shared = overlap(test, len(frame), champion, candidate)
    fair = contrast.take(np.flatnonzero(shared.fair[np.asarray(mask)]))
    if not fair.rows:
        return Paired(Estimate(None), Estimate(None), Estimate(None), shared)
    found = estimates(fair, roles, *drawn)
    own_metric, champion_metric, difference = (found[role.name] for role in roles)
    return Paired(own_metric, champion_metric, difference, shared)


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
