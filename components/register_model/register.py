"""Register a model folder, its figures and its lineage as one version."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from components.register_model.evidence import Reports, gather_evidence
from components.register_model.model_card import CardSources
from components.register_model.surroundings import environment
from components.shared.digests import file_digest, folder_digest
from components.shared.errors import DigestMismatchError, InputError
from components.shared.evaluation.comparisons import ComparisonRecord
from components.shared.evaluation.metrics import PRIMARY
from components.shared.evaluation.records import EvaluationRecord, read_record
from components.shared.models.choices import ChoiceRecord
from components.shared.models.description import ModelDescription, read_description
from components.shared.openlineage.datasets import LineageDataset, registered
from components.shared.patience import waiting_seconds
from components.shared.registry.client import RegistryClient
from components.shared.registry.decisions import decision_properties
from components.shared.registry.intervals import interval_properties
from components.shared.registry.paths import DATASET
from components.shared.registry.provenance import Provenance
from components.shared.registry.records import CHALLENGER, CHAMPION
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.reports.number_text import interval, number
from components.shared.retraining import KEY_PROPERTY
from components.shared.sources.address import without_queries, without_query

FRAMEWORK = "sklearn"
CALIBRATION = "calibration"
EVALUATION = "evaluation"
GATE = "gate"
ROWS = "rows."
FRAMEWORK_PACKAGE = "scikit-learn"
LONGEST_ARGUMENTS = 60_000
NO_LINEAGE = {"table_digest", "retraining_key", "hyperparameters"}
"""What is kept elsewhere: as data that a version was made of, as a property, in the arguments."""


@dataclass(frozen=True)
class Lineage(Provenance):
    """Where a version of a model comes from; what is unknown stays None.

    Attributes:
        table_digest: Content digest of the whole ingested table.
        arguments: What the run was asked for, as JSON; left out beyond 60,000 characters.
        trigger: What started the run, and why.
        retraining_key: Names the table and the settings of a retraining.
        source_fingerprint: What `fingerprint_source` said of the source.
        hyperparameters: Those that the arguments name, as they were read; an address may hold
            others by now.
        curated_schema_fingerprint: What `fingerprint_source` said of the curated schema.
        environment: What the step ran in.
    """

    table_digest: str | None = None
    arguments: str | None = None
    trigger: str | None = None
    retraining_key: str | None = None
    source_fingerprint: str | None = None
    hyperparameters: str | None = None
    curated_schema_fingerprint: str | None = None
    environment: str | None = None

    @classmethod
    def of_step(cls, told: Iterable[str | None]) -> Self:
        """Return what a step was told, in the order of the fields, and what it runs in."""
        return replace(cls(*told), environment=environment())


@dataclass(frozen=True)
class Registered:
    """The version that a registration made, or had made in an earlier attempt.

    Attributes:
        model_name: Name of the model.
        version: Name of the version.
        digest: SHA-256 over the version's files.
        aliases: Aliases that it was given.
        registry_url: The registry that holds it.
        replayed: Whether an earlier attempt of the same run had already registered it.
        known: Whether another run had already registered the same bytes, as this version.
    """

    model_name: str
    version: str
    digest: str
    aliases: tuple[str, ...]
    registry_url: str
    replayed: bool
    known: bool = False

    def as_lineage(self) -> LineageDataset:
        """Return what an OpenLineage server is told of it."""
        return registered("MODEL", self.model_name, self.version, self.digest)

    def metadata(self) -> dict[str, Any]:
        """Return what the KFP artifact says of the version."""
        notes = []
        if self.known:
            text = f"the model is version {self.version} byte for byte: no further one was made"
            notes = notes_metadata([Note("assumed", text)])
        return asdict(self) | {"aliases": list(self.aliases), NOTES: notes}


def register_model(
    model: str | Path,
    evaluation: str | Path,
    model_name: str,
    *,
    comparison: str | Path | None = None,
    promote: bool = False,
    lineage: Lineage | None = None,
    reports: Reports | None = None,
    registry_url: str | None = None,
) -> Registered:
    """Register a model folder with its metrics, parameters, data digests, schema and lineage.

    A repeated call of the same run with the same model returns the version that the first one
    made, and so does another run whose model has the very bytes of a version that is not archived:
    a schedule on an unchanged table makes no further one (the registry decides that, also between
    two who register at once). The version gets the alias `challenger`; with `promote` also
    `champion`, provided that the champion is still the one that `comparison` was made against.

    Args:
        model: Folder with `model.joblib` and `model.json`.
        evaluation: JSON file that `evaluate_model` wrote.
        model_name: Name in the registry; it is created when new.
        comparison: JSON file that `compare_with_champion` wrote.
        promote: Make it the champion.
        lineage: Where it comes from.
        reports: What the steps before wrote about it, kept beside the model as its evidence, with
            the evaluation, the comparison and a model card.
        registry_url: The registry; `REGISTRY_URL` when None.

    Raises:
        InputError: No registry is named, `promote` without an approving `comparison`, or the newest
            version of that name is of another task or target.
        DigestMismatchError: A file is not the one that `model.json` describes.
        RegistryError: The registry could not be reached, or refused.
    """
    lineage = lineage or Lineage()
    if lineage.source:
        lineage = replace(lineage, source=without_query(lineage.source))
    lineage = replace(lineage, arguments=_kept(lineage))
    if lineage.arguments and len(lineage.arguments) > LONGEST_ARGUMENTS:
        print(
            "the arguments of the run are too long to be registered: it cannot be repeated by them"
        )
        lineage = replace(lineage, arguments=None)
    figures = read_record(evaluation, EvaluationRecord.parse)
    verdict = read_record(comparison, ComparisonRecord.parse) if comparison else None
    if promote and not (verdict and verdict.approved):
        raise InputError(
            f"{model_name} was to become champion without an approving comparison: pass the "
            "`comparison` of compare_with_champion, or register it with promote=False"
        )
    description = _verified_description(Path(model))
    metric = verdict.metric if verdict else PRIMARY[description.task]
    body = {
        "model": {"name": model_name},
        "version": {
            "properties": {
                **_properties(description, figures, metric),
                **({GATE: " ".join(verdict.reasons)} if verdict else {}),
                **_rows(description, figures, reports),
                **({KEY_PROPERTY: lineage.retraining_key} if lineage.retraining_key else {}),
            }
        },
        "metrics": _metrics(figures),
        "parameters": {**description.hyperparameters, "seed": description.seed},
        "datasets": _datasets(description, figures, lineage),
        "lineage": {k: v for k, v in asdict(lineage).items() if v and k not in NO_LINEAGE},
        "schema": _schema(description, figures),
    }
    body["aliases"] = [CHALLENGER, CHAMPION] if promote else [CHALLENGER]
    # The challenger may be any version; the champion must be the compared one, or none, still.
    if verdict and promote and verdict.champion_alias == CHAMPION:
        there = verdict.champion
        body["expectedAliases"] = {CHAMPION: there.version if there and there.alias else None}
    digest = folder_digest(model)
    key = f"{lineage.run_id or uuid.uuid4()}/{digest}"
    waiting = waiting_seconds()
    with RegistryClient.from_environment(registry_url, wait_seconds=waiting) as registry:
        _require_same_question(registry, model_name, description)
        told = {name: value for name, value in asdict(lineage).items() if value}
        sources = CardSources(
            *(model_name, digest, description, figures, verdict),
            table=(reports or Reports()).table,
            lineage=told,
        )
        with TemporaryDirectory() as folder:
            evidence = gather_evidence(
                Path(folder), reports or Reports(), evaluation, comparison, sources
            )
            receipt = registry.register(body, model, key, evidence)
    if receipt.known:
        print(f"{model_name} version {receipt.version} is this model byte for byte: it stays one")
    return Registered(
        *(model_name, receipt.version, receipt.digest, receipt.aliases, registry.url),
        replayed=receipt.replayed,
        known=receipt.known,
    )


def _require_same_question(
    registry: RegistryClient, model_name: str, description: ModelDescription
) -> None:
    """Refuse a model that answers another question than the newest version of that name."""
    newest = registry.newest(model_name)
    if newest is None:
        return
    ours = {"task": description.task, "target": description.target}
    theirs = {**newest.properties, **(newest.schema if isinstance(newest.schema, dict) else {})}
    for what, own in ours.items():
        if theirs.get(what, own) != own:
            named = f"{model_name}@{newest.version}"
            raise InputError(
                f"The {what} of this model is {own}, that of {named} is {theirs[what]}: what asks "
                f"for {model_name} would get other answers. Give this model a name of its own "
                "(model_name), or archive the versions of that name (kfp-tabular registry archive "
                f"{named})."
            )


def _kept(lineage: Lineage) -> str | None:
    """Return the arguments of a run without what may sign addresses, and what was read at one."""
    try:
        told = json.loads(lineage.arguments or "")
    except ValueError:
        return lineage.arguments
    if not isinstance(told, dict):
        return lineage.arguments
    if "hyperparameters" in told and lineage.hyperparameters:
        told["hyperparameters"] = lineage.hyperparameters
    return json.dumps(without_queries(told), sort_keys=True)


def _verified_description(model: Path) -> ModelDescription:
    description = read_description(model)
    for name, promised in description.files.items():
        if (actual := file_digest(model / name)) != promised["sha256"]:
            raise DigestMismatchError(str(model / name), promised["sha256"], actual)
    return description


def _properties(
    description: ModelDescription, figures: EvaluationRecord, metric: str
) -> dict[str, str | float]:
    versions = description.versions
    return {
        "task": description.task,
        "target": description.target,
        "metric": metric,
        "estimator": description.estimator,
        "framework": FRAMEWORK,
        "framework_version": versions[FRAMEWORK_PACKAGE],
        **{f"version.{package}": version for package, version in versions.items()},
        **decision_properties(figures),
        **_choice(description),
        **_calibration(description),
        **_evaluated(figures),
        **interval_properties(figures),
    }


def _evaluated(figures: EvaluationRecord) -> dict[str, str]:
    """Return how the figures came about where they are not of the test rows."""
    crossed = figures.cross_validation
    return {EVALUATION: crossed.told(figures.rows)} if crossed else {}


def _rows(
    description: ModelDescription, figures: EvaluationRecord, reports: Reports | None
) -> dict[str, int]:
    """Return how many rows the table has, and each side of the split."""
    crossed = figures.cross_validation
    counted = {
        "table": reports.table.rows if reports else None,
        "train": description.training_data.get("rows"),
        "test": crossed.test_rows if crossed else figures.rows,
    }
    return {f"{ROWS}{role}": int(rows) for role, rows in counted.items() if rows is not None}


def _choice(description: ModelDescription) -> dict[str, str]:
    """Return how the estimator was chosen, and what each candidate reached."""
    if description.choice is None:
        return {}
    record = ChoiceRecord.of(description.choice)
    reached = {
        f"candidate.{each.name}": (
            f"{number(each.value)} ({interval(each.low, each.high)})"
            if each.low is not None
            else each.remark
        )
        + (f", {each.described}" if each.trial else "")
        for each in record.candidates
    }
    tuned = {"tuning": record.tuning} if record.tuning else {}
    told = f"{record.reason} By {record.metric}, {record.folds} folds."
    return {"choice": told, **tuned, **reached}


def _calibration(description: ModelDescription) -> dict[str, str]:
    """Return by which method the probabilities were calibrated, where somebody asked for it."""
    told = description.calibration
    return {} if told is None else {CALIBRATION: told.method, f"{CALIBRATION}.reason": told.reason}


def _schema(description: ModelDescription, figures: EvaluationRecord) -> dict[str, Any]:
    """Return what goes in and what comes out: by the latter, later predictions are judged."""
    schema: dict[str, Any] = {
        "target": description.target,
        "features": [asdict(feature) for feature in description.features],
    }
    if figures.prediction_profile:
        schema["predictions"] = figures.prediction_profile.content()
    return schema


def _metrics(figures: EvaluationRecord) -> dict[str, float]:
    return {n: metric.value for n, metric in figures.metrics.items() if metric.value is not None}


def _datasets(
    description: ModelDescription, figures: EvaluationRecord, lineage: Lineage
) -> list[dict[str, str]]:
    digests = {
        "table": lineage.table_digest,
        "train": description.training_data["digest"],
        "test": figures.test_digest,
    }
    found = [{"name": role, "role": role, "digest": d} for role, d in digests.items() if d]
    for data in found:
        if data["role"] == "table" and (source := lineage.source or "").startswith(DATASET):
            name = source.removeprefix(DATASET).partition("@")[0]
            # The names of a version's data differ.
            data |= {"name": name if name not in digests else f"{name} (data set)", "uri": source}
    return found
