"""Show the steps of a local run as they happen."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status

STEP_WIDTH: Final = 22

REMARKS: Final[Mapping[str, str]] = {
    "ingest_table": "{rows:,} rows × {columns} columns",
    "validate_table": "{task}, violations: {violations}, warnings: {warnings}",
    "split_table": "{train_rows:,} rows to train on, {test_rows:,} to test on",
    "train_model": "{estimator}",
    "register_model": "{model_name} version {version}",
}
"""What to say of a step that ended, made of its outputs."""


class StepProgress:
    """Prints one line a step, with a running clock where the output is a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started_at = 0.0
        self._status: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop_clock()

    def step_started(self, step: str) -> None:
        """Start the clock of `step`."""
        self._started_at = time.monotonic()
        if self._console.is_terminal:
            self._status = _RunningClock(step, self._started_at, self._console)
            self._status.start()
        else:
            self._console.print(f"  … {step}", highlight=False)

    def step_ended(self, step: str, succeeded: bool, outputs: Mapping[str, Any]) -> None:
        """Print how long `step` took and what came of it."""
        self._stop_clock()
        seconds = time.monotonic() - self._started_at
        line = ended_line(step, succeeded, seconds, remark(step, outputs))
        self._console.print(line, highlight=False)

    def _stop_clock(self) -> None:
        if self._status:
            self._status.stop()
            self._status = None


class _RunningClock(Status):
    """A spinner that counts the seconds of a step."""

    def __init__(self, step: str, started_at: float, console: Console) -> None:
        super().__init__(step, console=console)
        self._step = step
        self._started_at = started_at

    def __rich_console__(self, console: Console, options: Any) -> Any:
        seconds = time.monotonic() - self._started_at
        self.renderable.update(text=f"{self._step:<{STEP_WIDTH}} {seconds:6.1f} s")
        yield self.renderable

    def start(self) -> None:
        self._live.update(self)
        super().start()


def ended_line(step: str, succeeded: bool, seconds: float, said: str) -> str:
    """Return the line of a step that ended, in rich's mark-up."""
    mark = "[green]✓[/]" if succeeded else "[red]✗[/]"
    about = f"   [dim]{escape(said)}[/]" if said else ""
    return f"  {mark} {step:<{STEP_WIDTH}} {seconds:6.1f} s{about}"


def remark(step: str, outputs: Mapping[str, Any]) -> str:
    """Return what there is to say of a step that ended, from its outputs."""
    try:
        return REMARKS.get(step, "").format(**outputs)
    except (KeyError, ValueError):
        return ""
