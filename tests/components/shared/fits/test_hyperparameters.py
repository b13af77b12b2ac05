"""Checking hyper-parameters."""

import sys
from typing import Any

import pytest

from components.shared.errors import InputError
from components.shared.fits.hyperparameters import (
    build_estimator,
    code_columns_within,
    parse_hyperparameters,
)
from components.shared.models.estimators import ESTIMATORS, resolve_estimator


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_every_estimator_is_built_with_its_defaults(name: str, task: str) -> None:
    """Our own defaults are legal hyper-parameters, and the seed arrives where there is one."""
    if ESTIMATORS[name].path(task):
        built = build_estimator(ESTIMATORS[name], task, {}, seed=3)
        assert built.get_params().get("random_state", 3) == 3


def test_hyperparameters_reach_the_estimator() -> None:
    """What the user sets wins over our defaults."""
    built = build_estimator(ESTIMATORS["logistic_regression"], "binary", {"max_iter": 7}, seed=0)
    assert built.max_iter == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{max_iter: 5}", "not valid JSON"),
        ("[1, 2]", "not a JSON object"),
        ('{"max_iter": NaN}', "NaN"),
        ('{"max_iter": 1, "max_iter": 2}', "'max_iter' twice"),
    ],
)
def test_text_that_is_no_json_object_is_explained(text: str, message: str) -> None:
    """Broken JSON, other JSON, NaN and repeated names are refused."""
    with pytest.raises(InputError, match=message):
        parse_hyperparameters(text)


@pytest.mark.parametrize(
    ("estimator", "hyperparameters", "message"),
    [
        ("hist_gradient_boosting", {"max_itr": 5}, "Did you mean 'max_iter'"),
        ("hist_gradient_boosting", {"n_estimators": 5}, "It has: .*max_leaf_nodes"),
        ("hist_gradient_boosting", {"max_iter": "5"}, "must be an int"),
        ("hist_gradient_boosting", {"max_iter": 0}, r"range \[1, inf\)"),
        ("hist_gradient_boosting", {"learning_rate": True}, "takes no true or false"),
        ("hist_gradient_boosting", {"random_state": 1}, "set the parameter `seed`"),
        ("random_forest", {"class_weight": "balanced"}, "set the parameter `class_weight`"),
        ("random_forest", {"criterion": "gin"}, "'criterion'"),
        ("ridge", {"alpha": -1}, "'alpha'"),
        ("lightgbm", {"num_leafs": 3}, "Did you mean 'num_leaves'"),
        ("lightgbm", {"n_estimators": "many"}, "'n_estimators' .* is like 100, not like 'many'"),
        ("lightgbm", {"subsample": True}, "'subsample' .* is like 1.0, not like True"),
    ],
)
def test_wrong_hyperparameters_are_explained(
    estimator: str, hyperparameters: dict[str, Any], message: str
) -> None:
    """Unknown names and wrong values are refused, with what would be right."""
    task = "regression" if estimator == "ridge" else "binary"
    with pytest.raises(InputError, match=message):
        build_estimator(resolve_estimator(estimator, task), task, hyperparameters, seed=0)


@pytest.mark.parametrize(
    "hyperparameters",
    [{"early_stopping": False}, {"early_stopping": "auto"}, {"scoring": None}, {"max_depth": 3}],
)
def test_values_of_every_legal_kind_pass(hyperparameters: dict[str, Any]) -> None:
    """Booleans, strings, null and numbers pass where the estimator takes them."""
    estimator = ESTIMATORS["hist_gradient_boosting"]
    assert build_estimator(estimator, "binary", hyperparameters, seed=0)


def test_missing_library_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without LightGBM, the error says how to get it."""
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(InputError, match="pip install lightgbm"):
        build_estimator(ESTIMATORS["lightgbm"], "binary", {}, seed=0)


def test_codes_need_a_bin_each() -> None:
    """HistGradientBoosting is told of the codes that its bins suffice for; others of all."""
    codes = {2: 5, 4: 100}
    boosting, lightgbm = ESTIMATORS["hist_gradient_boosting"], ESTIMATORS["lightgbm"]
    assert code_columns_within(boosting, {}, codes) == [2, 4]
    assert code_columns_within(boosting, {"max_bins": 64}, codes) == [2]
    assert code_columns_within(lightgbm, {}, codes) == [2, 4]
