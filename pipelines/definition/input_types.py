"""What the inputs of pipelines may be, where KFP's own types say too little."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import click

from components.shared.errors import InputError
from components.shared.evaluation.metrics import METRICS
from components.shared.parameters import given_number

LONGEST_MODEL_NAME: Final = 255

METRIC: Final = click.Choice(
    ["auto", *dict.fromkeys(metric.name for task in METRICS.values() for metric in task)]
)
"""A metric of any task; whether it is one of the task's is seen when that is known."""


class FiniteFloat(click.types.FloatParamType):
    """A number that JSON can hold, and so a pipeline can take."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Refuse NaN and infinity, which Python reads as numbers."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


class Share(FiniteFloat, click.FloatRange):
    """A part of a whole, neither nothing nor all of it."""

    def __init__(self) -> None:
        super().__init__(0, 1, min_open=True, max_open=True)


class Checked(click.types.StringParamType):
    """Text that a step's own check accepts.

    Args:
        check: Raises an `InputError` where it does not; what it returns is not used.
    """

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


class Resolved(click.types.StringParamType):
    """Text that something else is made of, such as a file of this machine its content.

    That goes on, so that a run in a cluster has it, and the record of the run too.

    Args:
        resolve: Returns what goes on; raises an `InputError` where the text will not do.
    """

    def __init__(self, resolve: Callable[[str], str]) -> None:
        self._resolve = resolve

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return what is made of the text, or refuse it with the words of who makes it."""
        text = str(super().convert(value, param, ctx))
        try:
            return self._resolve(text)
        except InputError as error:
            self.fail(str(error), param, ctx)


class OptionalNumber(Checked):
    """A finite number, or nothing: empty, or `auto`.

    Args:
        name: The input, for the message.
    """

    def __init__(self, name: str) -> None:
        super().__init__(partial(given_number, parameter=name))


def check_model_name(name: str) -> None:
    """Refuse what the registry would refuse, which would show only after the training.

    Raises:
        InputError: It is empty, too long, or has a `/` or an `@`.
    """
    if not name.strip() or set("/@") & set(name) or len(name) > LONGEST_MODEL_NAME:
        raise InputError(
            f"{name!r} is no name of a model or a data set: it has 1 to {LONGEST_MODEL_NAME} "
            "characters, none of them a '/' or an '@', which stands before a version"
        )
