"""What a training run came to, for people and for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from components.shared.evaluation.comparisons import ComparisonRecord
from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.records import EvaluationRecord
from components.shared.models.choices import ChoiceRecord
from components.shared.registry.records import CHAMPION
from components.shared.reports.notes import Note
from components.shared.reports.number_text import interval, number
from pipelines.definition.candidate_table import candidate_table
from pipelines.definition.note_lines import note_table
from pipelines.definition.outputs import RunOutputs
from pipelines.definition.said_lines import say

FILES: Final[Mapping[str, tuple[str, str]]] = {
    "validation": ("validate_table", "report"),
    "evaluation": ("evaluate_model", "report"),
    "comparison": ("compare_with_champion", "reasons"),
    "schema": ("validate_table", "schema"),
    "model": ("train_model", "model"),
}
"""The step and the artifact of what people look at after a run."""

REFUSED: Final = 3
"""Exit code of a run that did its work, and whose model the gate refused."""


@dataclass(frozen=True)
class TrainingSummary:
    """The outcome of one training run; what a cluster does not tell is None.

    Attributes:
        rows: Rows of the ingested table.
        columns: Columns of the ingested table.
        violations: Violations that the validation found.
        train_rows: Rows of the training split.
        test_rows: Rows of the test split.
        dropped_rows: Rows without a target.
        metrics: Each metric with `value`, `low` and `high`.
        comparison: The verdict of `compare_with_champion`.
        registered: Metadata of the registered version, or None where the gate refused.
        files: Reports, schema and model, by what they are: a path on this machine, in a cluster
            an address in the object store.
        notes: What the steps left out, assumed or found odd.
        table_digest: Digest of what the table says.
        choice: How the estimator was chosen; None where it was named.
        unchanged: Whether the model is the champion, byte for byte: nothing is to be registered.
    """

    rows: int | None
    columns: int | None
    violations: int | None
    train_rows: int | None
    test_rows: int | None
    dropped_rows: int | None
    metrics: Mapping[str, Estimate]
    comparison: ComparisonRecord
    registered: Mapping[str, Any] | None
    files: Mapping[str, str]
    notes: Sequence[Note] = ()
    table_digest: str | None = None
    choice: ChoiceRecord | None = None
    unchanged: bool = False

    @property
    def exit_code(self) -> int:
        """Return 0, or 3 where the gate refused a model that is not the champion itself."""
        return 0 if self.registered or self.unchanged else REFUSED

    @property
    def outcome(self) -> str:
        """Return the verdict in one line."""
        if self.registered is None:
            return ": ".join(_not_registered(self))
        word = "known as" if self.registered.get("known") else "registered"
        return f"{word} {self.registered['model_name']} version {self.registered['version']}"

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return how to promote what was registered, and where to look at it."""
        look = ("registry list", "registry serve")
        if self.registered is None or CHAMPION in self.registered["aliases"]:
            return look
        named = f"{self.registered['model_name']}@{self.registered['version']}"
        return (f"registry promote {named}", *look)

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        return json.dumps(asdict(self), indent=2)

    def show(self, console: Console) -> None:
        """Print the summary."""
        console.print()
        console.print(_figures(self))
        console.print()
        if self.choice:
            console.print(candidate_table(self.choice))
            say(console, "·", self.choice.reason)
            console.print()
        if self.notes:
            console.print(note_table(self.notes))
            console.print()
        console.print(_verdict(self))
        for reason in self.comparison.reasons:
            say(console, "·", reason)


def summarise(outputs: RunOutputs) -> TrainingSummary | None:
    """Gather the summary from what the steps left behind; None where too little is known."""
    evaluation = outputs.text("evaluate_model", "evaluation")
    comparison = outputs.text("compare_with_champion", "comparison")
    if evaluation is None or comparison is None:
        return None
    figures, verdict = EvaluationRecord.parse(evaluation), ComparisonRecord.parse(comparison)
    champion = verdict.champion
    test = outputs.metadata("split_table", "test") or {}
    test_rows = outputs.parameter("split_table", "test_rows")
    return TrainingSummary(
        rows=_whole(outputs.parameter("ingest_table", "rows")),
        columns=_whole(outputs.parameter("ingest_table", "columns")),
        violations=_whole(outputs.parameter("validate_table", "violations")),
        train_rows=_whole(outputs.parameter("split_table", "train_rows")),
        test_rows=_whole(test.get("rows") if test_rows is None else test_rows),
        dropped_rows=_whole(test.get("dropped_rows")),
        metrics=figures.metrics,
        comparison=verdict,
        registered=outputs.registered,
        files=outputs.addresses(FILES),
        notes=outputs.notes,
        table_digest=outputs.parameter("ingest_table", "digest"),
        choice=_choice(outputs.text("choose_estimator", "choice")),
        unchanged=bool(champion and champion.alias and champion.digest == figures.model_digest),
    )


def _choice(text: str | None) -> ChoiceRecord | None:
    record = None if text is None else ChoiceRecord.parse(text)
    return record if record and record.candidates else None


def _whole(figure: Any) -> int | None:
    return None if figure is None else int(figure)


def _figures(summary: TrainingSummary) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    dropped = f", {summary.dropped_rows:,} without a target" if summary.dropped_rows else ""
    if summary.rows is not None:
        table.add_row("table", f"{summary.rows:,} rows × {summary.columns} columns{dropped}")
    if summary.train_rows is not None:
        table.add_row("split", f"{summary.train_rows:,} train, {summary.test_rows:,} test")
    gate = summary.comparison
    for name, metric in summary.metrics.items():
        told = f"{number(metric.value)}  [dim]({interval(metric.low, metric.high)})[/]"
        table.add_row(name, told + (_gate(gate) if name == gate.metric else ""))
    return table


def _gate(comparison: ComparisonRecord) -> str:
    what = "a constant" if comparison.floor_of_constant else "floor"
    text = f"   {what} {number(comparison.floor)}"
    if comparison.chance:
        text += f", shuffled {number(comparison.chance.mean)}"
    if champion := comparison.champion:
        named = champion.alias or "newest"
        text += f", {named} version {champion.version} {number(champion.value)}"
    return text


def _not_registered(summary: TrainingSummary) -> tuple[str, str]:
    """Return in a word and a sentence why there is no further version."""
    champion = summary.comparison.champion
    if champion and summary.unchanged:
        return "unchanged", f"version {champion.version}, the {champion.alias}, is this very model"
    return "refused", "no version was registered"


def _verdict(summary: TrainingSummary) -> str:
    if summary.registered is None:
        word, text = _not_registered(summary)
        return f"[bold yellow]{word}[/]: {escape(text)}"
    registered = summary.registered
    word = "known as" if registered.get("known") else "registered"
    return (
        f"[bold green]{word}[/] {escape(registered['model_name'])} version "
        f"[bold]{registered['version']}[/] ({', '.join(registered['aliases'])})\n"
        f"  sha256 {registered['digest']}"
    )
