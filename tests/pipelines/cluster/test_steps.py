"""Reading the steps of a run from the tasks that KFP compiles them to."""
# mypy: disable-error-code="import-untyped"

from datetime import timedelta
from typing import Any

import kfp_server_api as api
import pytest

from pipelines.cluster.argo_nodes import fnv1a
from pipelines.cluster.steps import Step, steps_of
from tests.pipelines.fake_tasks import EPOCH

WORKFLOW = "training-x7k2p"
ROOT = f"{WORKFLOW}.root"


def _task(name: str, second: int, state: str | None, children: tuple[str, ...] = ()) -> Any:
    """A task that is followed by the nodes of these names below the run's root."""
    nodes = [
        api.PipelineTaskDetailChildTask(pod_name=f"{WORKFLOW}-{fnv1a(f'{ROOT}.{child}')}")
        for child in children
    ]
    return api.V2beta1PipelineTaskDetail(
        display_name=name,
        state=state,
        create_time=EPOCH,
        start_time=EPOCH + timedelta(seconds=second),
        end_time=EPOCH + timedelta(seconds=second + 5) if state in ("SUCCEEDED", None) else None,
        child_tasks=nodes,
    )


def _run(*tasks: Any, **more: Any) -> Any:
    """A run with these tasks in its root."""
    root = api.PipelineTaskDetailChildTask(pod_name=f"{WORKFLOW}-{fnv1a(ROOT)}")
    driver = api.V2beta1PipelineTaskDetail(
        display_name="root-driver", state="SUCCEEDED", child_tasks=[root]
    )
    group = api.V2beta1PipelineTaskDetail(display_name="root", state="RUNNING")
    details = api.V2beta1RunDetails(task_details=[driver, group, *tasks])
    return api.V2beta1Run(run_details=details, **more)


def _steps(*tasks: Any) -> list[Step]:
    return steps_of(_run(*tasks))


def _pod(template: str, node: str) -> str:
    return f"{WORKFLOW}-{template}-{fnv1a(f'{ROOT}.{node}')}"


@pytest.mark.parametrize("details", [None, api.V2beta1RunDetails()])
def test_a_run_that_has_not_begun(details: Any) -> None:
    """Before its first task a run has no steps."""
    assert steps_of(api.V2beta1Run(run_details=details)) == []


def test_groups_are_no_steps() -> None:
    """The run itself and its conditions have drivers, and are not taken for steps."""
    assert not _steps(
        _task("root-driver", 1, "SUCCEEDED"),
        _task("root", 2, "RUNNING"),
        _task("condition-1-driver", 3, "SUCCEEDED"),
        _task("condition-1", 4, "RUNNING"),
    )


def test_a_driver_alone() -> None:
    """A step begins with its driver, and fails with it."""
    (running,) = _steps(_task("train-model-driver", 1, "RUNNING"))
    (failed,) = _steps(_task("train-model-driver", 1, "FAILED"))
    assert (running.name, running.state) == ("train_model", "RUNNING")
    assert (failed.state, failed.pod) == ("FAILED", None)


def test_a_driver_that_fails_is_the_failure_of_its_step() -> None:
    """Argo leaves out the group of a failed driver: the step has failed, and was not skipped."""
    (step,) = _steps(_task("train-model-driver", 1, "FAILED"), _task("train-model", 2, "SKIPPED"))
    assert step.state == "FAILED"


def test_what_argo_leaves_out_has_not_begun() -> None:
    """Steps after one that failed are tasks with an end and no state, and are not shown."""
    steps = _steps(
        _task("split-table-driver", 1, "FAILED"),
        _task("split-table", 6, None),
        _task("train-model-driver", 6, None),
        _task("train-model", 6, None),
    )
    assert [(step.name, step.state) for step in steps] == [("split_table", "FAILED")]


def test_a_step_that_was_left_out_after_its_driver() -> None:
    """A run that is terminated between the pods of a step leaves the second one out."""
    (step,) = _steps(_task("train-model-driver", 1, "SUCCEEDED"), _task("train-model", 6, None))
    assert step.state == "SKIPPED"


def test_a_failed_driver_is_the_pod_to_look_at() -> None:
    """Until its own pod is made, the pod of a step is its driver's."""
    (step,) = _steps(
        _task("validate-table", 0, "SUCCEEDED", ("train-model-driver",)),
        _task("train-model-driver", 1, "FAILED", ("train-model",)),
    )
    assert (step.pod, step.in_driver) == (
        _pod("system-container-driver", "train-model-driver"),
        True,
    )


