"""Fit the preprocessing on the training rows, and transform them."""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

from components.shared.background_imports import importing
from components.shared.digests import file_digest, folder_digest
from components.shared.errors import InputError
from components.shared.features.feature_plan import FeaturePlan, plan_features
from components.shared.features.preprocessors import PreprocessorDescription, save_preprocessor
from components.shared.features.treatments import (
    MAX_CODES,
    MAX_ONE_HOT,
    TOPICS,
    Treatment,
    choose_treatment,
)
from components.shared.models.estimators import DEFAULT_ESTIMATOR, family_of
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.tables.frames import read_frame
from components.shared.versions import library_versions

if TYPE_CHECKING:
    from components.preprocess_table.leakage import Leak
    from components.shared.features.fitting import FittedFeatures
    from components.shared.features.target_means import Target


@dataclass(frozen=True)
class PreprocessedTable:
    """What `preprocess_table` did.

    Attributes:
        digest: SHA-256 over the preprocessor folder and the features file.
        rows: Number of rows.
        description: The content of `preprocessor.json`.
        leaks: Columns that tell the target nearly all by themselves.
    """

    digest: str
    rows: int
    description: PreprocessorDescription
    leaks: "tuple[Leak, ...]" = ()

    def features_metadata(self) -> dict[str, Any]:
        """Return what the `features` artifact says of itself."""
        return {
            "rows": self.rows,
            "columns": len(self.description.features),
            "target": self.description.target,
            "digest": self.digest,
        }

    def preprocessor_metadata(self) -> dict[str, Any]:
        """Return what the `preprocessor` artifact says of itself."""
        return {
            "framework": "sklearn",
            "inputs": len(self.description.inputs),
            "outputs": len(self.description.features),
            "dropped_columns": {
                column["name"]: column["reason"] for column in self.description.dropped
            },
            **self.description.treatment,
            NOTES: notes_metadata(self.notes()),
        }

    def notes(self) -> list[Note]:
        """Return which columns the model sees otherwise or not at all, or had better not see."""
        left_out = [
            Note("left out", column["kind"], (column["name"],))
            for column in self.description.dropped
        ]
        used = [
            Note("used as", encoding, (name,))
            for name, encoding in self.description.encodings.items()
            if encoding != "codes"
        ]
        leaks = [Note("warning", leak.text, (leak.column,)) for leak in self.leaks]
        return [*left_out, *used, *leaks]


def preprocess_table(
    train: str | Path,
    features: str | Path,
    preprocessor: str | Path,
    target: str,
    *,
    task: str = "auto",
    estimator: str = DEFAULT_ESTIMATOR,
    encoding: str = "auto",
    scaling: str = "auto",
    imputation: str = "auto",
    missing_indicator: bool = False,
    min_frequency: int = 10,
    max_categories: int = MAX_CODES,
    max_one_hot: int = MAX_ONE_HOT,
    text_features: int = TOPICS,
    identifier_share: float = 0.5,
    drop_columns: Sequence[str] = (),
    sample_weight_column: str | None = None,
    entity: Sequence[str] = (),
    keep_entity: bool = False,
) -> PreprocessedTable:
    """Make features of raw columns; what is learnt for it comes from the training rows alone.

    The values of the target and of the weights are copied to the features. The target is only
    learnt from for columns with many different strings, where each row gets a mean of other rows;
    columns that tell it by themselves are named.

    Args:
        train: Parquet file with the raw training rows.
        features: Parquet file to write: a float64 column for each feature (NaN where a value is
            missing), then the target and the weights as they are in `train`.
        preprocessor: Folder to write: `preprocessor.joblib`, a fitted scikit-learn transformer
            that takes raw rows as a pandas frame, and `preprocessor.json`.
        target: Name of the target column.
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        estimator: Name of the estimator that the features are for; its family decides what
            `auto` means below.
        encoding: Of strings: `ordinal` codes (auto for trees), `one_hot` (auto for linear), or
            `target`, cross-fitted means of the target (auto for columns of more than 32 strings,
            unless the target has more than 10 classes).
        scaling: Of numbers: `standard` (auto for linear), `robust` or `none` (auto for trees).
        imputation: Of numbers: `median` (auto for linear), `mean` or `none` (auto for trees).
        missing_indicator: Add a column of 0 and 1 for each imputed number that had gaps.
        min_frequency: Strings in fewer rows than this share one category.
        max_categories: Most ordinal codes of a column, 2 to 254; rarer strings share one.
        max_one_hot: Most one-hot columns of a column, 2 to 254; rarer strings share one.
        text_features: Most numbers that a column of texts becomes: topics of its words, by TF-IDF
            and a truncated SVD. 0 to 300; 0 leaves texts out.
        identifier_share: A string column whose distinct values (50 or more) exceed this share of
            its rows, above 0 and at most 1, is a text if it has several words a value, else an
            identifier, and left out. 1 keeps all as categories.
        drop_columns: Columns to leave out.
        sample_weight_column: Column of weights; not a feature.
        entity: Columns that the table was split by, as they tell whose row it is; left out.
        keep_entity: Whether these columns are features all the same.

    Raises:
        InputError: A column or a value is wrong, or no feature is left.
    """
    treatment = choose_treatment(
        family_of(estimator),
        encoding=encoding,
        scaling=scaling,
        imputation=imputation,
        missing_indicator=missing_indicator,
        min_frequency=min_frequency,
        max_categories=max_categories,
        max_one_hot=max_one_hot,
        text_features=text_features,
    )
    if not 0.0 < identifier_share <= 1.0:
        raise InputError(f"`identifier_share` is {identifier_share}: it is above 0 and at most 1.")
    with importing("components.shared.features.fitting"):
        plan = plan_features(
            train,
            target,
            treatment,
            drop_columns=drop_columns,
            sample_weight_column=sample_weight_column,
            identifier_share=identifier_share,
            entity=() if keep_entity else entity,
        )
        _check_gaps(plan, treatment)
        frame = read_frame(train, [column.name for column in plan.inputs])
    from components.shared.features.learnt_target import with_target

    reserved = (target, sample_weight_column) if sample_weight_column else (target,)
    kept = pl.read_parquet(train, columns=list(reserved))
    plan, learnt = with_target(plan, treatment, task, train, kept[target])
    _report(plan)
    leaks = _leaks(frame, kept[target])
    fitted = _fit(frame, plan, treatment, learnt, reserved)
    _write(fitted, kept, Path(features))
    description = save_preprocessor(
        preprocessor,
        fitted.transformer,
        _describe(plan, treatment, fitted, target, sample_weight_column),
    )
    return PreprocessedTable(_digest(features, preprocessor), plan.rows, description, leaks)


