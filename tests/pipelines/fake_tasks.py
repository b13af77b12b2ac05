"""The tasks of a run as KFP 2.17 tells of them.

Each step is a driver, a group and an executor, whose attempts are tasks too where it is retried,
and so is the run itself. A task tells the nodes after it by Argo's ids, and neither its own id nor
its pod; each of them was created with the run. Of a step after one that failed Argo makes nodes
that it leaves out: they have an end and no state.
"""
# mypy: disable-error-code="import-untyped"

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import uuid4

import kfp_server_api as api

from pipelines.cluster.argo_nodes import fnv1a
from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage

EPOCH: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WORKFLOW: Final = "training-x7k2p"
ENDS: Final = ("-driver", "")
NO_TIME: Final = datetime(1, 1, 1, tzinfo=UTC)


@cache
def retried() -> frozenset[str]:
    """Return the steps that the training pipeline has KFP try again."""
    package = PipelinePackage.read(catalog.pipeline_yaml("training"))
    return frozenset(step for step, task in package.tasks() if "retryPolicy" in task)


def progress(
    steps: list[str], stage: int, outcomes: Mapping[str, str], everything: bool = False
) -> tuple[str, list[Any]]:
    """Return the state of a run and its tasks; each step takes one look to run, one to end.

    Args:
        steps: the steps, in order.
        stage: how often the run was looked at.
        outcomes: what becomes of each step, `DRIVER_FAILED` among it; of the run itself under
            `root`.
        everything: whether Argo is configured to try every node again.
    """
    if stage < 1 and outcomes.get("root") == "DRIVER_FAILED":
        return "RUNNING", []
    names = _Names(everything)
    if state := {"DRIVER_FAILED": "FAILED", "DRIVER_STUCK": "PENDING"}.get(
        outcomes.get("root", "")
    ):
        run = _task(WORKFLOW, "RUNNING", 0, children=[names.id("root-driver")])
        driver = _task("root-driver", state, 0, children=[names.id("root")])
        if state == "PENDING":
            return "RUNNING", [run, driver]
        return state, [run, driver, _left_out("root")]
    tasks = _root(names, steps[0])
    for number, step in enumerate(steps):
        looked = stage - 2 * number
        if looked < 1:
            return "RUNNING", tasks
        outcome = outcomes.get(step, "SUCCEEDED")
        if outcome == "SKIPPED":
            continue
        stuck = outcome.startswith("STUCK")
        state = outcome if looked > 1 and not stuck else "PENDING" if stuck else "RUNNING"
        following = steps[number + 1] if number + 1 < len(steps) else None
        tasks.extend(_tasks(step, number, state, outcome, names, following))
        if "FAILED" in state:
            after = [each.replace("_", "-") for each in steps[number + 1 :]]
            return "FAILED", [
                *tasks,
                *(_left_out(f"{each}{end}") for each in after for end in ENDS),
            ]
        if state in ("RUNNING", "PENDING"):
            return "RUNNING", tasks
    return "SUCCEEDED", tasks


class _Names:
    """The full names of nodes, and their ids."""

    def __init__(self, everything: bool) -> None:
        self.everything = everything
        again = "(0)" if everything else ""
        self.run = f"{WORKFLOW}{again}"
        self.root = f"{self.run}.root{again}"

    def id(self, name: str) -> str:
        """Return the id of a node of the run itself, or of the name of a node."""
        full = name if name.startswith(WORKFLOW) else f"{self.run}.{name}"
        return f"{WORKFLOW}-{fnv1a(full)}"

    def executor(self, step: str) -> str:
        """Return the full name of a step's executor."""
        return f"{self.root}.{step.replace('_', '-')}{'(0)' if self.everything else ''}.executor"


