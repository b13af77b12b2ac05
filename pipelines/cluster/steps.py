"""The steps of a run on a cluster, read from what KFP's API tells of its tasks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pipelines.cluster.argo_nodes import DRIVER, GROUP, ArgoNodes, children_of
from pipelines.definition.packages import PipelinePackage

EXECUTOR: Final = "executor"
ATTEMPT: Final = re.compile(r"executor\(\d+\)")
TEMPLATE: Final = "system-container-impl"
RETRIED_TEMPLATE: Final = f"retry-{TEMPLATE}"
DRIVER_TEMPLATE: Final = "system-container-driver"
GROUP_DRIVER_TEMPLATE: Final = "system-dag-driver"
SAME_TIME: Final = timedelta(seconds=5)
NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The backend writes times that have not come yet as years long past."""

PENDING: Final = "PENDING"
RUNNING: Final = "RUNNING"
SUCCEEDED: Final = "SUCCEEDED"
CACHED: Final = "CACHED"
FAILED: Final = "FAILED"
SKIPPED: Final = "SKIPPED"
ENDED: Final = {SUCCEEDED, CACHED, FAILED, SKIPPED}
NO_PODS: Final = {CACHED, SKIPPED}
FINAL: Final = {SUCCEEDED, FAILED, SKIPPED, "CANCELED"}
TERMINATED: Final = {"CANCELING", "CANCELED"}
TELLING: Final = (SKIPPED, SUCCEEDED, PENDING, RUNNING, FAILED)
"""States in the order in which one hides another, of tasks of the same name."""


@dataclass(frozen=True)
class Step:
    """One step of a run.

    Attributes:
        name: As in the pipeline's source, such as `train_model`.
        state: PENDING, RUNNING, SUCCEEDED, CACHED (an earlier run's outputs were taken), FAILED
            or SKIPPED.
        pod: The pod of its latest attempt, or of its driver; None where there is none, or it is
            not known.
        in_driver: Whether it has come no further than its driver, KFP's own pod before the step's.
        started_at: When its driver started.
        ended_at: When it ended; None while it goes on.
        messages: What the API says is wrong with it.
    """

    name: str
    state: str
    pod: str | None
    started_at: datetime | None
    ended_at: datetime | None
    messages: tuple[str, ...] = ()
    in_driver: bool = False

    def seconds(self, now: datetime) -> float:
        """Return for how long it ran, or has been running."""
        if self.started_at is None:
            return 0.0
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())


def steps_of(run: Any) -> list[Step]:
    """Return the steps of a `V2beta1Run` that have begun, in the order in which they did.

    KFP compiles each step to a driver, called after the step, and a group of the step's name with
    one executor in it, which has a child for each attempt where the step may be tried again: as
    the pipeline says, or as the cluster has it for every step. All of them are tasks of the run.
    The run itself and its conditions have drivers too; one that waits or failed is a step here, and
    a nested pipeline is one. Steps of the same name, of several nested pipelines, are one step: a
    failed one hides the others, and one that goes on those that ended.
    """
    tasks = (run.run_details.task_details if run.run_details else None) or []
    ordered = sorted(tasks, key=_telling)
    by_name = {task.display_name: task for task in ordered if task.display_name}
    drivers = {
        name.removesuffix(DRIVER): task
        for name, task in by_name.items()
        if name.endswith(DRIVER) and _is_shown(name.removesuffix(DRIVER), task)
    }
    nodes = ArgoNodes(tasks)
    executors = _executors({name: by_name[name] for name in drivers if name in by_name}, tasks)
    executors |= _retried(drivers, tasks, nodes)
    attempts = [task for task in tasks if ATTEMPT.fullmatch(task.display_name or "")]
    templates = _templates(run)
    steps = [
        _step(name, driver, by_name.get(name), executors.get(name), attempts, templates, nodes)
        for name, driver in drivers.items()
    ]
    return sorted(steps, key=lambda step: step.started_at or datetime.max.replace(tzinfo=UTC))


def _telling(task: Any) -> int:
    return TELLING.index(task.state) if task.state in TELLING else -1


def _is_shown(name: str, driver: Any) -> bool:
    # What Argo leaves out, since a step before it failed, has an end and no state.
    begun = driver.state is not None or _time(driver.end_time) is None
    return begun and (not GROUP.fullmatch(name) or driver.state in (PENDING, FAILED))


def duration(run: Any) -> float | None:
    """Return how many seconds a run took, or None while it goes on."""
    started, ended = _time(run.created_at), _time(run.finished_at)
    return (ended - started).total_seconds() if started and ended else None


def was_terminated(run: Any) -> bool:
    """Tell whether somebody ended a run: KFP says FAILED of it, and how it came to in its history.

    Also before it has ended.
    """
    passed = {each.state for each in run.state_history or []}
    return bool(TERMINATED & (passed | {run.state}))


def state_of(run: Any) -> str:
    """Return the state of a run for people: TERMINATED where KFP says FAILED of one that was."""
    ended_by_someone = run.state == FAILED and was_terminated(run)
    return "TERMINATED" if ended_by_someone else str(run.state)


