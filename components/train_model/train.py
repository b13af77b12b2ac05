"""Fit an estimator on the features, and make one pipeline of it and the preprocessing."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from components.shared.background_imports import importing
from components.shared.digests import file_digest
from components.shared.errors import InputError
from components.shared.features.preprocessors import (
    PreprocessorDescription,
    load_preprocessor,
    read_preprocessor,
)
from components.shared.fits.class_weights import parse_class_weight, weigh_rows
from components.shared.fits.estimator_fits import fit_estimator
from components.shared.fits.hyperparameters import (
    build_estimator,
    code_columns_within,
    parse_hyperparameters,
)
from components.shared.fits.reproducible_fits import order_of_sums_fixed
from components.shared.fits.training_rows import TrainingRows, entity_codes, read_training_rows
from components.shared.models.choices import read_choice
from components.shared.models.description import (
    TRAINED_ON_FILE,
    Calibration,
    ColumnProfile,
    ModelDescription,
    read_description,
)
from components.shared.models.estimators import DEFAULT_ESTIMATOR, Estimator, resolve_estimator
from components.shared.models.folders import reading
from components.shared.models.profiles import profile_table
from components.shared.models.threads import threads_for
from components.shared.models.trained_on import hashes_of_training
from components.shared.progress import reporting_progress
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.tables.choices import CALIBRATIONS
from components.shared.tables.columns import require_column
from components.shared.tables.frames import column_types
from components.shared.tables.readings import table_readings
from components.shared.tables.tasks import resolve_task
from components.shared.versions import library_versions
from components.train_model.planning import plan_model
from components.train_model.readers import column_readers
from components.train_model.saving import save_model

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class TrainedModel:
    """What `train_model` did.

    Attributes:
        digest: SHA-256 of the model folder.
        rows: Number of rows that the estimator was fitted on.
        description: The content of `model.json`.
    """

    digest: str
    rows: int
    description: ModelDescription

    def metadata(self) -> dict[str, Any]:
        """Return what the `model` artifact says of itself."""
        return {
            "framework": "sklearn",
            "task": self.description.task,
            "estimator": self.description.estimator,
            "target": self.description.target,
            "digest": self.digest,
            "rows": self.rows,
            "versions": self.description.versions,
            NOTES: notes_metadata(self.notes()),
        }

    def notes(self) -> list[Note]:
        """Return what whoever serves the model had better know."""
        refusal, calibration = self.description.plan_refusal, self.description.calibration
        slow = f"the model has no plan, and scikit-learn alone predicts by it: {refusal}"
        probabilities = [Note("assumed", calibration.reason)] if calibration else []
        return [*probabilities, *([Note("warning", slow)] if refusal else [])]


def train_model(
    train: str | Path,
    features: str | Path,
    preprocessor: str | Path,
    model: str | Path,
    target: str,
    *,
    task: str = "auto",
    estimator: str = DEFAULT_ESTIMATOR,
    hyperparameters: str = "{}",
    seed: int = 42,
    sample_weight_column: str | None = None,
    class_weight: str | None = None,
    train_digest: str | None = None,
    entity: Sequence[str] = (),
    choice: str | Path | None = None,
    calibrate: str = "none",
) -> TrainedModel:
    """Fit an estimator, and write a model that takes raw rows.

    The same data, seed and versions of the libraries give the same bytes, on any number of
    processor cores; linear estimators, and models of texts, may differ in the last digits between
    kinds of processor.

    Args:
        train: Parquet file with the raw training rows, for the reference profile.
        features: The same rows as features, written by `preprocess_table`.
        preprocessor: Folder with the fitted preprocessor, of the same run.
        model: Folder to write: `model.joblib`, one scikit-learn pipeline, `model.json`, the
            model as a plan (`plan.json`) where it can be one, examples of predictions
            (`examples.json`), hashes of the training rows (`trained_on.npy`), and what MLflow
            needs to load it.
        target: Name of the target column.
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        estimator: Name from the allow-list in `components/shared/models/estimators.py`.
        hyperparameters: JSON object with scikit-learn's (LightGBM's) own names.
        seed: Seed of the estimator, 0 to 2³²-1.
        sample_weight_column: Column of weights (0 or more), the one that `preprocess_table` had.
        class_weight: `balanced`, or a JSON object from label to weight (above 0).
        train_digest: SHA-256 of the file `train`, for the description; computed if not given.
        entity: Columns of `train` that tell whose rows they are, where it was split by them.
        choice: What `choose_estimator` wrote, for the description.
        calibrate: Of a classifier `none`, `sigmoid`, `isotonic`, or `auto`: the one that lowers the
            cross-validated log loss most, if by more than its standard error. Calibrating fits the
            estimator for five folds more.

    Raises:
        InputError: A parameter is wrong, or the inputs do not belong together.
        DigestMismatchError: The preprocessor is not what its description promises.
    """
    settings = parse_hyperparameters(hyperparameters)
    resolved_task = resolve_task(task, train, target)
    _check_calibrate(calibrate, resolved_task)
    chosen = resolve_estimator(estimator, resolved_task)
    candidates = _candidates(choice, chosen)
    prepared = read_preprocessor(preprocessor)
    _check_preprocessor(prepared, chosen, target, sample_weight_column)
    for name in entity:
        require_column(name, list(column_types(train)), "entity")
    with importing("sklearn.ensemble"):
        rows = read_training_rows(features, prepared, resolved_task)
        profile = _profile(train, prepared, target, resolved_task)
    classes = [] if resolved_task == "regression" else np.unique(rows.target).tolist()
    class_weights = parse_class_weight(class_weight, classes)
    weighted = replace(rows, weights=weigh_rows(class_weights, rows.target, rows.weights))
    code_columns = code_columns_within(chosen, settings, prepared.code_positions())
    unfitted = build_estimator(chosen, resolved_task, settings, seed, code_columns)
    transformer = load_preprocessor(preprocessor).transformer
    fitted = _fit(unfitted, chosen, weighted, code_columns)
    calibration = None
    if calibrate != "none" and resolved_task == "regression":
        calibration = Calibration(
            calibrate, "none", "nothing to calibrate: a regression has no probabilities"
        )
    elif calibrate != "none":
        entities = entity_codes(train, entity)
        fitted, calibration = _calibrated(
            fitted, calibrate, chosen, weighted, code_columns, seed, entities
        )
    digest_of_rows = train_digest or file_digest(train)
    trained_on, hashes = hashes_of_training(train, digest_of_rows, entity)
    description = ModelDescription(
        task=resolved_task,
        estimator=chosen.name,
        hyperparameters={**dict(chosen.defaults), **settings},
        target=target,
        classes=classes or None,
        features=prepared.inputs,
        seed=seed,
        versions=library_versions(*(["lightgbm"] if chosen.name == "lightgbm" else [])),
        training_data={"digest": digest_of_rows, "rows": len(rows.target)},
        profile=profile,
        class_weight=class_weights,
        sample_weight_column=sample_weight_column,
        dropped_columns=prepared.dropped,
        choice=candidates,
        readers=tuple(
            asdict(reader)
            for reader in column_readers(prepared.inputs, table_readings(train), transformer)
        ),
        trained_on=trained_on,
        calibration=calibration,
    )
    pipeline = _assemble(transformer, fitted)
    planned = plan_model(description, reading(pipeline, description), rows.means, train)
    described = replace(description, plan_refusal=planned.refusal)
    files = {**planned.files, TRAINED_ON_FILE: hashes}
    digest = save_model(model, pipeline, described, files)
    return TrainedModel(digest, len(rows.target), read_description(model))


def _candidates(choice: str | Path | None, chosen: Estimator) -> dict[str, Any] | None:
    """Return how the estimator was chosen; None where nothing was compared."""
    record = read_choice(choice) if choice else None
    if record is None or not record.candidates:
        return None
    if record.estimator != chosen.name:
        raise InputError(
            f"The `choice` is for {record.estimator}, and `estimator` is {chosen.name}: give this "
            "step the outputs of one run of choose_estimator."
        )
    return record.content()


def _check_preprocessor(
    description: PreprocessorDescription, chosen: Estimator, target: str, weight: str | None
) -> None:
    if description.target != target:
        raise InputError(
            f"The preprocessor was made for the target {description.target!r}, not {target!r}: "
            "give both steps the same target."
        )
    if description.sample_weight_column != weight:
        raise InputError(
            f"The preprocessor was made with the sample_weight_column "
            f"{description.sample_weight_column!r}, not {weight!r}: give both steps the same one."
        )
    if chosen.family == "linear" and description.treatment["family"] != "linear":
        raise InputError(
            f"The preprocessor was made for trees, and {chosen.name} needs imputed, scaled and "
            f"one-hot coded features: run preprocess_table with estimator={chosen.name}."
        )


def _fit(estimator: Any, chosen: Estimator, rows: TrainingRows, code_columns: list[int]) -> Any:
    count, width = rows.features.shape
    print(f"fitting {chosen.name} on {count:,} rows and {width} features", flush=True)
    start = time.monotonic()
    with reporting_progress("fitting", lambda: _reached(estimator)):
        fit_estimator(estimator, chosen, rows, code_columns)
    print(f"fitted in {time.monotonic() - start:.1f} s", flush=True)
    return estimator


def _check_calibrate(calibrate: str, task: str) -> None:
    if calibrate not in CALIBRATIONS:
        raise InputError(
            f"`calibrate` is {calibrate!r}, and must be one of {', '.join(CALIBRATIONS)}."
        )
    if task == "regression" and calibrate not in ("none", "auto"):
        raise InputError(
            f"`calibrate` is {calibrate}, and a regression has no probabilities: leave it out."
        )


def _calibrated(
    fitted: Any,
    calibrate_by: str,
    chosen: Estimator,
    rows: TrainingRows,
    code_columns: list[int],
    seed: int,
    entities: NDArray[Any] | None,
) -> tuple[Any, Calibration]:
    # It takes a second to import, and most trainings do not calibrate.
    from components.shared.fits.calibration import calibrate

    arguments = {"categorical_feature": code_columns} if chosen.name == "lightgbm" else {}
    start = time.monotonic()
    with (
        order_of_sums_fixed(chosen.family),
        threads_for(rows.features.size),
        reporting_progress("calibrating", lambda: ""),
    ):
        calibrated, told = calibrate(fitted, calibrate_by, rows, seed, entities, arguments)
    print(f"{told.reason}, in {time.monotonic() - start:.1f} s", flush=True)
    return calibrated, told


def _assemble(transformer: "ColumnTransformer", fitted: Any) -> "Pipeline":
    from sklearn.pipeline import Pipeline

    return Pipeline([("preprocess", transformer), ("estimator", fitted)])


def _reached(estimator: Any) -> str:
    # Boosting counts while it fits; other estimators say it at their end, if at all.
    iterations = getattr(estimator, "n_iter_", None)
    counts = isinstance(iterations, int) and hasattr(estimator, "max_iter")
    return f"iteration {iterations} of {estimator.max_iter}" if counts else ""


def _profile(
    train: str | Path, description: PreprocessorDescription, target: str, task: str
) -> dict[str, ColumnProfile]:
    types = column_types(train)
    names = (*(c.name for c in description.inputs), target)
    classes = () if task == "regression" else (target,)
    texts = [name for name, encoding in description.encodings.items() if encoding == "words"]
    return profile_table(train, {name: types[name] for name in names}, classes, texts)