def _report(plan: FeaturePlan) -> None:
    print(f"{plan.rows:,} rows, {len(plan.inputs)} columns to learn from", flush=True)
    for name, encoding in plan.encodings.items():
        if encoding != "codes":
            print(f"used as {encoding}: {name}", flush=True)
    for column in plan.dropped:
        print(f"left out {column.name}: {column.reason}", flush=True)


def _leaks(frame: pd.DataFrame, target: pl.Series) -> "tuple[Leak, ...]":
    from components.preprocess_table.leakage import leaking_columns

    leaks = leaking_columns(frame, target)
    for leak in leaks:
        print(f"{leak.column} {leak.text}", flush=True)
    return tuple(leaks)


def _fit(
    frame: pd.DataFrame,
    plan: FeaturePlan,
    treatment: Treatment,
    target: "Target | None",
    reserved: tuple[str, ...],
) -> "FittedFeatures":
    from components.shared.features.fitting import fit_features

    return fit_features(plan, treatment, frame, target, reserved)


def _check_gaps(plan: FeaturePlan, treatment: Treatment) -> None:
    if treatment.family != "linear" or treatment.imputation != "none":
        return
    gaps = [c.name for c in plan.inputs if c.nullable and c.type != "string"]
    if gaps:
        raise InputError(
            f"Linear estimators take no missing values, and `imputation` is none, but there are "
            f"some in {', '.join(gaps)}: set `imputation` to auto, or drop these columns."
        )


def _write(fitted: "FittedFeatures", kept: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fitted.table.hstack(kept).write_parquet(path, compression="lz4")


def _describe(
    plan: FeaturePlan,
    treatment: Treatment,
    fitted: "FittedFeatures",
    target: str,
    sample_weight_column: str | None,
) -> PreprocessorDescription:
    return PreprocessorDescription(
        target=target,
        sample_weight_column=sample_weight_column,
        treatment=dataclasses.asdict(treatment),
        inputs=plan.inputs,
        dropped=tuple(dataclasses.asdict(column) for column in plan.dropped),
        encodings=dict(plan.encodings),
        features=tuple(fitted.table.columns),
        codes=fitted.codes,
        rows=plan.rows,
        versions=library_versions(),
    )


def _digest(features: str | Path, preprocessor: str | Path) -> str:
    digests = folder_digest(preprocessor) + file_digest(features)
    return hashlib.sha256(digests.encode()).hexdigest()
