"""Weights of classes."""

from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from components.shared.errors import InputError
from components.shared.fits.class_weights import parse_class_weight, weigh_rows


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        (None, ["a", "b"], None),
        ("balanced", ["a", "b"], "balanced"),
        ('{"a": 2}', ["a", "b"], {"a": 2.0}),
        ('{"1": 2, "0": 0.5}', [0, 1], {1: 2.0, 0: 0.5}),
        ('{"1": 2}', [0.0, 1.0], {1.0: 2.0}),
        ('{"true": 3}', [False, True], {True: 3.0}),
    ],
)
def test_labels_are_of_the_targets_own_type(
    text: str | None, labels: list[Any], expected: object
) -> None:
    """JSON names classes by strings; the weights are by label."""
    assert parse_class_weight(text, labels) == expected


@pytest.mark.parametrize(
    ("text", "labels", "message"),
    [
        ("balance", ["a"], "'balanced' or a JSON object"),
        ("[1]", ["a"], "'balanced' or a JSON object"),
        ('{"c": 1}', ["a", "b"], "Its classes are: a, b"),
        ('{"a": 0}', ["a", "b"], "above 0"),
        ('{"a": "2"}', ["a", "b"], "above 0"),
        ("balanced", [], "the task is regression"),
    ],
)
def test_wrong_class_weights_are_explained(text: str, labels: list[Any], message: str) -> None:
    """Other text, unknown labels, weights that are none, and regression are refused."""
    with pytest.raises(InputError, match=message):
        parse_class_weight(text, labels)


@pytest.mark.parametrize("class_weight", ["balanced", {"a": 3.0}])
def test_rows_weigh_what_scikit_learn_would_have_them_weigh(class_weight: Any) -> None:
    """Row weights equal scikit-learn's for the same class weights, times those of the rows."""
    target = np.array(["a", "b", "b", "c", "b"], dtype=object)
    rows = np.array([1.0, 2.0, 0.5, 1.0, 0.0])
    full = class_weight if class_weight == "balanced" else {"b": 1.0, "c": 1.0, **class_weight}
    expected = compute_sample_weight(full, target)
    np.testing.assert_allclose(weighed(class_weight, target, None), expected)
    np.testing.assert_allclose(weighed(class_weight, target, rows), expected * rows)


def weighed(class_weight: Any, target: Any, rows: Any) -> Any:
    """Return weights of rows, there being weights of classes."""
    return weigh_rows(class_weight, target, rows)
