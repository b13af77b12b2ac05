"""Weights of classes, as a user gives them."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.shared.errors import InputError

BALANCED = "balanced"


def parse_class_weight(text: str | None, labels: Sequence[Any]) -> str | dict[Any, float] | None:
    """Read class weights.

    Args:
        text: None, `balanced` (weights inverse to the frequency of the classes), or a JSON object
            from label to weight, such as `{"yes": 5, "no": 1}`. Classes it does not name weigh 1.
        labels: The classes; none for regression.

    Returns:
        None, `balanced`, or weight by label, the label being of the target's own type.

    Raises:
        InputError: The text is neither, a label is no class, or a weight is not positive.
    """
    if text is None:
        return None
    if not labels:
        raise InputError(
            "`class_weight` is for classification, and the task is regression: leave it out, "
            "or weight rows with `sample_weight_column`."
        )
    if text == BALANCED:
        return BALANCED
    by_name = {_name(label): label for label in labels}
    weights: dict[Any, float] = {}
    for name, weight in _parse(text).items():
        if name not in by_name:
            raise InputError(
                f"`class_weight` names the class {name!r}, which the target does not have. "
                f"Its classes are: {', '.join(by_name)}."
            )
        weights[by_name[name]] = _positive(name, weight)
    return weights


def weigh_rows(
    class_weight: str | dict[Any, float] | None,
    target: NDArray[Any],
    weights: NDArray[np.float64] | None,
) -> NDArray[np.float64] | None:
    """Return the weights of rows, times those of their classes.

    Every estimator takes the weights of rows; not every one takes those of classes with labels
    that are strings.

    Args:
        class_weight: As `parse_class_weight` returns it; `balanced` is
            rows / (classes × rows of the class).
        target: Label of each row.
        weights: Weight of each row; None for equal weights.
    """
    if class_weight is None:
        return weights
    labels, codes, counts = np.unique(target, return_inverse=True, return_counts=True)
    if isinstance(class_weight, str):
        of_class = len(target) / (len(labels) * counts)
    else:
        of_class = np.array([class_weight.get(label, 1.0) for label in labels.tolist()])
    of_row = np.asarray(of_class[codes], dtype=np.float64)
    return of_row if weights is None else of_row * weights


def _parse(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise InputError(
            f"`class_weight` is {text!r}, and must be {BALANCED!r} or a JSON object from class "
            'to weight, such as {"yes": 5, "no": 1}.'
        )
    return parsed


def _positive(name: str, weight: Any) -> float:
    number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
    if not number or not math.isfinite(weight) or weight <= 0:
        raise InputError(
            f"`class_weight` gives the class {name!r} the weight {weight!r}: it must "
            "be a number above 0."
        )
    return float(weight)


def _name(label: Any) -> str:
    """Return how JSON spells a label as a key: `true`, `1`, `yes`."""
    if isinstance(label, str):
        return label
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return json.dumps(label)
