"""The steps of a run on a cluster, read from what KFP's API tells of its tasks."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

DRIVER: Final = "-driver"
GROUP: Final = re.compile(r"root|(condition(-branches)?|for-loop|exit-handler)-\d+")
EXECUTOR: Final = re.compile(r"executor(\(\d+\))?")
NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The backend writes times that have not come yet as years long past."""

PENDING: Final = "PENDING"
RUNNING: Final = "RUNNING"
SUCCEEDED: Final = "SUCCEEDED"
CACHED: Final = "CACHED"
FAILED: Final = "FAILED"
SKIPPED: Final = "SKIPPED"
ENDED: Final = {SUCCEEDED, CACHED, FAILED, SKIPPED}
FINAL: Final = {SUCCEEDED, FAILED, SKIPPED, "CANCELED"}


@dataclass(frozen=True)
class Step:
    """One step of a run.

    Attributes:
        name: as in the pipeline's source, such as `train_model`.
        state: PENDING, RUNNING, SUCCEEDED, CACHED (an earlier run's outputs were taken), FAILED
            or SKIPPED.
        pod: the pod that runs it, or whose failure is the step's; None where there was none.
        started_at: when its driver started.
        ended_at: when it ended; None while it goes on.
        messages: what the API says is wrong with it.
    """

    name: str
    state: str
    pod: str | None
    started_at: datetime | None
    ended_at: datetime | None
    messages: tuple[str, ...] = ()

    def seconds(self, now: datetime) -> float:
        """Return for how long it ran, or has been running."""
        if self.started_at is None:
            return 0.0
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())


def steps_of(run: Any) -> list[Step]:
    """Return the steps of a `V2beta1Run` that have begun, in the order in which they did.

    KFP compiles each step to a driver, called after the step, and a group of the step's name with
    an executor in it, one for each attempt: all of them are tasks of the run.
    """
    tasks = (run.run_details.task_details if run.run_details else None) or []
    by_name = {task.display_name: task for task in tasks if task.display_name}
    names = (name.removesuffix(DRIVER) for name in by_name if name.endswith(DRIVER))
    index = _by_hash(tasks)
    steps = [
        _step(name, by_name[name + DRIVER], by_name.get(name), index)
        for name in names
        if not GROUP.fullmatch(name)
    ]
    return sorted(steps, key=lambda step: step.started_at or datetime.max.replace(tzinfo=UTC))


def duration(run: Any) -> float | None:
    """Return how many seconds a run took, or None while it goes on."""
    started, ended = _time(run.created_at), _time(run.finished_at)
    return (ended - started).total_seconds() if started and ended else None


def errors_of(thing: Any) -> tuple[str, ...]:
    """Return what a run or a task says went wrong, each once."""
    errors = [thing.error, *(each.error for each in thing.state_history or [])]
    said = [error.message.strip() for error in errors if error and error.message]
    return tuple(dict.fromkeys(said))


def _step(name: str, driver: Any, group: Any, index: Mapping[str, Any]) -> Step:
    pods = sorted(_executors(group, index), key=lambda task: _time(task.start_time) or NEVER)
    state = _state(driver, group, pods)
    # Where the driver failed there is no executor: it is the driver's log that tells why.
    culprit = pods[-1] if pods else driver
    ended = group if group is not None else driver
    return Step(
        name=name.replace("-", "_"),
        state=state,
        pod=culprit.pod_name,
        started_at=_time(driver.start_time) or _time(driver.create_time),
        ended_at=_time(ended.end_time) if state in ENDED else None,
        messages=tuple(
            dict.fromkeys(
                said for task in (driver, group, *pods) if task for said in errors_of(task)
            )
        ),
    )


def _state(driver: Any, group: Any, pods: list[Any]) -> str:
    if group is None or group.state is None:
        return FAILED if driver.state == FAILED else _unfinished(driver)
    if group.state == SUCCEEDED:
        return CACHED if pods and all(pod.state == SKIPPED for pod in pods) else SUCCEEDED
    if group.state in ENDED:
        return str(group.state)
    return _unfinished(pods[-1] if pods else group)


def _unfinished(task: Any) -> str:
    return PENDING if task.state == PENDING else RUNNING


def _executors(group: Any, index: Mapping[str, Any]) -> Iterator[Any]:
    for task in _children(group, index):
        below = list(_executors(task, index))
        if below:
            yield from below
        elif EXECUTOR.fullmatch(task.display_name or ""):
            yield task


def _children(task: Any, index: Mapping[str, Any]) -> Iterator[Any]:
    for child in (task.child_tasks if task is not None else None) or []:
        found = index.get(_hash(child.pod_name)) or index.get(child.task_id or "")
        if found is not None:
            yield found


def _by_hash(tasks: Iterable[Any]) -> dict[str, Any]:
    """Index tasks by the hash that ends their pod's name, and by their id.

    A child is named by Argo's id of its node, which has the hash but not the template that stand
    in the name of its pod.
    """
    index = {}
    for task in tasks:
        index[_hash(task.pod_name)] = task
        index[task.task_id or ""] = task
    index.pop("", None)
    return index


def _hash(pod_name: str | None) -> str:
    return (pod_name or "").rpartition("-")[2]


def _time(value: datetime | None) -> datetime | None:
    return value if value is not None and value > NEVER else None