def is_told_whole(run: Any, steps: Iterable[Step]) -> bool:
    """Tell whether the steps of a run that ended are told as they ended.

    The backend stores the state of a run before those of its tasks.
    """
    states = {step.state for step in steps}
    return not states & {PENDING, RUNNING} and (run.state != FAILED or FAILED in states)


def errors_of(thing: Any) -> tuple[str, ...]:
    """Return what a run or a task says went wrong, each once."""
    errors = [thing.error, *(each.error for each in thing.state_history or [])]
    said = [error.message.strip() for error in errors if error and error.message]
    return tuple(dict.fromkeys(said))


def _step(
    name: str,
    driver: Any,
    group: Any,
    executor: Any,
    attempts: list[Any],
    templates: Mapping[str, str],
    nodes: ArgoNodes,
) -> Step:
    tries = [task for task in attempts if executor is not None and _during(executor, task)]
    latest = max(tries, key=_start, default=executor)
    state = _state(driver, group, latest)
    tasks = [task for task in (driver, group, executor, *tries) if task is not None]
    in_driver = driver.state == FAILED or group is None or group.state is None
    ended = driver if in_driver else group
    step = f"{name}{DRIVER}" if GROUP.fullmatch(name) else name.replace("-", "_")
    pod = _driver_pod(name, nodes) if in_driver else _pod(name, templates.get(step), nodes)
    return Step(
        name=step,
        state=state,
        pod=None if state in NO_PODS else pod,
        started_at=_time(driver.start_time),
        ended_at=_time(ended.end_time) if state in ENDED else None,
        messages=tuple(dict.fromkeys(said for task in tasks for said in errors_of(task))),
        in_driver=in_driver,
    )


def _templates(run: Any) -> dict[str, str]:
    """Return the template of each step's pods; none where the API does not give the pipeline.

    A step that the cluster tries again, and not the pipeline, keeps the template of those that
    are not.
    """
    package = PipelinePackage.of_run(run)
    return {
        step: RETRIED_TEMPLATE if "retryPolicy" in task else TEMPLATE
        for step, task in (package.tasks() if package else ())
    }


def _state(driver: Any, group: Any, latest: Any) -> str:
    if driver.state == FAILED:
        return FAILED
    if group is None or group.state is None:
        # Left out after its driver, as a run that is terminated leaves it.
        left_out = group is not None and _time(group.end_time) is not None
        return SKIPPED if left_out else _unfinished(driver)
    if group.state == SUCCEEDED:
        return CACHED if latest is not None and latest.state == SKIPPED else SUCCEEDED
    return str(group.state) if group.state in ENDED else _unfinished(latest or group)


def _unfinished(task: Any) -> str:
    return PENDING if task.state == PENDING else RUNNING


def _executors(groups: Mapping[str, Any], tasks: Iterable[Any]) -> dict[str, Any]:
    """Return the executor of each group: the first that started when the group did.

    The executor of a step that is not tried again tells nothing else that it could be known by.
    """
    left = sorted((task for task in tasks if task.display_name == EXECUTOR), key=_start)
    found = {}
    for name, group in sorted(groups.items(), key=lambda item: _start(item[1])):
        for executor in left:
            if timedelta(0) <= _start(executor) - _start(group) <= SAME_TIME:
                found[name] = executor
                left.remove(executor)
                break
    return found


def _retried(names: Iterable[str], tasks: Iterable[Any], nodes: ArgoNodes) -> dict[str, Any]:
    """Return the executor of each step that may be tried again, known by its attempts' ids."""
    by_child = {child: task for task in tasks for child in children_of(task)}
    found = {}
    for name in names:
        executor = _executor(name, nodes)
        if attempts := nodes.attempts(executor) if executor else []:
            found[name] = by_child[nodes.id(attempts[0])]
    return found


def _executor(name: str, nodes: ArgoNodes) -> str | None:
    group = nodes.find(name)
    return f"{nodes.latest(group)}.{EXECUTOR}" if group else None


def _pod(name: str, template: str | None, nodes: ArgoNodes) -> str | None:
    executor = _executor(name, nodes)
    if executor is None or not nodes.exists(executor):
        return None
    attempts = nodes.attempts(executor)
    template = template or (RETRIED_TEMPLATE if attempts else TEMPLATE)
    return nodes.pod(nodes.latest(executor), template)


def _driver_pod(name: str, nodes: ArgoNodes) -> str | None:
    driver = nodes.find(f"{name}{DRIVER}")
    template = GROUP_DRIVER_TEMPLATE if GROUP.fullmatch(name) else DRIVER_TEMPLATE
    return nodes.pod(nodes.latest(driver), template) if driver else None


def _during(task: Any, other: Any) -> bool:
    ended = _time(task.end_time)
    return _start(task) <= _start(other) and (ended is None or _start(other) <= ended)


def _start(task: Any) -> datetime:
    return _time(task.start_time) or NEVER


def _time(value: datetime | None) -> datetime | None:
    return value if value is not None and value > NEVER else None
