"""What commands and runners know of a pipeline besides its compiled YAML."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import click
from rich.console import Console

from components.shared.registry.records import RegisteredVersion
from pipelines.definition.outputs import RunOutputs, component_of

Arguments = Mapping[str, Any]
FillIn = Callable[[Arguments], Any]
"""Makes the value of an input that was not given, from those that were; None leaves it out."""


class Summary(Protocol):
    """What a run came to, for people and for scripts."""

    @property
    def exit_code(self) -> int:
        """Return 0, or what tells a script that the run did its work and says no."""

    @property
    def outcome(self) -> str:
        """Return the outcome in one line, such as `registered churn version 4`."""

    @property
    def registered(self) -> Mapping[str, Any] | None:
        """Return the version that was registered, with `model_name` and `version`, if any."""

    @property
    def files(self) -> Mapping[str, str]:
        """Return where people find what the run made, by what it is."""

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return what to run next, without the name of the program."""

    def show(self, console: Console) -> None:
        """Print it."""

    def as_json(self) -> str:
        """Return it as one JSON object."""


@dataclass(frozen=True)
class Repetition:
    """What came of repeating the run that registered a version.

    Attributes:
        same: Whether it made the same, byte for byte.
        told: What is the same and what is not, a line each.
    """

    same: bool
    told: tuple[str, ...]


@dataclass(frozen=True)
class Interface:
    """What commands and runners know of a pipeline besides its compiled YAML.

    Attributes:
        headline: Returns what a run is about, from its arguments: `of churned on churn.csv`.
        summarise: Gathers the summary of a run from what its steps left behind; None where too
            little is known, as of a run on a cluster whose artifacts are gone.
        examples: Command lines for the end of a command's help, by the command (`run`, `submit`,
            `schedule`), each without the name of the program.
        data: Inputs that are addresses of data. A container on this machine sees the files that
            they name; a run on a cluster takes no address that only this machine can read.
        groups: Inputs by the title that they stand under in the help, in this order.
        types: What an input may be, where the type that the YAML declares says too little.
        filled_in: How inputs that were not given are filled in.
        check: Refuses arguments that do not go together, with a `UsageError`.
        needs_registry: Whether a run with such arguments asks the registry or changes it, so that
            it is of no use to begin without one.
        remarks: What to say of a step that ended, a format of its outputs by its name.
        repeated: Compares what a run made that repeated another with the version that the other
            registered; None where nothing is repeated.
    """

    headline: Callable[[Arguments], str]
    summarise: Callable[[RunOutputs], Summary | None]
    examples: Mapping[str, tuple[str, ...]]
    data: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: Mapping[str, click.ParamType[Any]] = field(default_factory=dict)
    filled_in: Mapping[str, FillIn] = field(default_factory=dict)
    check: Callable[[Arguments], None] = lambda arguments: None
    needs_registry: Callable[[Arguments], bool] = lambda arguments: True
    remarks: Mapping[str, str] = field(default_factory=dict)
    repeated: Callable[[Any, RegisteredVersion], Repetition] | None = None

    def remark(self, step: str, outputs: Mapping[str, Any]) -> str:
        """Return what there is to say of a step that ended; nothing where its outputs lack it."""
        try:
            return self.remarks.get(component_of(step), "").format(**outputs)
        except (KeyError, ValueError):
            return ""
