"""Decide whether a model may take the champion's place, on the same test rows."""

import math
import tempfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Final

from components.compare_with_champion.comparison import Comparison
from components.compare_with_champion.gate import Champion, Floor, decide
from components.shared.errors import InputError, NotComparableError
from components.shared.evaluation.comparisons import Chance
from components.shared.evaluation.metrics import Estimate, Metric, metric_named
from components.shared.evaluation.records import EvaluationRecord, read_record
from components.shared.evaluation.remarks import worse_than_shares
from components.shared.patience import waiting_seconds
from components.shared.registry.client import RegisteredVersion, RegistryClient

LEAST_SAMPLES: Final = 100
"""Resamples of an evaluation that the gate believes: their outermost 2.5 % are two."""


def compare_with_champion(
    evaluation: str | Path,
    predictions: str | Path,
    test: str | Path,
    reasons: str | Path,
    comparison: str | Path,
    model_name: str,
    *,
    model: str | Path | None = None,
    train: str | Path | None = None,
    metric: str = "auto",
    floor: float | None = None,
    margin: float = 0.0,
    champion_alias: str = "champion",
    registry_url: str | None = None,
) -> Comparison:
    """Hold a model against an absolute floor and against the registry's champion.

    The champion predicts the same rows, those of the test split or, where the evaluation is
    cross-validated, all rows, and the difference of the metric is bootstrapped in pairs,
    on the rows that neither of both alone was trained on; fewer than 30 of them, where others were
    left out, refuse. Without a champion the newest version that is not archived stands for it;
    without one the floor alone decides, and scikit-learn is not loaded. The same
    model as the champion, and one that cannot be scored on these rows, such as one of another task
    or target, are refused. Coverage, number and seed of the resamples are those of the evaluation,
    so that what both say of the same rows is the same.

    Args:
        evaluation: JSON file that `evaluate_model` wrote.
        predictions: Parquet file that it wrote.
        test: Parquet file with the rows that it read.
        reasons: Markdown file to write: the verdict for people.
        comparison: JSON file to write: the verdict for programs.
        model_name: Name in the registry.
        model: The candidate's folder, which says what rows it was trained on; by default that is
            not known.
        train: Parquet file with the train rows: a cross-validated evaluation is of them too.
        metric: Name of a metric; `auto` is `roc_auc`, `balanced_accuracy` or `r2` by the task.
        floor: What the metric must reach, at least (or at most, where less is better), by its
            value alone; by default it must be better than that of a constant prediction, at the
            unfavourable end of the interval of the difference, and by metrics whose constant has
            no one value, and on rows that were split by entity, also better than all but 2.5 % (at
            a confidence of 95 %) of shufflings of the predictions.
        margin: How much better than the champion it must be, in units of the metric, at the
            unfavourable end of the interval; negative: how much worse it may be there.
        champion_alias: The registry's alias of the version to beat.
        registry_url: The registry; by default `REGISTRY_URL` of the environment.

    Raises:
        InputError: A parameter is out of range, no registry is named, `evaluation` has intervals
            of fewer than 100 resamples, or it, `predictions` and `test` do not belong together.
        DigestMismatchError: The champion's bytes are not the registered ones.
        RegistryError: The registry cannot be reached, or refuses.
    """
    _check(floor, margin)
    figures = read_record(evaluation, EvaluationRecord.parse)
    _check_resamples(figures)
    chosen = metric_named(metric, figures.task)
    candidate = figures.metrics.get(chosen.name, Estimate(None))
    limit, champion, waiting = Floor(floor), None, waiting_seconds()
    with (
        _evaluated(figures, test, train) as rows,
        RegistryClient.from_environment(registry_url, wait_seconds=waiting) as registry,
    ):
        if floor is None:
            over = figures.over_constant.get(chosen.name, Estimate(None))
            chance = _chance(figures, predictions, rows, chosen, candidate)
            limit = Floor(figures.baseline.get(chosen.name), over, chance)
        alias: str | None = champion_alias
        version = registry.find(model_name, champion_alias)
        if version is None:
            version, alias = registry.newest(model_name), None
        if version is not None and version.digest == figures.model_digest:
            champion = Champion(version.version, version.digest, alias, candidate, same=True)
        elif version is not None:
            champion = _scored(registry, version, alias, figures, predictions, rows, model, chosen)
    decision = decide(chosen, candidate.value, limit, champion, margin, figures.confidence)
    result = Comparison(
        *(decision, model_name, chosen, candidate, champion, limit, margin, figures.confidence),
        champion_alias=champion_alias,
        remarks=tuple(filter(None, [worse_than_shares(figures.metrics, figures.baseline)])),
    )
    Path(comparison).write_text(result.record().to_json(), "utf-8")
    Path(reasons).write_text(result.to_markdown(), "utf-8")
    return result


