"""What a monitoring run came to, for people and for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from components.detect_drift.drift import Drift
from components.shared.reports.notes import Note
from components.shared.reports.number_text import number, percent, with_interval
from pipelines.definition.note_lines import note_lines
from pipelines.definition.outputs import RunOutputs
from pipelines.definition.said_lines import say

ALARM: Final = 3
"""Exit code of a run that did its work, and that alarms."""

FILES: Final[Mapping[str, tuple[str, str]]] = {
    "report": ("detect_drift", "report"),
    "drift": ("detect_drift", "drift"),
}
"""The step and the artifact of what people look at after a run."""


@dataclass(frozen=True)
class MonitoringSummary:
    """The outcome of one monitoring run.

    Attributes:
        drift: What was found, and why it alarms.
        files: Report and figures, by what they are: a path on this machine, in a cluster an
            address in the object store.
        notes: What the steps left out, assumed or found odd.
    """

    drift: Drift
    files: Mapping[str, str]
    notes: Sequence[Note] = ()

    @property
    def exit_code(self) -> int:
        """Return 0, or 3 where it alarms."""
        return ALARM if self.drift.drifted or self.drift.performance_dropped else 0

    @property
    def outcome(self) -> str:
        """Return what it came to in one line."""
        return self.drift.outcome

    @property
    def registered(self) -> Mapping[str, Any] | None:
        """Return None: nothing is registered."""
        return None

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return how to look at the version that was watched, and how to train it again."""
        if not self.exit_code:
            return ()
        watched = self.drift.watched
        return (
            f"registry show {watched}",
            f"run retraining --model {watched} --source NEW_ROWS_WITH_THE_TARGET",
        )

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        told = json.loads(self.drift.to_json())
        return json.dumps(told | {"files": dict(self.files)}, indent=2)

    def show(self, console: Console) -> None:
        """Print the summary."""
        drift = self.drift
        lines = [("window", f"{drift.rows:,} rows"), ("model", drift.watched)]
        if drift.labels:
            lines.append(("labels", f"{drift.labels.labelled:,}, {drift.labels.late:,} to come"))
        if drift.performance:
            lines.append((drift.performance.metric, with_interval(drift.performance.found)))
            if drift.performance.registered:
                lines.append(("  registered", with_interval(drift.performance.registered)))
        if drift.estimated:
            said = (
                f"{number(drift.estimated.value)}  by its own probabilities, which decide nothing"
            )
            lines.append((f"{drift.estimated.metric}, estimated", said))
        console.print()
        for name, value in [*lines, *note_lines(self.notes)]:
            console.print(f"  {name:<20} {escape(value)}", highlight=False, soft_wrap=True)
        color = "red" if self.exit_code else "green" if drift.status == "no drift" else "yellow"
        console.print(f"\n[bold {color}]{self.outcome}[/]", highlight=False)
        for reason in drift.reasons:
            say(console, "✗", reason)
        if drift.status == "no drift" and not drift.dropped:
            told = f"a false alarm comes in {percent(drift.alpha)} of runs"
            say(console, "·", told)


def summarise(outputs: RunOutputs) -> MonitoringSummary | None:
    """Gather the summary from what the steps left behind; None where too little is known."""
    text = outputs.text("detect_drift", "drift")
    if text is None:
        return None
    return MonitoringSummary(Drift.parse(text), outputs.addresses(FILES), outputs.notes)
