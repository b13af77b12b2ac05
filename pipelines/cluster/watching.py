"""Watch a run on a cluster until it ends, step by step."""

import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console
from rich.status import Status

from pipelines.cluster.connection import Connection
from pipelines.cluster.errors import StepCannotStartError
from pipelines.cluster.kubectl import said_by_argo
from pipelines.cluster.logs import (
    outputs_in,
    read_log,
)
from pipelines.cluster.pod_trouble import trouble_in, why_not_scheduled, why_not_started
from pipelines.cluster.schedules import refuse_orphan
from pipelines.cluster.steps import (
    CACHED,
    ENDED,
    FAILED,
    FINAL,
    PENDING,
    RUNNING,
    SKIPPED,
    Step,
    is_told_whole,
    steps_of,
)
from pipelines.definition import catalog
from pipelines.definition.outputs import StepOutputs
from pipelines.definition.packages import PipelinePackage
from pipelines.definition.step_lines import ended_line

PATIENCE: Final = 5
"""How often a step may be seen waiting for its pod before we ask why."""

CERTAINTY: Final = 3
"""How often in a row a pod must be seen in trouble: a pull that fails once often succeeds next."""

LOOKS_FOR_WORKFLOW: Final = 15
"""How many looks apart we see whether a run's workflow may have been deleted with its schedule."""

SETTLING_SECONDS: Final = 10.0
"""How long the tasks of a run that ended may be told as they were before."""

SLOW_SECONDS: Final = 60
"""How long a step may wait for its pod before we say where to look."""


class RunWatch:
    """Looks at a run again and again, and prints its steps as they begin and end.

    Attributes:
        logs: The log of each step that ended, by the name of the step; empty where there is none.
    """

    def __init__(self, connection: Connection, run_id: str, console: Console) -> None:
        self.logs: dict[str, str] = {}
        self._connection = connection
        self._run_id = run_id
        self._console = console
        self._shown: dict[str, str] = {}
        self._waiting: dict[str, int] = {}
        self._noted: set[str] = set()
        self._pending_since: dict[str, float] = {}
        self._seen_at: dict[str, float] = {}
        self._status: Status | None = console.status("") if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._status:
            self._status.stop()

    def until_the_end(self, pause_seconds: float) -> Any:
        """Return the run once it has ended, and its steps are told as they ended.

        Raises:
            OrphanedRunError: Nothing is left of it.
            StepCannotStartError: A step's pod cannot start, as the cluster says again and again.
            PipelineError: The connection broke, and stayed broken.
        """
        looks, settled_by = 0, None
        while True:
            run = self._connection.run(self._run_id)
            steps = steps_of(run)
            self._show(run, steps)
            if run.state in FINAL:
                settled_by = settled_by or time.monotonic() + SETTLING_SECONDS
                if is_told_whole(run, steps) or time.monotonic() >= settled_by:
                    return run
            else:
                if looks % LOOKS_FOR_WORKFLOW == 0:
                    refuse_orphan(self._connection, run)
                self._look_for_trouble(steps)
            looks += 1
            time.sleep(pause_seconds)

    def _show(self, run: Any, steps: list[Step]) -> None:
        for step in steps:
            shown = self._shown.get(step.name)
            if shown is None and not self._status and step.state not in (SKIPPED, CACHED):
                self._console.print(f"  … {step.name}", highlight=False)
            if step.state in ENDED and shown not in ENDED:
                self._ended(run, step)
            self._shown[step.name] = step.state
        if self._status:
            # Counted here, since the cluster's clock need not be ours.
            now = time.monotonic()
            going = [step.name for step in steps if step.state in (PENDING, RUNNING)]
            clocks = [f"{step} {now - self._seen_at.setdefault(step, now):.0f} s" for step in going]
            self._status.update(", ".join(clocks) or "waiting for the next step")

    def _ended(self, run: Any, step: Step) -> None:
        if step.state == SKIPPED:
            return
        said = "from the cache"
        if step.state != CACHED:
            self.logs[step.name] = read_log(self._connection, run, step.pod)
            outputs = outputs_in(self.logs[step.name])
            said = _remark(run, step.name, outputs) if outputs and step.state != FAILED else ""
        seconds = step.seconds(datetime.now(UTC))
        self._console.print(
            ended_line(step.name, step.state != FAILED, seconds, said), highlight=False
        )

    def _look_for_trouble(self, steps: list[Step]) -> None:
        if not steps:
            self._note_slow("the first step")
        for step in steps:
            if step.state != PENDING:
                self._waiting.pop(step.name, None)
                continue
            self._waiting[step.name] = self._waiting.get(step.name, 0) + 1
            if self._waiting[step.name] <= PATIENCE:
                continue
            trouble = trouble_in(step.messages, self._connection.pod_namespace) or why_not_started(
                self._connection, step.pod
            )
            if trouble is None:
                self._waiting[step.name] = PATIENCE
                self._note_unscheduled(step)
                self._note_slow(step.name)
            elif self._waiting[step.name] >= PATIENCE + CERTAINTY:
                raise StepCannotStartError(
                    f"{step.name} cannot start its pod {step.pod} in namespace "
                    f"{self._connection.pod_namespace}: {trouble}"
                )

    def _note_unscheduled(self, step: Step) -> None:
        why = why_not_scheduled(self._connection, step.pod)
        if why and step.name not in self._noted:
            self._noted.add(step.name)
            self._console.print(f"  … {step.name} waits for a node: {why}", markup=False)

    def _note_slow(self, step: str) -> None:
        """Say once where to look, when neither the API nor a pod tells why nothing happens."""
        waited = time.monotonic() - self._pending_since.setdefault(step, time.monotonic())
        if waited >= SLOW_SECONDS and step not in self._noted:
            self._noted.add(step)
            pods = f"-n {self._connection.pod_namespace} get pods -l pipeline/runid={self._run_id}"
            line = f"  … {step} has waited for its pod for {waited:.0f} s; look: kubectl {pods}"
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
            # Of a pod that is not even made, for a quota or an account, only Argo's nodes tell.
            if self._connection.address.host is None:
                for said in said_by_argo(self._run_id, self._connection.pod_namespace):
                    self._console.print(f"    {said}", markup=False, highlight=False)


def _remark(run: Any, step: str, outputs: StepOutputs) -> str:
    package = PipelinePackage.of_run(run)
    interface = catalog.known_interface(package.name) if package else None
    return interface.remark(step, outputs.flat()) if interface else ""
