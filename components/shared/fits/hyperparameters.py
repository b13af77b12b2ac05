"""Estimators made from a user's hyper-parameters, which are checked before anything is fitted."""

import difflib
import importlib
import inspect
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.shared.errors import InputError
from components.shared.models.estimators import Estimator

RESERVED: Final = {
    "random_state": "set the parameter `seed`",
    "class_weight": "set the parameter `class_weight`",
    "categorical_features": "the preprocessing decides it (parameter `encoding`)",
    "warm_start": "a step fits once",
    "verbose": "the step reports its progress itself",
}
"""Hyper-parameters that are set elsewhere, and where."""

EXAMPLE: Final = '{"max_iter": 200, "learning_rate": 0.05}'


def parse_hyperparameters(text: str) -> dict[str, Any]:
    """Read a JSON object of hyper-parameters.

    Raises:
        InputError: The text is not a JSON object, names something twice, or has a number that is
            not finite.
    """
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_without_repeats,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"`hyperparameters` is not valid JSON: {error.msg} at character {error.pos + 1} of "
            f"{_shortened(text)}. Write it like this: {EXAMPLE}"
        ) from error
    except RecursionError as error:
        raise InputError(
            f"`hyperparameters` has brackets in brackets beyond all reading: {_shortened(text)}. "
            f"Write it like this: {EXAMPLE}"
        ) from error
    if not isinstance(parsed, dict):
        raise InputError(f"`hyperparameters` is not a JSON object. Write it like this: {EXAMPLE}")
    return parsed


def build_estimator(
    estimator: Estimator,
    task: str,
    hyperparameters: Mapping[str, Any],
    seed: int,
    code_columns: Sequence[int] = (),
) -> Any:
    """Return an unfitted estimator with checked hyper-parameters.

    Args:
        estimator: Entry of the allow-list.
        task: Resolved task, which the estimator is for.
        hyperparameters: By scikit-learn's (or LightGBM's) own names.
        seed: Seed for estimators that draw random numbers, 0 to 2³²-1.
        code_columns: Positions of features that are categorical codes, which
            HistGradientBoosting is told.

    Raises:
        InputError: A name is not one of the estimator's, or a value is of a wrong type or out of
            range; or the library of the estimator is not installed.
    """
    factory = _import(estimator, task)
    defaults = factory().get_params()
    legal = sorted(set(defaults) - set(RESERVED))
    for name in hyperparameters:
        _check_name(name, estimator.name, legal)
    if not 0 <= seed < 2**32:
        raise InputError(f"`seed` is {seed}, and must be from 0 to {2**32 - 1}.")
    settings = {**dict(estimator.defaults), **hyperparameters}
    if "random_state" in defaults:
        settings["random_state"] = seed
    if "categorical_features" in defaults:
        settings["categorical_features"] = list(code_columns) or None
    built = factory(**settings)
    _check_values(built)
    if not hasattr(factory, "_parameter_constraints"):
        _check_types(hyperparameters, defaults, estimator.name)
    return built


def code_columns_within(
    estimator: Estimator, hyperparameters: Mapping[str, Any], codes: Mapping[int, int]
) -> list[int]:
    """Return the positions of the codes that the estimator can treat as categories.

    HistGradientBoosting needs a bin for each code: columns with more codes than `max_bins` stay
    ordered numbers.

    Args:
        estimator: Entry of the allow-list.
        hyperparameters: Those of the user.
        codes: Number of codes by position.
    """
    bins = hyperparameters.get("max_bins", 255)
    if estimator.name != "hist_gradient_boosting" or not isinstance(bins, int):
        return list(codes)
    return [position for position, count in codes.items() if count <= bins]


def _import(estimator: Estimator, task: str) -> Any:
    path = estimator.path(task)
    if path is None:
        raise InputError(f"The estimator {estimator.name!r} is not for the task {task}.")
    module, name = path.split(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, OSError) as error:
        raise InputError(
            f"The estimator {estimator.name!r} needs the package {module!r}, which does not load "
            f"here ({error}): install it (`pip install {module}`, or this package's extra of that "
            "name in the image), or choose another estimator."
        ) from error


def _check_name(name: str, estimator: str, legal: list[str]) -> None:
    if name in legal:
        return
    if name in RESERVED:
        raise InputError(f"{name!r} is not set in `hyperparameters`: {RESERVED[name]}.")
    near = difflib.get_close_matches(name.casefold(), legal, n=3)
    hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise InputError(
        f"{estimator} has no hyper-parameter {name!r} (parameter `hyperparameters`). {hint}"
        f"It has: {', '.join(legal)}."
    )


def _check_values(built: Any) -> None:
    # LightGBM has no such check: its own of ranges is made when the fit begins.
    if not hasattr(type(built), "_parameter_constraints"):
        return
    try:
        built._validate_params()
    except ValueError as error:
        raise InputError(f"{error} (parameter `hyperparameters`)") from error
    constraints = type(built)._parameter_constraints
    for name, value in built.get_params(deep=False).items():
        # To scikit-learn true is a number too: nobody means a learning rate of true.
        if isinstance(value, bool) and not _takes_booleans(constraints.get(name, ())):
            raise InputError(
                f"The {name!r} parameter of {type(built).__name__} takes no true or false "
                "(parameter `hyperparameters`)"
            )


def _check_types(
    hyperparameters: Mapping[str, Any], defaults: Mapping[str, Any], estimator: str
) -> None:
    """Refuse values of another type than the default, where that tells what is meant."""
    for name, value in hyperparameters.items():
        default = defaults[name]
        wanted = (int, float) if isinstance(default, float) else type(default)
        if isinstance(default, (int, float, str)) and (
            not isinstance(value, wanted) or isinstance(value, bool) != isinstance(default, bool)
        ):
            raise InputError(
                f"The {name!r} parameter of {estimator} is like {default!r}, not like {value!r} "
                "(parameter `hyperparameters`)"
            )


def _takes_booleans(constraints: Any) -> bool:
    if not isinstance(constraints, list):
        return True
    return any(
        constraint == "boolean" or (inspect.isclass(constraint) and issubclass(constraint, bool))
        for constraint in constraints
        if isinstance(constraint, (str, type))
    ) or any(True in getattr(constraint, "options", ()) for constraint in constraints)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    parsed = dict(pairs)
    if len(parsed) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise InputError(f"`hyperparameters` names {repeated!r} twice: leave one out.")
    return parsed


def _no_constant(name: str) -> Any:
    raise InputError(f"`hyperparameters` holds {name}, which is no JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_constant(text)


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "…")
