"""What the inputs of the training pipeline may be: commands refuse the rest before a run."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import click

from components.shared.errors import InputError
from components.shared.evaluation.metrics import METRICS
from components.shared.models.estimators import check_name
from components.shared.tables.choices import MODES, STRATEGIES, TASKS
from components.shared.tables.file_formats import FORMATS
from components.train_model.hyperparameters import parse_hyperparameters
from pipelines.command_line.options import FiniteFloat


class Checked(click.types.StringParamType):
    """Text that a step's own check accepts."""

    def __init__(self, check: Callable[[str], Any]) -> None:
        self._check = check

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return the text as it is, or refuse it with the words of the check."""
        text = str(super().convert(value, param, ctx))
        try:
            self._check(text)
        except InputError as error:
            self.fail(str(error), param, ctx)
        return text


class Share(FiniteFloat, click.FloatRange):
    """A part of a whole, neither nothing nor all of it."""

    def __init__(self) -> None:
        super().__init__(0, 1, min_open=True, max_open=True)


TYPES: Final[Mapping[str, click.ParamType[Any]]] = {
    "task": click.Choice(TASKS),
    "format": click.Choice(["auto", *FORMATS]),
    "validation_mode": click.Choice(MODES),
    "split_strategy": click.Choice(["auto", *STRATEGIES]),
    "test_size": Share(),
    "estimator": Checked(check_name),
    "hyperparameters": Checked(parse_hyperparameters),
    "metric": click.Choice(
        ["auto", *dict.fromkeys(metric.name for task in METRICS.values() for metric in task)]
    ),
}
