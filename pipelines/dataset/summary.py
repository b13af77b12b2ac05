"""What a dataset run came to, for people and for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from components.judge_table.verdict import Verdict
from components.shared.reports.notes import Note
from pipelines.definition.note_lines import note_lines
from pipelines.definition.outputs import RunOutputs

REFUSED: Final = 3
"""Exit code of a run that did its work, and whose table was not registered."""

FILES: Final[Mapping[str, tuple[str, str]]] = {
    "verdict": ("judge_table", "report"),
    "validation": ("validate_table", "report"),
    "schema": ("validate_table", "schema"),
}
"""The step and the artifact of what people look at after a run."""


@dataclass(frozen=True)
class DatasetSummary:
    """The outcome of one dataset run.

    Attributes:
        verdict: Whether the table is fit for use, and why not.
        columns: Columns of the table; None where a cluster does not tell.
        curated: Whether it was held against a curated schema.
        registered: Metadata of the registered version, or None where it was refused.
        files: Reports and schema, by what they are: a path on this machine, in a cluster an
            address in the object store.
        notes: What the steps assumed or found odd.
    """

    verdict: Verdict
    columns: int | None
    curated: bool
    registered: Mapping[str, Any] | None
    files: Mapping[str, str]
    notes: Sequence[Note] = ()

    @property
    def exit_code(self) -> int:
        """Return 0, or 3 where the table was refused."""
        return 0 if self.registered else REFUSED

    @property
    def outcome(self) -> str:
        """Return the outcome in one line."""
        if self.registered is None:
            violations = len(self.verdict.violations)
            return f"refused: {violations} violation{'' if violations == 1 else 's'}"
        word = "known as" if self.registered.get("known") else "registered"
        return f"{word} {_named(self.registered)}"

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Return how to look at the version, and how to train on it."""
        if self.registered is None:
            return ()
        address = _named(self.registered)
        return (
            f"data show {address.removeprefix('dataset://')}",
            f"run training --source {address} --target COLUMN",
        )

    def as_json(self) -> str:
        """Return the summary as one JSON object."""
        return json.dumps({"passed": self.verdict.passed, **asdict(self)}, indent=2)

    def show(self, console: Console) -> None:
        """Print the summary."""
        columns = f" × {self.columns} columns" if self.columns is not None else ""
        lines = [("table", f"{self.verdict.rows:,} rows{columns}"), *note_lines(self._remarks())]
        console.print()
        for name, value in lines:
            console.print(f"  {name:<20} {escape(value)}", highlight=False, soft_wrap=True)
        if self.registered is None:
            console.print(f"\n[bold red]{self.outcome}[/]: nothing was registered", highlight=False)
            for note in self.verdict.violations:
                line = f"  ✗ {escape(note.sentence())}"
                console.print(line, highlight=False, soft_wrap=True)
            return
        console.print(f"\n[bold green]{escape(self.outcome)}[/]{self._aliases()}", highlight=False)
        digest = self.registered["content_digest"]
        console.print(f"  sha256 {digest} of its content", highlight=False, soft_wrap=True)

    def _remarks(self) -> Sequence[Note]:
        told = [note for note in self.notes if note not in self.verdict.violations]
        if self.curated:
            return told
        return [*told, Note("assumed", "no curated schema was given: nothing could be refused")]

    def _aliases(self) -> str:
        aliases = (self.registered or {}).get("aliases")
        return f" ({escape(', '.join(aliases))})" if aliases else ""


def summarise(outputs: RunOutputs) -> DatasetSummary | None:
    """Gather the summary from what the steps left behind; None where too little is known."""
    verdict = outputs.text("judge_table", "verdict")
    if verdict is None:
        return None
    columns = outputs.parameter("ingest_table", "columns")
    schema = outputs.metadata("validate_table", "schema") or {}
    return DatasetSummary(
        verdict=Verdict.parse(verdict),
        columns=None if columns is None else int(columns),
        curated=bool(schema.get("curated")),
        registered=outputs.registered,
        files=outputs.addresses(FILES),
        notes=outputs.notes,
    )


def _named(registered: Mapping[str, Any]) -> str:
    return f"{registered['model_name']}@{registered['version']}"
