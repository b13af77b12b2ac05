"""Show the steps of a local run as they happen."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self

from rich.console import Console
from rich.status import Status

from pipelines.definition.outputs import component_of
from pipelines.definition.step_lines import STEP_WIDTH, ended_line


class StepProgress:
    """Prints one line a step, with a running clock where the output is a terminal.

    Args:
        console: Where to print.
        remark: Returns what there is to say of a step that ended, from its outputs.
        groups: The nested pipeline or branch that a step is in, by its name.
    """

    def __init__(
        self,
        console: Console,
        remark: Callable[[str, Mapping[str, Any]], str],
        groups: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._console = console
        self._remark = remark
        self._groups = groups
        self._started_at = 0.0
        self._shown: dict[str, str] = {}
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
        step = self._name(step)
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
        line = ended_line(self._name(step), succeeded, seconds, self._remark(step, outputs))
        self._console.print(line, highlight=False)

    def _name(self, step: str) -> str:
        """Return the name of a step; the number that tells it from those of other branches is not
        shown, as long as none of these ran. Of one that did, the branch tells it, such as
        `ingest_table (training)`.
        """
        plain = component_of(step)
        names = [plain, f"{plain} ({self._groups[step]})"] if step in self._groups else [plain]
        for name in names:
            if self._shown.setdefault(name, step) == step:
                return name
        return step

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