def test_a_group_is_shown_where_its_driver_failed() -> None:
    """The run itself fails before its first step, and a condition before its own."""
    (step,) = _steps(
        _task("validate-table", 0, "SUCCEEDED", ("condition-1-driver",)),
        _task("condition-1-driver", 1, "FAILED"),
    )
    assert (step.name, step.pod) == (
        "condition-1-driver",
        _pod("system-dag-driver", "condition-1-driver"),
    )


def test_the_pod_is_named_as_argo_names_it() -> None:
    """The pod of a step has the workflow, the template and the number of its node."""
    (step,) = _steps(
        _task("train-model-driver", 1, "SUCCEEDED", ("train-model",)),
        _task("train-model", 2, "RUNNING", ("train-model.executor",)),
        _task("executor", 2, "PENDING"),
    )
    assert step.state == "PENDING"
    assert step.pod == _pod("system-container-impl", "train-model.executor")


def test_an_exit_task_of_a_step_is_not_taken_for_its_pod() -> None:
    """What runs after a step follows it too."""
    (step,) = _steps(
        _task("train-model-driver", 1, "SUCCEEDED", ("train-model",)),
        _task("train-model", 2, "RUNNING", ("train-model.executor", "train-model.onExit")),
        _task("executor", 2, "RUNNING"),
    )
    assert step.pod == _pod("system-container-impl", "train-model.executor")


def test_the_last_attempt_is_the_pod() -> None:
    """Of a step that is tried again, state and pod are those of the latest attempt."""
    attempts = ("ingest-table.executor(0)", "ingest-table.executor(1)")
    (step,) = _steps(
        _task("ingest-table-driver", 1, "SUCCEEDED", ("ingest-table",)),
        _task("ingest-table", 2, "RUNNING", ("ingest-table.executor",)),
        _task("executor", 2, "RUNNING", attempts),
        _task("executor(1)", 15, "PENDING"),
        _task("executor(0)", 2, "FAILED"),
    )
    assert step.pod == _pod("retry-system-container-impl", "ingest-table.executor(1)")
    assert (step.state, step.ended_at) == ("PENDING", None)


def test_a_step_that_only_the_cluster_tries_again() -> None:
    """Argo's own defaults give attempts to every step, and change the template of no pod."""
    spec = {
        "components": {"comp-train-model": {"executorLabel": "exec-train-model"}},
        "root": {"dag": {"tasks": {"train-model": {"componentRef": {"name": "comp-train-model"}}}}},
    }
    tasks = [
        _task("train-model-driver", 1, "SUCCEEDED", ("train-model",)),
        _task("train-model", 2, "RUNNING", ("train-model(0)",)),
        _task("train-model(0)", 2, "RUNNING", ("train-model(0).executor",)),
        _task("executor", 2, "RUNNING", ("train-model(0).executor(0)",)),
        _task("executor(0)", 2, "RUNNING"),
    ]
    (step,) = steps_of(_run(*tasks, pipeline_spec=spec))
    assert step.pod == _pod("system-container-impl", "train-model(0).executor(0)")


def test_the_executor_of_a_step_is_known_by_its_attempts() -> None:
    """Of two steps that start at once, each has the state of its own attempts."""
    by_name = {
        step.name: step.state
        for step in _steps(
            _task("root", 0, "RUNNING", ("first-driver", "second-driver")),
            _task("first-driver", 1, "SUCCEEDED", ("first",)),
            _task("second-driver", 1, "SUCCEEDED", ("second",)),
            _task("first", 2, "SUCCEEDED", ("first.executor",)),
            _task("second", 2, "SUCCEEDED", ("second.executor",)),
            _task("executor", 2, "SKIPPED", ("second.executor(0)",)),
            _task("executor", 2, "SUCCEEDED", ("first.executor(0)",)),
        )
    }
    assert by_name == {"first": "SUCCEEDED", "second": "CACHED"}


def test_each_executor_is_of_the_group_that_it_started_with() -> None:
    """Executors, which have one name in all steps, are told apart by their times."""
    cached, running = _steps(
        _task("executor", 12, "RUNNING"),
        _task("executor", 3, "SKIPPED"),
        _task("train-model-driver", 11, "SUCCEEDED"),
        _task("train-model", 12, "RUNNING"),
        _task("split-table-driver", 1, "SUCCEEDED"),
        _task("split-table", 2, "SUCCEEDED"),
    )
    assert (cached.name, cached.state) == ("split_table", "CACHED")
    assert (running.name, running.state) == ("train_model", "RUNNING")


def test_steps_are_in_the_order_in_which_they_began() -> None:
    """The API's order, which is none, is not kept."""
    steps = _steps(_task("late-driver", 9, "RUNNING"), _task("early-driver", 1, "RUNNING"))
    assert [step.name for step in steps] == ["early", "late"]
