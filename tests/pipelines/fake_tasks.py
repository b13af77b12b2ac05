"""The tasks of a run as KFP 2.17 tells of them: for each step a driver, a group, an executor."""
# mypy: disable-error-code="import-untyped"

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import kfp_server_api as api

EPOCH: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NO_TIME: Final = datetime(1, 1, 1, tzinfo=UTC)


def progress(steps: list[str], stage: int, outcomes: Mapping[str, str]) -> tuple[str, list[Any]]:
    """Return the state of a run and its tasks; each step takes one look to run, one to end.

    Args:
        steps: the steps, in order.
        stage: how often the run was looked at.
        outcomes: what becomes of each step; of the run itself under `*`.
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
        tasks.extend(_tasks(step, number, state, outcome))
        if state == "FAILED":
            return "FAILED", tasks
        if state in ("RUNNING", "PENDING"):
            return "RUNNING", tasks
    return "SUCCEEDED", tasks


def _tasks(step: str, number: int, state: str, outcome: str) -> list[Any]:
    name = step.replace("_", "-")
    group = {"CACHED": "SUCCEEDED", "PENDING": "RUNNING"}.get(state, state)
    executor = "SKIPPED" if state == "CACHED" else state
    why = "ImagePullBackOff: Back-off pulling image" if outcome == "STUCK_SAYING_WHY" else None
    return [
        _task(f"{name}-driver", f"{number}1", "SUCCEEDED", number),
        _task(name, f"{number}2", group, number, children=[f"{number}3"]),
        _task("executor", f"{number}3", executor, number, pod=f"{name}-impl", error=why),
    ]


def _task(
    name: str,
    node: str,
    state: str,
    number: int,
    *,
    pod: str = "system",
    children: list[str] | None = None,
    error: str | None = None,
) -> Any:
    started = EPOCH + timedelta(seconds=10 * number)
    done = state in ("SUCCEEDED", "FAILED", "SKIPPED")
    return api.V2beta1PipelineTaskDetail(
        task_id=f"task-{node}",
        display_name=name,
        pod_name=f"run-{pod}-{node}",
        state=state,
        create_time=started,
        start_time=started,
        end_time=started + timedelta(seconds=7.5) if done else NO_TIME,
        error=api.GoogleRpcStatus(code=2, message=error) if error else None,
        child_tasks=[
            api.PipelineTaskDetailChildTask(pod_name=f"run-{child}") for child in children or []
        ],
    )


def step_of(pod: str) -> str:
    """Return the step that a pod of `progress` belongs to."""
    return pod.removeprefix("run-").rpartition("-impl-")[0].replace("-", "_")
