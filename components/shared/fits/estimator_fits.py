"""Fit an estimator on features: the same fit on any number of processor cores."""

import math
import sys
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from components.shared.errors import InputError
from components.shared.fits.reproducible_fits import forget_machine, order_of_sums_fixed
from components.shared.fits.training_rows import TrainingRows
from components.shared.models.estimators import Estimator
from components.shared.models.threads import threads_for

ROWS_OF_AUTO: Final = 10_000
"""Rows above which scikit-learn's boosting stops early where nothing is said."""


def fit_estimator(
    unfitted: Any, chosen: Estimator, rows: TrainingRows, code_columns: Sequence[int]
) -> None:
    """Fit an estimator in place.

    Args:
        unfitted: As `build_estimator` returned it.
        chosen: Its entry of the allow-list.
        rows: What to fit it on.
        code_columns: Positions of the features that are categorical codes.

    Raises:
        InputError: The estimator refuses the rows, or its hyper-parameters for them.
    """
    with order_of_sums_fixed(chosen.family), threads_for(rows.features.size):
        fit_as_threads_are(unfitted, chosen, rows, code_columns)
    forget_machine(unfitted)


def fit_as_threads_are(
    unfitted: Any, chosen: Estimator, rows: TrainingRows, code_columns: Sequence[int]
) -> None:
    """Fit an estimator in place, where the caller has decided on the threads.

    Looking for the libraries that have threads takes 10 ms, as long as many a small fit.

    Raises:
        InputError: As `fit_estimator`.
    """
    _check_held_back(unfitted, chosen, rows)
    arguments: dict[str, Any] = {"sample_weight": rows.weights}
    if chosen.name == "lightgbm":
        arguments["categorical_feature"] = list(code_columns)
    try:
        unfitted.fit(rows.features, rows.target, **arguments)
    except _refusals() as error:
        # LightGBM adds where in its source a check failed.
        reason = str(error).partition(" at /")[0]
        raise InputError(f"{chosen.name} cannot be fitted: {reason}") from error


def _check_held_back(unfitted: Any, chosen: Estimator, rows: TrainingRows) -> None:
    """Make sure that boosting which stops early has rows of each class to hold back."""
    share = getattr(unfitted, "validation_fraction", None)
    stops, count = getattr(unfitted, "early_stopping", False), len(rows.target)
    if not isinstance(share, float) or not (
        stops is True or (stops == "auto" and count > ROWS_OF_AUTO)
    ):
        return
    # Who imports this module need not wait for scikit-learn yet.
    from sklearn.base import is_classifier

    held = math.ceil(share * count)
    remedy = "add rows, or take another estimator, or early_stopping=false"
    lack = f"{chosen.name} stops early by rows that it holds back, and "
    if is_classifier(unfitted):
        classes, counts = np.unique(rows.target, return_counts=True)
        rarest = classes.tolist()[counts.argmin()]
        if counts.min() < 2:
            raise InputError(
                f"{lack}the class {rarest!r} has 1 of the {count} rows to fit "
                f"on, where it takes 2: {remedy}."
            )
        if min(held, count - held) < len(classes):
            raise InputError(
                f"{lack}of {count} rows to fit on these are {held}, too few to have each of the "
                f"{len(classes)} classes (the rarest, {rarest!r}, has "
                f"{counts.min()} rows): {remedy}."
            )
    elif held >= count:
        raise InputError(f"{lack}there is {count} row to fit on, where it takes 2: {remedy}.")


def _refusals() -> tuple[type[Exception], ...]:
    """Return what estimators raise over data and hyper-parameters that do not go together."""
    # Only who fits with LightGBM has imported it.
    module = sys.modules.get("lightgbm.basic")
    return (ValueError, TypeError, *([module.LightGBMError] if module else []))
