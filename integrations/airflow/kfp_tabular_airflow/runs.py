"""A run of Kubeflow Pipelines, as its API tells of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from kfp_tabular_airflow.errors import short

SUCCEEDED: Final = "SUCCEEDED"
FAILED: Final = "FAILED"
CANCELING: Final = "CANCELING"
ENDED: Final = {SUCCEEDED, FAILED, "SKIPPED", "CANCELED"}
TERMINATED: Final = {CANCELING, "CANCELED"}
NEVER: Final = "2000"
"""The backend writes times that have not come yet as years long past."""
OF_A_STEP: Final = re.compile(r"(?P<step>.+?)(-driver)?(\(\d+\))?")
NO_STEPS: Final = re.compile(r"root|executor|condition-.*|for-loop-.*|exit-handler-.*")
"""The executor inside of each step, and groups of steps, which fail with what is in them."""


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        run_id: Its id.
        state: PENDING, RUNNING, SUCCEEDED, FAILED, CANCELING and so on.
        was_terminated: Whether somebody ended it: KFP says FAILED of such a run.
        seconds: How long it took; None while it goes on.
        failed_steps: Names of the steps that failed.
        messages: What the API says went wrong, each once.
    """

    run_id: str
    state: str
    was_terminated: bool
    seconds: float | None
    failed_steps: tuple[str, ...]
    messages: tuple[str, ...]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Read a run as the API tells of it."""
        tasks = (told.get("run_details") or {}).get("task_details") or []
        state = str(told.get("state") or "")
        passed = {each.get("state") for each in told.get("state_history") or []}
        failed = (task for task in tasks if task.get("state") == FAILED)
        return cls(
            run_id=str(told["run_id"]),
            state=state,
            was_terminated=bool(TERMINATED & (passed | {state})),
            seconds=_seconds(told.get("created_at"), told.get("finished_at")),
            failed_steps=tuple(dict.fromkeys(_steps(task["display_name"] for task in failed))),
            messages=tuple(dict.fromkeys(m for each in (told, *tasks) for m in _messages(each))),
        )

    @property
    def has_ended(self) -> bool:
        """Whether nothing of it goes on."""
        return self.state in ENDED

    @property
    def goes_on(self) -> bool:
        """Whether it may still come to something: it has not ended, and is not being ended."""
        return not self.has_ended and not self.was_terminated

    @property
    def is_told_whole(self) -> bool:
        """Whether its steps are told as they ended: KFP stores the state of the run first."""
        return self.state != FAILED or self.was_terminated or bool(self.failed_steps)

    def failure(self) -> str:
        """Return in one sentence why it did not succeed."""
        if self.was_terminated:
            return f"run {self.run_id} was terminated in Kubeflow Pipelines"
        where = f" in {', '.join(self.failed_steps)}" if self.failed_steps else ""
        said = f": {short('; '.join(self.messages))}" if self.messages else ""
        return f"run {self.run_id} ended as {self.state}{where}{said}"


def _steps(names: Iterator[str]) -> Iterator[str]:
    for name in names:
        found = OF_A_STEP.fullmatch(name)
        if found and not NO_STEPS.fullmatch(found["step"]):
            yield found["step"]


def _messages(thing: Mapping[str, Any]) -> Iterator[str]:
    for each in (thing, *(thing.get("state_history") or [])):
        if message := (each.get("error") or {}).get("message", "").strip():
            yield message


def _seconds(created_at: str | None, finished_at: str | None) -> float | None:
    if not created_at or not finished_at or finished_at < NEVER:
        return None
    started, ended = (datetime.fromisoformat(each) for each in (created_at, finished_at))
    return (ended - started).total_seconds()
