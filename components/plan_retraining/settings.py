"""How a version was trained, and is trained again: the inputs of the training pipeline."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any, Final

from components.shared.errors import InputError
from components.shared.models.estimators import AUTO

SET_BY_THE_RUN: Final = {
    "source": "train_on",
    "model_name": "model",
    "promote": "promote",
    "query": "query",
    "format": "format",
}
"""Inputs of a training that are no settings of the model, and the parameters that say them."""

IGNORED: Final = {"git_commit", "arguments", "trigger", "retraining_key"}
"""Inputs that say where a version comes from."""

TEXTS: Final = "list of texts"
KINDS: Final[Mapping[Any, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    list[str]: TEXTS,
}


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How a model is trained; each as the training pipeline's input of that name.

    What is not said has the default of that input.
    """

    target: str
    task: str = "auto"
    column_types: str = ""
    missing_values: list[str]
    curated_schema: str = ""
    validation_mode: str = "fail"
    split_strategy: str = "auto"
    split_column: str = ""
    entity: list[str]
    keep_entity: bool = False
    test_size: float = 0.2
    seed: int = 42
    estimator: str = AUTO
    hyperparameters: str = "{}"
    time_budget: float = 60.0
    tune: int = 0
    drop_columns: list[str]
    sample_weight_column: str = ""
    class_weight: str = ""
    calibrate: str = "none"
    slice_columns: list[str]
    positive_class: str = ""
    cost_fp: float = 1.0
    cost_fn: float = 1.0
    metric: str = "auto"
    floor: str = "auto"
    margin: float = 0.0
    log_to_mlflow: bool = False
    log_to_wandb: bool = False

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "TrainingSettings":
        """Return the settings that are said, and the defaults of all others.

        Raises:
            InputError: One of them is of the wrong kind, or there is no target.
        """
        kinds = {each.name: each.type for each in fields(cls)}
        if "target" not in said:
            raise InputError(
                "which column the model predicts is not known: give it as settings, such as "
                '{"target": "churned"}'
            )
        for name, value in said.items():
            if not _is_a(value, kinds[name]):
                raise InputError(
                    f"{name} is {json.dumps(value)} (parameter `settings`): it should be a "
                    f"{KINDS[kinds[name]]}"
                )
        none: dict[str, Any] = {n: [] for n, kind in kinds.items() if kind == list[str]}
        numbers = {name: float(value) for name, value in said.items() if kinds[name] is float}
        return cls(**{**none, **said, **numbers})

    def values(self) -> tuple[Any, ...]:
        """Return them in the order of `NAMES`, as the component gives them out."""
        return tuple(asdict(self).values())

    def differing(self) -> dict[str, Any]:
        """Return those that are not the defaults, and the target."""
        usual = asdict(TrainingSettings.of({"target": ""}))
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


NAMES: Final = tuple(each.name for each in fields(TrainingSettings))


def read_settings(text: str) -> dict[str, Any]:
    """Read settings that are told otherwise: a JSON object.

    Raises:
        InputError: It is none, or names what is no setting of a training.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"settings are no JSON ({error}): {text}") from error
    if not isinstance(said, dict):
        raise InputError(f'settings are no JSON object such as {{"seed": 7}}: {text}')
    for name in said:
        if name in SET_BY_THE_RUN:
            raise InputError(
                f"{name} is no setting of the model: say it by the parameter "
                f"`{SET_BY_THE_RUN[name]}`"
            )
        if name not in NAMES:
            near = get_close_matches(name, NAMES, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(NAMES)}"
            raise InputError(f"{name} is none of the settings of a training: {meant}")
    return said


def _is_a(value: Any, kind: Any) -> bool:
    if kind == list[str]:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
