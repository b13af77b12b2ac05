"""Whether a plan is one of the model that `model.json` describes, as far as the two can tell."""

from collections.abc import Mapping
from typing import Final

from components.shared.errors import InputError
from components.shared.models.description import ModelDescription
from components.shared.plans.plan import (
    DateFeatures,
    Features,
    Linear,
    Link,
    NumberFeatures,
    Plan,
    TextFeatures,
    WordFeatures,
)

TYPES: Final[Mapping[type[Features], frozenset[str]]] = {
    NumberFeatures: frozenset({"integer", "float", "boolean"}),
    TextFeatures: frozenset({"string"}),
    DateFeatures: frozenset({"date", "datetime"}),
    WordFeatures: frozenset({"string"}),
}
"""The types of columns that features are made of."""

LINKS: Final[Mapping[str, frozenset[Link]]] = {
    "binary": frozenset({"logistic", "softmax", "mean"}),
    "multiclass": frozenset({"softmax", "mean"}),
    "regression": frozenset({"identity", "exp", "mean"}),
}
"""How each task makes a prediction of sums."""


def check_agreement(description: ModelDescription, plan: Plan) -> None:
    """Make sure that description and plan are of one model: task, classes, columns and types.

    What a plan does not hold cannot be compared: the labels of classes, which are the examples'
    matter.

    Raises:
        InputError: They are not; the message names the first thing that differs.
    """
    if fault := _of_task(description, plan) or _of_columns(description, plan):
        raise InputError(
            f"model.json and plan.json are not of one model: {fault}. It is not served: take the "
            "model anew from where it came from, or train it again."
        )


def _of_task(description: ModelDescription, plan: Plan) -> str:
    task, classes, estimator = description.task, description.classes, plan.estimator
    if task not in LINKS:
        return f"the task is {task!r}, which is none of {', '.join(LINKS)}"
    count = 0 if classes is None else len(classes)
    fits = {"binary": count == 2, "regression": classes is None}.get(task, count >= 2)
    if not fits:
        return f"the task is {task}, and there are {count} classes"
    if estimator.link not in LINKS[task]:
        return f"the task is {task}, and the plan's sums are made predictions by {estimator.link!r}"
    outputs = len(estimator.intercepts if isinstance(estimator, Linear) else estimator.base)
    expected = 1 if estimator.link == "logistic" else max(count, 1)
    if outputs != expected:
        return f"there are {count} classes, and the plan has {outputs} sums instead of {expected}"
    return ""


def _of_columns(description: ModelDescription, plan: Plan) -> str:
    named = [(column.name, column.type) for column in description.features]
    read = [(reader.get("column"), reader.get("type")) for reader in description.readers]
    if len(named) != len(plan.columns) or len(read) != len(plan.columns):
        return (
            f"`features` has {len(named)} columns, `readers` {len(read)}, and the plan "
            f"{len(plan.columns)}"
        )
    for number, (feature, reader, features) in enumerate(
        zip(named, read, plan.columns, strict=True), 1
    ):
        if feature != reader:
            return f"column {number} is {feature} in `features`, and {reader} in `readers`"
        if feature[1] not in TYPES[type(features)]:
            kind = type(features).__name__
            return f"column {number}, {feature[0]!r}, is of type {feature[1]}, and has {kind}"
    return ""
