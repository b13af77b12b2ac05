"""A run of the fake KFP: what its API tells of it, as KFP 2.17 was seen to do.

A run that is terminated is CANCELING, and ends FAILED. In the first answer that says how a run
ended, its tasks may still be told as they were before. A run whose workflow is deleted under it
stays RUNNING.
"""
# mypy: disable-error-code="import-untyped"

import json
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final

import kfp_server_api as api

from tests.pipelines.fake_kfp_handler import WIRE
from tests.pipelines.fake_tasks import EPOCH, progress

ENDED: Final = {"SUCCEEDED", "FAILED"}


@dataclass
class FakeRun:
    """A run and how it is to go.

    Attributes:
        body: as it was submitted.
        outcomes: what becomes of each step: SUCCEEDED, CACHED, FAILED, DRIVER_FAILED, STUCK,
            STUCK_SAYING_WHY; a step that is not named succeeds. What becomes of the run's own
            driver, under `root`: DRIVER_FAILED, DRIVER_STUCK.
        stage: how often it was looked at.
        canceled_at: the stage in which it was terminated.
        orphaned_at: the stage in which its workflow was deleted, with the schedule that owned it.
    """

    body: Any
    outcomes: dict[str, str]
    stage: int = 0
    canceled_at: int | None = None
    orphaned_at: int | None = None

    def told(self, steps: list[str], tries_again: bool, lag: int) -> Any:
        """Return it as the API tells of it.

        Args:
            steps: its steps, in order.
            tries_again: whether Argo's defaults try every node again.
            lag: how many looks after its end its tasks are told as they were.
        """
        state, tasks = self._state_and_tasks(steps, tries_again, lag)
        told = copied(self.body, "V2beta1Run")
        told.state = state
        told.run_details = api.V2beta1RunDetails(task_details=tasks)
        passed = ["PENDING", "RUNNING", "CANCELING" if self.canceled_at is not None else state]
        told.state_history = [
            api.V2beta1RuntimeStatus(update_time=EPOCH, state=each)
            for each in dict.fromkeys([*passed, state])
        ]
        if state in ENDED:
            told.finished_at = EPOCH + timedelta(seconds=self.stage)
        return told

    def has_ended(self, steps: list[str]) -> bool:
        """Tell whether nothing of it goes on."""
        return self._state_and_tasks(steps, tries_again=False, lag=0)[0] in ENDED

    def _state_and_tasks(
        self, steps: list[str], tries_again: bool, lag: int
    ) -> tuple[str, list[Any]]:
        if self.orphaned_at is not None:
            return "RUNNING", progress(steps, self.orphaned_at, self.outcomes, tries_again)[1]
        if self.canceled_at is not None:
            _, tasks = progress(steps, self.canceled_at, self.outcomes, tries_again)
            if self.stage <= self.canceled_at + 1:
                return "CANCELING", tasks
            if self.stage > self.canceled_at + 1 + lag:
                _kill(tasks)
            return "FAILED", tasks
        state, tasks = progress(steps, self.stage, self.outcomes, tries_again)
        if state in ENDED and lag:
            tasks = progress(steps, self.stage - lag, self.outcomes, tries_again)[1]
        return state, tasks


def copied(thing: Any, model: str) -> Any:
    """Return a model of `kfp_server_api` as it arrives after its way over the wire."""
    data = json.dumps(WIRE.sanitize_for_serialization(thing))
    return WIRE.deserialize(SimpleNamespace(data=data), model)


def _kill(tasks: list[Any]) -> None:
    """What Argo stops in the middle has failed."""
    for task in tasks:
        if task.state in ("RUNNING", "PENDING"):
            task.state = "FAILED"
            task.end_time = task.start_time + timedelta(seconds=7.5)
