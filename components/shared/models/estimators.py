"""The estimators that may be trained: their names, their families and the tasks they are for.

Imports nothing heavy: the command line shows these names in its help.
"""

import difflib
from dataclasses import dataclass
from typing import Final, Literal

from components.shared.errors import InputError

Family = Literal["trees", "linear"]

DEFAULT_ESTIMATOR: Final = "hist_gradient_boosting"
LINEAR: Final = "linear"
AUTO: Final = "auto"
"""What chooses among some of them; `choose_estimator` puts a name in its place."""


@dataclass(frozen=True)
class Estimator:
    """One entry of the allow-list.

    Attributes:
        name: The name users give.
        family: `trees` take missing values and ordinal codes as they are; `linear` estimators
            need imputed, scaled numbers and one-hot codes.
        classifier: Import path `module:class` for classification; None when there is none.
        regressor: The same for regression.
        defaults: Hyper-parameters of ours, where scikit-learn's own would not do.
    """

    name: str
    family: Family
    classifier: str | None
    regressor: str | None
    defaults: tuple[tuple[str, object], ...] = ()

    def path(self, task: str) -> str | None:
        """Return the import path for a resolved task, or None if the estimator is not for it."""
        return self.regressor if task == "regression" else self.classifier


_ALLOWED: Final = (
    Estimator(
        DEFAULT_ESTIMATOR,
        "trees",
        "sklearn.ensemble:HistGradientBoostingClassifier",
        "sklearn.ensemble:HistGradientBoostingRegressor",
    ),
    Estimator(
        "random_forest",
        "trees",
        "sklearn.ensemble:RandomForestClassifier",
        "sklearn.ensemble:RandomForestRegressor",
        (("n_jobs", -1),),
    ),
    Estimator(
        "extra_trees",
        "trees",
        "sklearn.ensemble:ExtraTreesClassifier",
        "sklearn.ensemble:ExtraTreesRegressor",
        (("n_jobs", -1),),
    ),
    Estimator(
        "logistic_regression",
        "linear",
        "sklearn.linear_model:LogisticRegression",
        None,
        # The 100 iterations of scikit-learn seldom suffice for a few hundred one-hot columns.
        (("max_iter", 1000),),
    ),
    Estimator("linear_regression", "linear", None, "sklearn.linear_model:LinearRegression"),
    Estimator("ridge", "linear", None, "sklearn.linear_model:Ridge"),
    Estimator(
        "lightgbm",
        "trees",
        "lightgbm:LGBMClassifier",
        "lightgbm:LGBMRegressor",
        # A fixed order of summation, and a thread count that is not the machine's own, make
        # the same trees and the same model text everywhere.
        (("deterministic", True), ("force_row_wise", True), ("n_jobs", 0), ("verbosity", -1)),
    ),
)

ESTIMATORS: Final = {estimator.name: estimator for estimator in _ALLOWED}
ESTIMATOR_NAMES: Final = (*ESTIMATORS, LINEAR)
"""Every name that users may give: the allow-list, and `linear`, which goes by the task."""


def family_of(name: str) -> Family:
    """Return the family of an estimator's name (`linear` is one, whatever the task).

    Raises:
        InputError: There is no estimator of this name.
    """
    check_name(name)
    return "linear" if name == LINEAR else ESTIMATORS[name].family


def resolve_estimator(name: str, task: str) -> Estimator:
    """Return the estimator for a name and a resolved task.

    `linear` is `logistic_regression` for classification and `ridge` for regression.

    Raises:
        InputError: There is no estimator of this name, or it is not for this task.
    """
    check_name(name)
    if name == LINEAR:
        return ESTIMATORS["ridge" if task == "regression" else "logistic_regression"]
    estimator = ESTIMATORS[name]
    if estimator.path(task) is None:
        suited = [other.name for other in _ALLOWED if other.path(task) is not None]
        raise InputError(
            f"The estimator {name!r} is not for the task {task} (parameter `estimator`). "
            f"For it there are: {', '.join(suited)}; {LINEAR!r} takes the linear one."
        )
    return estimator


def check_wanted(name: str) -> None:
    """Make sure that a name is `auto`, or that of an estimator.

    Raises:
        InputError: It is neither; the message names the nearest ones.
    """
    if name not in (AUTO, *ESTIMATOR_NAMES):
        raise _unknown(name, (AUTO, *ESTIMATOR_NAMES))


def check_name(name: str) -> None:
    """Make sure that there is an estimator of this name.

    Raises:
        InputError: There is none; the message names the nearest ones.
    """
    if name in ESTIMATOR_NAMES:
        return
    if name == AUTO:
        raise InputError(
            "`estimator` is auto, and this step fits one that is chosen already: take the outputs "
            "`estimator` and `hyperparameters` of choose_estimator, or name one of "
            f"{', '.join(ESTIMATOR_NAMES)}."
        )
    raise _unknown(name, ESTIMATOR_NAMES)


def _unknown(name: str, known: tuple[str, ...]) -> InputError:
    near = difflib.get_close_matches(name.casefold().replace("-", "_"), known, n=2)
    hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    return InputError(
        f"There is no estimator {name!r} (parameter `estimator`). {hint}"
        f"The estimators are: {', '.join(known)}."
    )