def _root(names: _Names, first: str) -> list[Any]:
    inner = names.id(f"{names.root}.{first.replace('_', '-')}-driver")
    tasks = [
        _task(WORKFLOW, "RUNNING", 0, children=[names.id("root-driver")]),
        _task("root-driver", "SUCCEEDED", 0, children=[names.id("root")]),
        _task("root", "RUNNING", 0, children=[inner]),
    ]
    if names.everything:
        tasks[0].child_tasks = _children([names.id(names.run)])
        tasks[2].child_tasks = _children([names.id(names.root)])
        tasks += [
            _task(names.run, "RUNNING", 0, children=[names.id("root-driver")]),
            _task("root(0)", "RUNNING", 0, children=[inner]),
        ]
    return tasks


def _tasks(
    step: str, number: int, state: str, outcome: str, names: _Names, following: str | None
) -> list[Any]:
    name = step.replace("_", "-")
    group = {"CACHED": "SUCCEEDED", "PENDING": "RUNNING"}.get(state, state)
    executor = "SKIPPED" if state == "CACHED" else state
    why = "ImagePullBackOff: Back-off pulling image" if outcome == "STUCK_SAYING_WHY" else None
    full = f"{names.root}.{name}"
    after = [names.id(f"{names.root}.{following.replace('_', '-')}-driver")] if following else []
    if state == "DRIVER_FAILED":
        driver = _task(f"{name}-driver", "FAILED", number, children=[names.id(full)])
        return [driver, _left_out(name)]
    inside = names.executor(step)
    tasks = [
        _task(f"{name}-driver", "SUCCEEDED", number, children=[names.id(full)]),
        _task(name, group, number, children=[names.id(inside)]),
    ]
    if names.everything:
        tasks[0].child_tasks = _children([names.id(f"{full}-driver(0)")])
        tasks[1].child_tasks = _children([names.id(f"{full}(0)")])
        tasks += [
            _task(f"{name}-driver(0)", "SUCCEEDED", number, children=[names.id(full)]),
            _task(f"{name}(0)", group, number, children=[names.id(inside)]),
        ]
    if state == "CACHED" or not (names.everything or step in retried()):
        return [*tasks, _task("executor", executor, number, children=after, error=why)]
    attempt = names.id(f"{inside}(0)")
    return [
        *tasks,
        _task("executor", group, number, children=[attempt]),
        _task("executor(0)", executor, number, children=after, error=why),
    ]


def _task(
    name: str, state: str, number: int, *, children: list[str], error: str | None = None
) -> Any:
    started = EPOCH + timedelta(seconds=10 * number)
    done = state in ("SUCCEEDED", "FAILED", "SKIPPED")
    return api.V2beta1PipelineTaskDetail(
        task_id=str(uuid4()),
        display_name=name,
        state=state,
        create_time=EPOCH,
        start_time=started,
        end_time=started + timedelta(seconds=7.5) if done else NO_TIME,
        error=api.GoogleRpcStatus(code=2, message=error) if error else None,
        child_tasks=_children(children),
    )


def _left_out(name: str) -> Any:
    ended = EPOCH + timedelta(hours=1)
    return api.V2beta1PipelineTaskDetail(
        task_id=str(uuid4()),
        display_name=name,
        create_time=EPOCH,
        start_time=ended,
        end_time=ended,
    )


def _children(ids: list[str]) -> list[Any]:
    return [api.PipelineTaskDetailChildTask(pod_name=each) for each in ids]


def pod_of(step: str, everything: bool = False, driver: bool = False) -> str:
    """Return the name of the pod that runs a step, or its driver, as Argo gives it."""
    names = _Names(everything)
    if driver:
        scope, template = (names.run, "dag") if step == "root" else (names.root, "container")
        node = f"{scope}.{step.replace('_', '-')}-driver{'(0)' if everything else ''}"
        return f"{WORKFLOW}-system-{template}-driver-{fnv1a(node)}"
    template = "retry-system-container-impl" if step in retried() else "system-container-impl"
    again = "(0)" if everything or step in retried() else ""
    return f"{WORKFLOW}-{template}-{fnv1a(names.executor(step) + again)}"
