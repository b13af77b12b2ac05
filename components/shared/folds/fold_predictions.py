"""Every row predicted by a model of the same kind that was fitted on other rows.

A few test rows tell little. All rows of a table can be test rows in turn: they are cut into folds,
and the rows of each are predicted by what was fitted on the others, preprocessing, estimator and
calibration alike (Stone 1974, Cross-Validatory Choice and Assessment of Statistical Predictions).
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.shared.errors import InputError
from components.shared.evaluation.ranking import Floats
from components.shared.fits.class_weights import parse_class_weight, weigh_rows
from components.shared.fits.hyperparameters import code_columns_within
from components.shared.fits.reproducible_fits import order_of_sums_fixed
from components.shared.fits.training_rows import entity_codes, row_weights, target_values
from components.shared.folds.cutting import Folds, cut_folds, told_apart
from components.shared.folds.fold_features import FoldFeatures, LeftOut, RawTable, read_raw_table
from components.shared.folds.fold_fits import fit_in_fold, output_in_fold
from components.shared.models.description import ModelDescription
from components.shared.models.estimators import Estimator, resolve_estimator
from components.shared.models.threads import threads_for
from components.shared.tables.frames import column_types


def predict_in_folds(
    description: ModelDescription, rows: str | Path, split: Mapping[str, Any], seed: int
) -> tuple[Floats, int]:
    """Predict rows by models of one kind, each fitted on the rows of other folds.

    Args:
        description: Of the model: its estimator, hyper-parameters, columns, weights, calibration.
        rows: Parquet file; all have a value of the target.
        split: How the test rows were chosen, as `split_table` told it, and so how folds are cut:
            in time, by entity, or at random.
        seed: Seed of the folds.

    Returns:
        Probabilities, shape (rows, classes), or predictions of a regression, shape (rows,), NaN
        where no fold judges a row, as the first ones in time; and the number of folds.

    Raises:
        InputError: Folds cannot be cut, or the estimator cannot be fitted in one.
    """
    column = pl.read_parquet(rows, columns=[description.target])[description.target]
    labels = target_values(column, description.task)
    folds = _folds(description, rows, labels, split, seed)
    estimator = resolve_estimator(description.estimator, description.task)
    table = _raw_table(description, estimator, rows, column, labels)
    shape = (len(labels), *([len(description.classes)] if description.classes else []))
    output = np.full(shape, np.nan)
    entities = entity_codes(rows, split.get("entity") or ())
    for number, (fitted_on, judged) in enumerate(folds, start=1):
        start = time.monotonic()
        features = table.features((fitted_on, judged))
        whose = None if entities is None else entities[fitted_on]
        with order_of_sums_fixed(estimator.family), threads_for(features.fitted.features.size):
            output[judged] = _output(description, estimator, features, whose)
        told = f"fold {number} of {len(folds)}: {len(judged):,} rows judged"
        print(f"{told}, {time.monotonic() - start:.1f} s", flush=True)
    return output, len(folds)


def _folds(
    description: ModelDescription,
    rows: str | Path,
    labels: NDArray[Any],
    split: Mapping[str, Any],
    seed: int,
) -> Folds:
    by_time = split.get("column") if split.get("strategy") == "time" else None
    apart = told_apart(rows, by_time, split.get("entity") or ())
    folds = cut_folds(labels, description.task, seed, *apart)
    if not folds:
        raise InputError(f"{len(labels):,} rows cannot be cut into folds")
    if not description.classes:
        return folds
    # A class that the model does not know is a mistake of its, and of those in the folds.
    known = np.isin(labels, np.array(description.classes, dtype=labels.dtype))
    return [(fitted_on[known[fitted_on]], judged) for fitted_on, judged in folds]


def _raw_table(
    description: ModelDescription,
    estimator: Estimator,
    rows: str | Path,
    column: pl.Series,
    labels: NDArray[Any],
) -> RawTable:
    """Return the columns of the model, weighed as in its training."""
    weight = description.sample_weight_column
    weights = (
        None if weight is None else row_weights(pl.read_parquet(rows, columns=[weight])[weight])
    )
    wanted = description.class_weight
    text = wanted if wanted is None or isinstance(wanted, str) else json.dumps(wanted)
    class_weight = parse_class_weight(text, description.classes or ())
    read = {feature.name for feature in description.features}
    others = {description.target, weight}
    left_out = LeftOut(
        tuple(name for name in column_types(rows) if name not in read | others), (), weight
    )
    weighed = weigh_rows(class_weight, labels, weights)
    return read_raw_table(
        Path(rows), column, description.task, estimator.family, left_out, (labels, weighed)
    )


def _output(
    description: ModelDescription,
    estimator: Estimator,
    fold: FoldFeatures,
    entities: NDArray[Any] | None,
) -> Floats:
    fitted = fit_in_fold(
        estimator, description.task, description.hyperparameters, description.seed, fold
    )
    calibration = description.calibration
    if calibration and calibration.method != "none":
        # It takes a second to import, and most models are not calibrated.
        from components.shared.fits.calibration import calibrate

        codes = code_columns_within(estimator, description.hyperparameters, fold.codes)
        arguments = {"categorical_feature": list(codes)} if estimator.name == "lightgbm" else {}
        method, seed = calibration.method, description.seed
        fitted, _ = calibrate(fitted, method, fold.fitted, seed, entities, arguments)
    classes = tuple(description.classes or ())
    return output_in_fold(fitted, fold.judged, description.task, classes)
