"""What a retraining run came to, for people and for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape

from components.shared.retraining import NOTHING, RETRAIN, RetrainingPlan
from pipelines.definition import catalog
from pipelines.definition.note_lines import note_lines
from pipelines.definition.outputs import RunOutputs
from pipelines.definition.packages import PipelinePackage
from pipelines.definition.said_lines import say
from pipelines.deployment.summary import DeploymentSummary
from pipelines.deployment.summary import summarise as summarise_deployment
from pipelines.monitoring.summary import MonitoringSummary
from pipelines.monitoring.summary import summarise as summarise_monitoring
from pipelines.training.summary import REFUSED, TrainingSummary
from pipelines.training.summary import summarise as summarise_training


@dataclass(frozen=True)
class RetrainingSummary:
    """The outcome of one retraining run.

    Attributes:
        plan: What was decided, and why.
        outcome: What it came to, in one line.
        version: The version that came of it, now or the first time; empty: none.
        monitoring: What was found of the window; None where too little is known.
        training: What came of the training; None where nothing was trained.
        deployment: What serves now; None where nothing was deployed.
        deploys: Whether the version was to be deployed.
    """

    plan: RetrainingPlan
    outcome: str
    version: str
    monitoring: MonitoringSummary | None
    training: TrainingSummary | None = None
    deployment: DeploymentSummary | None = None
    deploys: bool = False

    @property
    def exit_code(self) -> int:
        """Return 0, or 3 where a retraining was due, and no better model came of it."""
        if self.training and self.training.unchanged:
            return 0
        return REFUSED if self.plan.decision != NOTHING and not self.version else 0

    @property
    def registered(self) -> Mapping[str, Any] | None:
        """Return the version that this run registered."""
        return self.training.registered if self.training else None

    @property
    def files(self) -> Mapping[str, str]:
        """Return the reports, by what they are."""
        told = {"drift": self.monitoring.files.get("report", "")} if self.monitoring else {}
        told |= dict(self.training.files) if self.training else {}
        return {what: where for what, where in told.items() if where}

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return where to look at the version, and the way back from it."""
        if self.registered is None:
            return (f"registry show {self.version or self.plan.watched}",)
        way_back = f"registry rollback {self.plan.model_name}"
        if self.deployment:
            way_back = f"rollback {self.plan.model_name}"
        return (f"registry compare {self.plan.watched} {self.version}", way_back)

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        parts = ("monitoring", "training", "deployment")
        made = {name: getattr(self, name) for name in parts}
        told = {
            "decision": self.plan.decision,
            "outcome": self.outcome,
            "watched": self.plan.watched,
            "version": self.version or None,
            "triggers": self.plan.triggers,
            "reasons": self.plan.reasons,
            **{name: part and json.loads(part.as_json()) for name, part in made.items()},
        }
        return json.dumps(told, indent=2)

    def show(self, console: Console) -> None:
        """Print the summary."""
        if self.monitoring:
            self.monitoring.show(console)
        lines: list[tuple[str, str]] = [("decision", self.plan.decision)]
        if self.plan.triggers:
            lines.append(("started by", ", ".join(self.plan.triggers)))
        lines += [("trained on", self.plan.source)] if self.plan.decision == RETRAIN else []
        console.print()
        for name, value in [*lines, *note_lines(self.plan.notes)]:
            console.print(f"  {name:<20} {escape(value)}", highlight=False, soft_wrap=True)
        if self.training:
            self.training.show(console)
        if self.deployment:
            self.deployment.show(console)
        color = "yellow" if self.exit_code else "green"
        console.print(f"\n[bold {color}]{escape(self.outcome)}[/]", highlight=False, soft_wrap=True)
        for reason in self._causes():
            say(console, "·", reason)

    def _causes(self) -> Sequence[str]:
        """Return what there is to say of the outcome that is not said above it."""
        if self.deploys and not self.deployment:
            return (f"{self.version} was to be deployed, and what came of that is not known",)
        return ()


def summarise(outputs: RunOutputs) -> RetrainingSummary | None:
    """Gather the summary from what the steps left behind; None where too little is known."""
    text = outputs.text("plan_retraining", "plan")
    concluded = outputs.metadata("conclude_retraining", "concluded")
    if text is None or concluded is None:
        return None
    package = PipelinePackage.read(catalog.pipeline_yaml("retraining"))

    def of(*tasks: str) -> RunOutputs:
        names = {
            here: there for task in tasks for here, there in package.steps_within(task).items()
        }
        return outputs.within(names)

    return RetrainingSummary(
        plan=RetrainingPlan.parse(text),
        outcome=concluded["outcome"],
        version=concluded["version"],
        monitoring=summarise_monitoring(of("monitoring")),
        training=summarise_training(of("training")),
        deployment=summarise_deployment(of("deployment", "deployment-2")),
        deploys=bool(concluded["deploy"]),
    )
