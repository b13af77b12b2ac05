"""What a deployment run came to, for people and for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape

from components.shared.reports.notes import Note
from components.shared.reports.number_text import number
from pipelines.definition.note_lines import note_lines
from pipelines.definition.outputs import RunOutputs


@dataclass(frozen=True)
class DeploymentSummary:
    """The outcome of one deployment run.

    Attributes:
        deployed: What `deploy_model` says of it: names, versions, address.
        examples: How many of its examples the version reproduced.
        latency_ms: Median of the milliseconds of a request of one row; None where it has no
            examples.
        notes: What whoever deploys should know.
        files: Nothing: what was made is where it serves.
    """

    deployed: Mapping[str, Any]
    examples: int
    latency_ms: float | None
    notes: Sequence[Note] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """Return 0: what is not deployed ends the run as failed."""
        return 0

    @property
    def outcome(self) -> str:
        """Return what serves, in one line."""
        told = self.deployed
        if canary := told.get("canary"):
            return (
                f"canary {told['model_name']} version {canary}: {told['canary_percent']:g} of 100 "
                f"requests at {told['address']}"
            )
        return f"deployed {told['model_name']} version {told['version']} at {told['address']}"

    @property
    def registered(self) -> Mapping[str, Any] | None:
        """Return None: no version is made."""
        return None

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return where to look at it, and the way back."""
        return (
            f"deployments show {self.deployed['deployment']}",
            f"rollback {self.deployed['model_name']}",
        )

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        return json.dumps(asdict(self), indent=2)

    def show(self, console: Console) -> None:
        """Print the summary."""
        told = self.deployed
        lines = [("deployment", f"{told['deployment']} in {told['environment']} ({told['mode']})")]
        if told.get("before") and not told.get("canary"):
            lines.append(("before", f"version {told['before']}"))
        lines.append(("examples", f"{self.examples} reproduced"))
        if self.latency_ms is not None:
            lines.append(("one row", f"{number(self.latency_ms)} ms (median)"))
        lines.append(("first answer", f"after {told['seconds']:.1f} s"))
        console.print()
        for name, value in lines:
            console.print(f"  {name:<20} {escape(value)}", highlight=False, soft_wrap=True)
        for kind, text in note_lines(self.notes):
            console.print(f"  [yellow]{kind}[/]  {escape(text)}", highlight=False, soft_wrap=True)
        console.print(f"\n[bold green]{escape(self.outcome)}[/]", highlight=False, soft_wrap=True)
        digest = told["canary_digest"] if told.get("canary") else told["digest"]
        console.print(f"  sha256 {digest}", highlight=False)
        if not told.get("canary"):
            console.print(f"  · {escape(told['alias'])} points to it", highlight=False)


def summarise(outputs: RunOutputs) -> DeploymentSummary | None:
    """Gather the summary from what the steps left behind; None where too little is known."""
    deployed = outputs.metadata("deploy_model", "deployed")
    metrics = outputs.metadata("check_deployment", "metrics")
    if deployed is None or metrics is None:
        return None
    told = {key: value for key, value in deployed.items() if key != "notes"}
    return DeploymentSummary(
        deployed=told,
        examples=int(metrics.get("examples", 0)),
        latency_ms=metrics.get("latency_median_ms"),
        notes=outputs.notes,
    )