def _evaluated(
    figures: EvaluationRecord, test: str | Path, train: str | Path | None
) -> AbstractContextManager[str | Path]:
    """Give the rows that an evaluation is of."""
    if figures.cross_validation is None:
        return nullcontext(test)
    if train is None:
        raise InputError(
            "The evaluation is cross-validated, and so of the train rows too: pass them (`train`)."
        )
    # Polars takes a moment to import: a judgement by test rows does not pay for it.
    from components.shared.evaluation.evaluated_rows import evaluated_rows

    return evaluated_rows(train, test, figures.target)


def _chance(
    figures: EvaluationRecord,
    predictions: str | Path,
    rows: str | Path,
    metric: Metric,
    candidate: Estimate,
) -> Chance | None:
    """Return what chance does; None where the interval of the metric says enough."""
    by_rows = metric.same_of_constants and not figures.split.get("entity")
    if by_rows or candidate.value is None:
        return None
    # pandas takes a second to import: a judgement by the metrics of `auto` does not pay for it.
    from components.compare_with_champion.candidate_predictions import candidate_predictions
    from components.compare_with_champion.chance import chance_of

    predicted, entities = candidate_predictions(figures, predictions, rows, metric)
    drawn = (figures.seed, entities, figures.confidence)
    return chance_of(predicted, metric, *drawn, folds=figures.folds)


def _check(floor: float | None, margin: float) -> None:
    for name, value in (("floor", floor), ("margin", margin)):
        if value is not None and not math.isfinite(value):
            raise InputError(f"{name} is {value}: give a finite number, in units of the metric.")


def _check_resamples(figures: EvaluationRecord) -> None:
    if figures.bootstrap_samples < LEAST_SAMPLES:
        raise InputError(
            f"The intervals of the evaluation are of {figures.bootstrap_samples:,} resamples: the "
            f"gate goes by them, and needs at least {LEAST_SAMPLES} (bootstrap_samples of "
            "evaluate_model)."
        )


def _scored(
    registry: RegistryClient,
    version: RegisteredVersion,
    alias: str | None,
    figures: EvaluationRecord,
    predictions: str | Path,
    rows: str | Path,
    model: str | Path | None,
    metric: Metric,
) -> Champion:
    """Return a version's metric on the candidate's rows, and the difference."""
    # scikit-learn and pandas take two seconds to import: a first run does not pay for them.
    from components.compare_with_champion.paired_comparison import compare_models

    with tempfile.TemporaryDirectory() as folder:
        registry.download(version.model_name, version.version, folder)
        there = Champion(version.version, version.digest, alias)
        try:
            paired = compare_models(figures, predictions, rows, folder, metric, model)
        except NotComparableError as error:
            return replace(there, obstacle=_obstacle(version, there, error))
    shared = paired.overlap
    return replace(
        there,
        estimate=paired.champion,
        difference=paired.difference,
        obstacle=shared.too_few and f"{_begun(there.named)}: {shared.too_few}",
        rows=shared.told,
    )


def _obstacle(version: RegisteredVersion, there: Champion, error: NotComparableError) -> str:
    """Return why a version cannot be beaten, and what to do."""
    named = f"{version.model_name}@{version.version}"
    aside = f"archive it (kfp-tabular registry archive {named})"
    if there.alias:
        aside = f"make another version the {there.alias}"
    return (
        f"{_begun(there.named)}, cannot be scored on these rows: {error} Give the new model a name "
        f"of its own (model_name), or {aside}."
    )


def _begun(text: str) -> str:
    return text[0].upper() + text[1:]
