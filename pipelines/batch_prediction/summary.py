"""What a batch prediction came to, for people and for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from components.shared.registry.paths import DATASET
from components.shared.reports.notes import Note
from components.shared.reports.number_text import counted_rows
from pipelines.definition.note_lines import note_lines
from pipelines.definition.outputs import RunOutputs

FILES: Final[Mapping[str, tuple[str, str]]] = {"predictions": ("join_predictions", "predictions")}
"""The step and the artifact of what people look at after a run."""


@dataclass(frozen=True)
class BatchPredictionSummary:
    """The outcome of one batch prediction.

    Attributes:
        predicted: What the predictions say of themselves.
        files: Where they are: a path on this machine, in a cluster an address in the object store.
        notes: What was lost or assumed when the table was read.
        dataset: The version of a data set that the predictions are; None where none was asked for.
    """

    predicted: Mapping[str, Any]
    files: Mapping[str, str]
    notes: Sequence[Note] = ()
    dataset: Mapping[str, Any] | None = None

    @property
    def exit_code(self) -> int:
        """Return 0."""
        return 0

    @property
    def outcome(self) -> str:
        """Return the outcome in one line."""
        return f"predicted {self.predicted['target']} of {counted_rows(self.predicted['rows'])}"

    @property
    def registered(self) -> Mapping[str, Any] | None:
        """Return None: nothing is registered."""
        return None

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return what to do next with a data set."""
        return () if self.dataset is None else (f"data show {_address(self.dataset)}",)

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        return json.dumps(asdict(self), indent=2)

    def show(self, console: Console) -> None:
        """Print the summary."""
        lines = [("model", str(self.predicted.get("model_name") or self.predicted["model"]))]
        if "threshold" in self.predicted:
            positive, threshold = self.predicted["positive"], self.predicted["threshold"]
            lines.append(("threshold", f"{positive} from a probability of {threshold} on"))
        console.print()
        if self.dataset is not None:
            lines.append(("data set", _address(self.dataset)))
        for name, value in [*lines, *note_lines(self.notes)]:
            console.print(f"  {name:<20} {escape(value)}", highlight=False, soft_wrap=True)
        console.print(f"\n[bold green]{escape(self.outcome)}[/]", highlight=False)


def _address(dataset: Mapping[str, Any]) -> str:
    return f"{str(dataset['model_name']).removeprefix(DATASET)}@{dataset['version']}"


def summarise(outputs: RunOutputs) -> BatchPredictionSummary | None:
    """Gather the summary from what the steps left behind; None where too little is known."""
    predicted = outputs.metadata("join_predictions", "predictions")
    if not predicted:
        return None
    dataset = outputs.metadata("register_dataset", "registered")
    files = outputs.addresses(FILES)
    return BatchPredictionSummary(predicted, files, outputs.notes, dataset or None)
