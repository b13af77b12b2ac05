"""The tasks of a run as KFP 2.17 tells of them.

Each step is a driver, a group and an executor, whose attempts are tasks too where it is retried. A
task tells the nodes after it by Argo's ids, and neither its own id nor its pod; each of them was
created with the run.
"""
# mypy: disable-error-code="import-untyped"

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import kfp_server_api as api

EPOCH: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WORKFLOW: Final = "training-x7k2p"
RETRIED: Final = {"ingest_table", "compare_with_champion", "register_model"}
NO_TIME: Final = datetime(1, 1, 1, tzinfo=UTC)


def progress(
    steps: list[str], stage: int, outcomes: Mapping[str, str], everything: bool = False
) -> tuple[str, list[Any]]:
    """Return the state of a run and its tasks; each step takes one look to run, one to end.

    Args:
        steps: the steps, in order.
        stage: how often the run was looked at.
        outcomes: what becomes of each step; of the run itself under `*`.
        everything: whether Argo is configured to try every node again.
    """
    if "*" in outcomes:
        return outcomes["*"], []
    tasks: list[Any] = []
    for number, step in enumerate(steps):
        looked = stage - 2 * number
        if looked < 1:
            return "RUNNING", tasks
        outcome = outcomes.get(step, "SUCCEEDED")
        if outcome == "SKIPPED":
            continue
        stuck = outcome.startswith("STUCK")
        state = outcome if looked > 1 and not stuck else "PENDING" if stuck else "RUNNING"
        tasks.extend(_tasks(step, number, state, outcome, everything))
        if state == "FAILED":
            return "FAILED", tasks
        if state in ("RUNNING", "PENDING"):
            return "RUNNING", tasks
    return "SUCCEEDED", tasks


def _tasks(step: str, number: int, state: str, outcome: str, everything: bool) -> list[Any]:
    name = step.replace("_", "-")
    group = {"CACHED": "SUCCEEDED", "PENDING": "RUNNING"}.get(state, state)
    executor = "SKIPPED" if state == "CACHED" else state
    why = "ImagePullBackOff: Back-off pulling image" if outcome == "STUCK_SAYING_WHY" else None
    following = f"{number + 1}1"
    tasks = [
        _task(f"{name}-driver", "SUCCEEDED", number, children=[f"{number}2"]),
        _task(name, group, number, children=[f"{number}3"]),
    ]
    if everything:
        tasks += [
            _task(f"{name}-driver(0)", "SUCCEEDED", number, children=[f"{number}2"]),
            _task(f"{name}(0)", group, number, children=[f"{number}5"]),
        ]
    if state == "CACHED" or not (everything or step in RETRIED):
        return [*tasks, _task("executor", executor, number, children=[following], error=why)]
    return [
        *tasks,
        _task("executor", group, number, children=[f"{number}4"]),
        _task("executor(0)", executor, number, children=[following], error=why),
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
        child_tasks=[
            api.PipelineTaskDetailChildTask(pod_name=f"{WORKFLOW}-{child}") for child in children
        ],
    )


def pod_of(step: str, steps: Sequence[str], everything: bool = False) -> str:
    """Return the name of the pod that runs a step, as Argo gives it."""
    template = "retry-system-container-impl" if step in RETRIED else "system-container-impl"
    node = 4 if everything or step in RETRIED else 3
    return f"{WORKFLOW}-{template}-{list(steps).index(step)}{node}"
