"""The allow-list of estimators."""

import subprocess
import sys

import pytest

from components.shared.errors import InputError
from components.shared.models.estimators import (
    ESTIMATOR_NAMES,
    ESTIMATORS,
    check_wanted,
    family_of,
    resolve_estimator,
)


def test_names_load_without_scikit_learn() -> None:
    """The command line may show the names without paying for scikit-learn."""
    check = "import sys, components.shared.models.estimators; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "task", "expected"),
    [
        ("linear", "binary", "logistic_regression"),
        ("linear", "multiclass", "logistic_regression"),
        ("linear", "regression", "ridge"),
        ("random_forest", "regression", "random_forest"),
    ],
)
def test_names_resolve_by_task(name: str, task: str, expected: str) -> None:
    """`linear` goes by the task; every other name is itself."""
    assert resolve_estimator(name, task).name == expected


@pytest.mark.parametrize("name", ESTIMATOR_NAMES)
def test_every_name_has_a_family_that_its_estimator_shares(name: str) -> None:
    """What a name resolves to is of the family that its features were made for."""
    tasks = ("binary", "regression")
    suited = [t for t in tasks if name not in ESTIMATORS or ESTIMATORS[name].path(t)]
    assert {resolve_estimator(name, task).family for task in suited} == {family_of(name)}


@pytest.mark.parametrize(
    ("name", "task", "message"),
    [
        ("ridge", "multiclass", "not for the task multiclass"),
        ("logistic_regression", "regression", "linear_regression, ridge"),
        ("Random-Forest", "binary", "Did you mean 'random_forest'"),
        ("svm", "binary", "The estimators are: hist_gradient_boosting"),
    ],
)
def test_wrong_estimators_are_explained(name: str, task: str, message: str) -> None:
    """An unknown name, or one for another task, is an error that names what there is."""
    with pytest.raises(InputError, match=message):
        resolve_estimator(name, task)


def test_what_may_be_wanted_of_a_run_includes_the_choice() -> None:
    """Where `auto` is allowed, the message for an unknown name has it among the names."""
    check_wanted("auto")
    with pytest.raises(InputError, match="The estimators are: auto, hist_gradient_boosting"):
        check_wanted("forest")
