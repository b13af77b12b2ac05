"""What a training run came to, for people and for scripts."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from components.shared.reports.number_text import number
from pipelines.local.running import StepOutputs


@dataclass(frozen=True)
class TrainingSummary:
    """The outcome of one training run; what a cluster does not tell is None.

    Attributes:
        rows: rows of the ingested table.
        columns: columns of the ingested table.
        violations: violations that the validation found.
        train_rows: rows of the training split.
        test_rows: rows of the test split.
        dropped_rows: rows without a target.
        metrics: each metric with `value`, `low` and `high`.
        comparison: the verdict of `compare_with_champion`.
        registered: metadata of the registered version, or None where the gate refused.
        reports: reports by the name of their step.
        model: the model folder, in a cluster its address in the object store.
        schema: the JSON schema of the table, to be curated for later runs; likewise.
    """

    rows: int | None
    columns: int | None
    violations: int | None
    train_rows: int | None
    test_rows: int | None
    dropped_rows: int | None
    metrics: Mapping[str, Mapping[str, float]]
    comparison: Mapping[str, Any]
    registered: Mapping[str, Any] | None
    reports: Mapping[str, Path]
    model: Path | str | None
    schema: Path | str | None

    @classmethod
    def of(cls, steps: Mapping[str, StepOutputs], reports: Mapping[str, Path]) -> Self:
        """Gather the summary from the outputs of the steps."""
        ingest, split = steps["ingest_table"].parameters, steps["split_table"]
        registered = steps.get("register_model")
        return cls(
            rows=int(ingest["rows"]),
            columns=int(ingest["columns"]),
            violations=int(steps["validate_table"].parameters["violations"]),
            train_rows=int(split.parameters["train_rows"]),
            test_rows=int(split.parameters["test_rows"]),
            dropped_rows=int(split.metadata["train"].get("dropped_rows", 0)),
            metrics=_json(steps["evaluate_model"].paths["evaluation"])["metrics"],
            comparison=_json(steps["compare_with_champion"].paths["comparison"]),
            registered=registered.metadata["registered"] if registered else None,
            reports=reports,
            model=steps["train_model"].paths["model"],
            schema=steps["validate_table"].paths["schema"],
        )

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        return json.dumps(asdict(self), indent=2, default=str)

    def show(self, console: Console) -> None:
        """Print the summary."""
        console.print()
        console.print(_figures(self))
        console.print()
        console.print(_verdict(self))
        for reason in self.comparison["reasons"]:
            console.print(f"  · {escape(reason)}", highlight=False, soft_wrap=True)


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def _figures(summary: TrainingSummary) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    dropped = f", {summary.dropped_rows:,} without a target" if summary.dropped_rows else ""
    if summary.rows is not None:
        table.add_row("table", f"{summary.rows:,} rows × {summary.columns} columns{dropped}")
    if summary.train_rows is not None:
        table.add_row("split", f"{summary.train_rows:,} train, {summary.test_rows:,} test")
    gate = summary.comparison
    for name, metric in summary.metrics.items():
        low, high = number(metric["low"]), number(metric["high"])
        interval = f"{number(metric['value'])}  [dim]({low} to {high})[/]"
        table.add_row(name, interval + (_gate(gate) if name == gate["metric"] else ""))
    return table


def _gate(comparison: Mapping[str, Any]) -> str:
    text = f"   floor {number(comparison['floor'])}"
    if champion := comparison["champion"]:
        text += f", champion version {champion['version']} {number(champion['value'])}"
    return text


def _verdict(summary: TrainingSummary) -> str:
    if summary.registered is None:
        return "[bold yellow]refused[/]: no version was registered"
    registered = summary.registered
    return (
        f"[bold green]registered[/] {escape(registered['model_name'])} version "
        f"[bold]{registered['version']}[/] ({', '.join(registered['aliases'])})\n"
        f"  sha256 {registered['digest']}"
    )
