"""Waits for a run of Kubeflow Pipelines without a worker."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from airflow.triggers.base import BaseTrigger, TriggerEvent

from kfp_tabular_airflow.api import AsyncKfp
from kfp_tabular_airflow.errors import KfpError, MistakeError
from kfp_tabular_airflow.hook import KfpHook
from kfp_tabular_airflow.outcome import Outcome
from kfp_tabular_airflow.runs import Run
from kfp_tabular_airflow.server import Server

SETTLING_LOOKS: Final = 3
"""How often a failed run is looked at until its steps are told as they ended."""


class KfpRunTrigger(BaseTrigger):
    """Looks at a run until it has ended.

    Its event is what `kfp_tabular_airflow.outcome.Outcome` reads.

    Args:
        kfp_conn_id: Connection to KFP.
        kfp_run_id: The run.
        poll_seconds: Pause between two looks.
        patience_seconds: For how long KFP may not answer before the task fails.
        deadline: When the task gives up, in seconds since 1970; None: never.
    """

    def __init__(
        self,
        kfp_conn_id: str,
        kfp_run_id: str,
        poll_seconds: float,
        patience_seconds: float,
        deadline: float | None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kfp_conn_id = kfp_conn_id
        self.kfp_run_id = kfp_run_id
        self.poll_seconds = poll_seconds
        self.patience_seconds = patience_seconds
        self.deadline = deadline
        self._server: Server | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what makes this trigger anew in another triggerer."""
        given = ("kfp_conn_id", "kfp_run_id", "poll_seconds", "patience_seconds", "deadline")
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {name: getattr(self, name) for name in given}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event, when there is nothing to wait for any more."""
        self._server = await KfpHook(self.kfp_conn_id).aserver()
        async with AsyncKfp(self._server) as kfp:
            outcome = await self._wait(kfp)
        yield TriggerEvent(outcome.event())

    async def on_kill(self) -> None:
        """End the run: somebody has cleared or marked the task that waits for it."""
        server = self._server or await KfpHook(self.kfp_conn_id).aserver()
        async with AsyncKfp(server) as kfp:
            await kfp.terminate(self.kfp_run_id)
        self.log.info("run %s is being ended, as its task was", self.kfp_run_id)

    async def _wait(self, kfp: AsyncKfp) -> Outcome:
        run: Run | None = None
        answered, looks_after_its_end = time.monotonic(), 0
        while True:
            try:
                run = await kfp.run(self.kfp_run_id)
            except KfpError as error:
                # Servers are updated while runs go on: one look that fails tells nothing of them.
                waited = time.monotonic() - answered
                if isinstance(error, MistakeError) or waited >= self.patience_seconds:
                    return Outcome(self.kfp_run_id, run, problem=str(error))
                self.log.warning("%s; looking again", error)
            else:
                answered = time.monotonic()
                looks_after_its_end += run.has_ended
                if run.has_ended and (run.is_told_whole or looks_after_its_end > SETTLING_LOOKS):
                    return Outcome(self.kfp_run_id, run)
            if self.deadline is not None and time.time() >= self.deadline:
                return Outcome(self.kfp_run_id, run, timed_out=True)
            await asyncio.sleep(self.poll_seconds)
