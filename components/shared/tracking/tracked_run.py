"""What a tracker is told of a run: parameters, metrics, tags and files, whichever tracker it is."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from components.shared.digests import folder_digest
from components.shared.errors import DigestMismatchError
from components.shared.evaluation.comparisons import ComparisonRecord
from components.shared.evaluation.records import EvaluationRecord, read_record
from components.shared.models.description import ModelDescription, read_description
from components.shared.registry.records import CHALLENGER, CHAMPION
from components.shared.sources.address import without_query
from components.shared.tracking.pictures import confusion_picture, importance_picture

MOST_CLASSES_DRAWN: Final = 30


@dataclass(frozen=True)
class RunFiles:
    """Where the files of a run are.

    Attributes:
        model: The model folder.
        evaluation: JSON of `evaluate_model`.
        report: HTML of `evaluate_model`.
        comparison: JSON of `compare_with_champion`; None where there was none.
    """

    model: Path
    evaluation: Path
    report: Path
    comparison: Path | None = None


@dataclass(frozen=True)
class TrackedRun:
    """What there is to tell of a run.

    Attributes:
        digest: Digest of the model folder.
        approved: Whether the gate approved the model; where there was none, it is taken as told.
        kfp_run: The run of KFP that it is; None where that is not known.
        parameters: How the model was made, by name.
        metrics: Finite numbers by name.
        tags: Text by name: digests and lineage.
        files: Content by its path among the artifacts of the run.
    """

    digest: str
    approved: bool
    kfp_run: str | None
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    files: Mapping[str, bytes] = field(repr=False)

    def aliases(self, *, promote: bool) -> tuple[str, ...]:
        """Return the aliases that a version of its model gets; none where the gate refused it."""
        if not self.approved:
            return ()
        return (CHALLENGER, CHAMPION) if promote else (CHALLENGER,)


@dataclass(frozen=True)
class Wish:
    """How a run is to be logged.

    Attributes:
        model_name: Name of the model.
        experiment: Name of the experiment, or of the project.
        aliases: Aliases of the version; none: the model is not to be used.
    """

    model_name: str
    experiment: str
    aliases: tuple[str, ...]


def tracked_run(files: RunFiles, lineage: Mapping[str, str | None]) -> TrackedRun:
    """Return what there is to tell of a run.

    Args:
        files: Where its files are.
        lineage: Where it comes from, by name, such as `kfp_run`; what is None is left out, and
            of a `source` its query.

    Raises:
        InputError: A file is none of this version's.
        DigestMismatchError: The model is not the one that was evaluated.
    """
    description = read_description(files.model)
    evaluation = read_record(files.evaluation, EvaluationRecord.parse)
    comparison = None
    if files.comparison is not None:
        comparison = read_record(files.comparison, ComparisonRecord.parse)
    digest = folder_digest(files.model)
    if evaluation.model_digest != digest:
        raise DigestMismatchError(str(files.model), evaluation.model_digest, digest)
    lineage = dict(lineage)
    if source := lineage.get("source"):
        lineage["source"] = without_query(source)
    known = {
        "model_digest": digest,
        "train_digest": str(description.training_data["digest"]),
        "test_digest": evaluation.test_digest,
        "approved": None if comparison is None else str(comparison.approved).lower(),
        **lineage,
    }
    return TrackedRun(
        digest=digest,
        approved=comparison is None or comparison.approved,
        kfp_run=lineage.get("kfp_run"),
        parameters=_parameters(description),
        metrics=dict(_metrics(evaluation, comparison)),
        tags={name: value for name, value in known.items() if value},
        files=dict(_files(files, evaluation)),
    )


def _parameters(description: ModelDescription) -> dict[str, Any]:
    found: dict[str, Any] = {
        "estimator": description.estimator,
        "task": description.task,
        "target": description.target,
        "features": len(description.features),
        "training_rows": description.training_data["rows"],
        "seed": description.seed,
        "class_weight": description.class_weight,
        "sample_weight_column": description.sample_weight_column,
        **{f"hyperparameter.{name}": v for name, v in description.hyperparameters.items()},
    }
    return {name: value for name, value in found.items() if value is not None}


def _metrics(
    evaluation: EvaluationRecord, comparison: ComparisonRecord | None
) -> Iterator[tuple[str, float]]:
    """Yield each metric, the ends of its interval, and what a constant prediction reaches."""
    crossed = evaluation.cross_validation
    found: dict[str, float | None] = {"test_rows": evaluation.rows}
    if crossed:
        found = {
            "test_rows": crossed.test_rows,
            "cross_validation.rows": evaluation.rows,
            "cross_validation.folds": crossed.folds,
        }
    for name, metric in evaluation.metrics.items():
        found |= {name: metric.value, f"{name}.low": metric.low, f"{name}.high": metric.high}
        found[f"{name}.baseline"] = evaluation.baseline.get(name)
    if comparison is not None:
        found["gate.floor"] = comparison.floor
        if comparison.champion is not None:
            found["gate.champion"] = comparison.champion.value
        if comparison.difference is not None:
            found["gate.difference"] = comparison.difference.value
    for name, value in found.items():
        if value is not None and math.isfinite(value):
            yield name, float(value)


def _files(files: RunFiles, evaluation: EvaluationRecord) -> Iterator[tuple[str, bytes]]:
    """Yield the plots that there are, and what the steps wrote."""
    if evaluation.confusion is not None and len(evaluation.labels) <= MOST_CLASSES_DRAWN:
        labels = [str(label) for label in evaluation.labels]
        yield "confusion_matrix.png", confusion_picture(labels, evaluation.confusion)
    if evaluation.importances:
        yield "feature_importance.png", importance_picture(evaluation.importances)
    yield "reports/evaluation.html", files.report.read_bytes()
    yield "reports/evaluation.json", files.evaluation.read_bytes()
    if files.comparison is not None:
        yield "reports/comparison.json", files.comparison.read_bytes()
