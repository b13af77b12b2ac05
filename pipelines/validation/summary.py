"""What a validation run came to, for people and for scripts."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from components.judge_table.verdict import Verdict
from components.shared.reports.number_text import with_interval
from pipelines.definition.outputs import RunOutputs

DID_NOT_PASS: Final = 3
"""Exit code of a run that did its work, and whose table did not pass."""

FILES: Final[Mapping[str, tuple[str, str]]] = {
    "verdict": ("judge_table", "report"),
    "validation": ("validate_table", "report"),
    "evaluation": ("evaluate_model", "report"),
    "schema": ("validate_table", "schema"),
}
"""The step and the artifact of what people look at after a run."""


@dataclass(frozen=True)
class ValidationSummary:
    """The outcome of one validation run.

    Attributes:
        verdict: Whether the table is fit for use, and why not.
        columns: Columns of the table; None where a cluster does not tell.
        files: Reports and schema, by what they are: a path on this machine, in a cluster an
            address in the object store.
    """

    verdict: Verdict
    columns: int | None
    files: Mapping[str, str]

    @property
    def exit_code(self) -> int:
        """Return 0, or 3 where the table did not pass."""
        return 0 if self.verdict.passed else DID_NOT_PASS

    @property
    def outcome(self) -> str:
        """Return the verdict in one line."""
        violations = len(self.verdict.violations)
        if not violations:
            return "passed"
        return f"did not pass: {violations} violation{'' if violations == 1 else 's'}"

    @property
    def registered(self) -> Mapping[str, Any] | None:
        """Return None: nothing is registered."""
        return None

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return nothing: the reports say what to look at."""
        return ()

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        told = {"passed": self.verdict.passed, **asdict(self.verdict)}
        return json.dumps(told | {"columns": self.columns, "files": self.files}, indent=2)

    def show(self, console: Console) -> None:
        """Print the summary."""
        console.print()
        columns = f" × {self.columns} columns" if self.columns is not None else ""
        told = [("table", f"{self.verdict.rows:,} rows{columns}")]
        if self.verdict.model:
            told.append(("model", self.verdict.model))
        if performance := self.verdict.performance:
            told.append((performance.metric, with_interval(performance.found)))
            if performance.registered:
                told.append(("  registered", with_interval(performance.registered)))
        for name, value in told:
            console.print(f"  {name:<20} {escape(value)}", highlight=False, soft_wrap=True)
        color = "green" if self.verdict.passed else "red"
        console.print(f"\n[bold {color}]{self.outcome}[/]", highlight=False)
        for mark, notes in (("✗", self.verdict.violations), ("·", self.verdict.remarks)):
            for note in notes:
                line = f"  {mark} {escape(note.sentence())}"
                console.print(line, highlight=False, soft_wrap=True)


def summarise(outputs: RunOutputs) -> ValidationSummary | None:
    """Gather the summary from what the steps left behind; None where too little is known."""
    verdict = outputs.text("judge_table", "verdict")
    if verdict is None:
        return None
    columns = outputs.parameter("ingest_table", "columns")
    return ValidationSummary(
        verdict=Verdict.parse(verdict),
        columns=None if columns is None else int(columns),
        files=outputs.addresses(FILES),
    )
