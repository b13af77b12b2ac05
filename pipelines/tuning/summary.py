"""What a tuning came to, for people and for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from components.shared.models.choices import ChoiceRecord
from components.shared.models.found_hyperparameters import FoundHyperparameters
from components.shared.reports.notes import Note
from pipelines.definition.candidate_table import candidate_table
from pipelines.definition.note_lines import note_table
from pipelines.definition.option_texts import option_texts
from pipelines.definition.outputs import RunOutputs

FOUND: Final = "hyperparameters"
OF_THE_SEARCH: Final = ("trials", "parallel", "estimator", "hyperparameters", "time_budget")
"""Inputs that a training with what was found does not need; all others say on which rows it is."""

FILES: Final[Mapping[str, tuple[str, str]]] = {
    FOUND: ("choose_trial", "found"),
    "leaderboard": ("choose_trial", "leaderboard"),
    "validation": ("validate_table", "report"),
}
"""The step and the artifact of what people look at after a run."""


@dataclass(frozen=True)
class TuningSummary:
    """The outcome of one tuning.

    Attributes:
        found: What a training takes.
        choice: The decision and the best candidates.
        files: What a training takes, the table of candidates, the validation report: a path on
            this machine, in a cluster an address in the object store.
        notes: What the steps left out, assumed or found odd.
        asked: What the run was asked for that a training on the same rows is asked for too;
            nothing where that is not known.
    """

    found: FoundHyperparameters
    choice: ChoiceRecord
    files: Mapping[str, str]
    notes: Sequence[Note] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """Return 0: defaults that are as good are an outcome too."""
        return 0

    @property
    def outcome(self) -> str:
        """Return the outcome in one line."""
        told = json.dumps(dict(self.found.hyperparameters))
        return f"{self.found.estimator} {told}"

    @property
    def registered(self) -> Mapping[str, Any] | None:
        """Return None: nothing is registered."""
        return None

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return how to train with what was found, with the same rows to test on."""
        if FOUND not in self.files:
            return ()
        unknown = {"source": "TABLE", "target": self.found.target}
        options = option_texts({**unknown, **self.asked, "hyperparameters": self.files[FOUND]})
        return (f"run training {options}",)

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        return json.dumps(asdict(self), indent=2)

    def show(self, console: Console) -> None:
        """Print the summary."""
        console.print()
        console.print(candidate_table(self.choice))
        console.print()
        if self.notes:
            console.print(note_table(self.notes))
            console.print()
        console.print(f"[bold green]found[/] {escape(self.outcome)}", highlight=False)
        console.print(f"  · {escape(self.choice.reason)}", highlight=False, soft_wrap=True)


def summarise(outputs: RunOutputs) -> TuningSummary | None:
    """Gather the summary from what the steps left behind; None where too little is known."""
    found, choice = (outputs.text("choose_trial", name) for name in ("found", "choice"))
    record = FoundHyperparameters.parse(found) if found is not None else None
    if record is None or choice is None:
        return None
    files = outputs.addresses(FILES)
    asked = {name: each for name, each in outputs.arguments.items() if name not in OF_THE_SEARCH}
    return TuningSummary(record, ChoiceRecord.parse(choice), files, outputs.notes, asked)
