"""Fit an estimator on features: the same fit on any number of processor cores."""

import sys
from collections.abc import Sequence
from typing import Any

from components.shared.errors import InputError
from components.shared.fits.reproducible_fits import forget_machine, order_of_sums_fixed
from components.shared.fits.training_rows import TrainingRows
from components.shared.models.estimators import Estimator
from components.shared.models.threads import threads_for


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
    arguments: dict[str, Any] = {"sample_weight": rows.weights}
    if chosen.name == "lightgbm":
        arguments["categorical_feature"] = list(code_columns)
    try:
        unfitted.fit(rows.features, rows.target, **arguments)
    except _refusals() as error:
        # LightGBM adds where in its source a check failed.
        reason = str(error).partition(" at /")[0]
        raise InputError(f"{chosen.name} cannot be fitted: {reason}") from error


def _refusals() -> tuple[type[Exception], ...]:
    """Return what estimators raise over data and hyper-parameters that do not go together."""
    # Only who fits with LightGBM has imported it.
    module = sys.modules.get("lightgbm.basic")
    return (ValueError, TypeError, *([module.LightGBMError] if module else []))
