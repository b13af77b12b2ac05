"""Reading the steps of a run from the tasks that KFP compiles them to."""
# mypy: disable-error-code="import-untyped"

from datetime import timedelta
from typing import Any

import kfp_server_api as api
import pytest

from pipelines.run_steps import Step, steps_of
from tests.pipelines.fake_tasks import EPOCH


def _task(name: str, second: int, state: str, children: tuple[int, ...] = ()) -> Any:
    nodes = [api.PipelineTaskDetailChildTask(pod_name=f"training-x7k2p-{id_}") for id_ in children]
    return api.V2beta1PipelineTaskDetail(
        display_name=name,
        state=state,
        create_time=EPOCH,
        start_time=EPOCH + timedelta(seconds=second),
        end_time=EPOCH + timedelta(seconds=second + 5) if state == "SUCCEEDED" else None,
        child_tasks=nodes,
    )


def _steps(*tasks: Any) -> list[Step]:
    details = api.V2beta1RunDetails(task_details=list(tasks))
    return steps_of(api.V2beta1Run(run_details=details))


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


def test_the_pod_is_named_as_argo_names_it() -> None:
    """The pod of a step has the workflow, the template and the number of its node."""
    (step,) = _steps(
        _task("train-model-driver", 1, "SUCCEEDED", (2,)),
        _task("train-model", 2, "RUNNING", (123,)),
        _task("executor", 2, "PENDING", (4,)),
    )
    assert (step.state, step.pod) == ("PENDING", "training-x7k2p-system-container-impl-123")


def test_the_last_attempt_is_the_pod() -> None:
    """Of a step that is tried again, state and pod are those of the latest attempt."""
    (step,) = _steps(
        _task("ingest-table-driver", 1, "SUCCEEDED", (2,)),
        _task("ingest-table", 2, "RUNNING", (3,)),
        _task("executor", 2, "RUNNING", (4, 5)),
        _task("executor(1)", 15, "PENDING"),
        _task("executor(0)", 2, "FAILED"),
    )
    assert step.pod == "training-x7k2p-retry-system-container-impl-5"
    assert (step.state, step.ended_at) == ("PENDING", None)


def test_a_step_that_only_the_cluster_tries_again() -> None:
    """Argo's own defaults give attempts to every step, and change the name of no pod."""
    spec = {
        "components": {"comp-train-model": {"executorLabel": "exec-train-model"}},
        "root": {"dag": {"tasks": {"train-model": {"componentRef": {"name": "comp-train-model"}}}}},
    }
    tasks = [
        _task("train-model-driver", 1, "SUCCEEDED", (2,)),
        _task("train-model", 2, "RUNNING", (3,)),
        _task("train-model(0)", 2, "RUNNING", (4,)),
        _task("executor", 2, "RUNNING", (5,)),
        _task("executor(0)", 2, "RUNNING"),
    ]
    details = api.V2beta1RunDetails(task_details=tasks)
    (step,) = steps_of(api.V2beta1Run(run_details=details, pipeline_spec=spec))
    assert step.pod == "training-x7k2p-system-container-impl-5"


def test_each_executor_is_of_the_group_that_it_started_with() -> None:
    """Executors, which have one name in all steps, are told apart by their times."""
    cached, running = _steps(
        _task("executor", 12, "RUNNING"),
        _task("executor", 3, "SKIPPED"),
        _task("train-model-driver", 11, "SUCCEEDED"),
        _task("train-model", 12, "RUNNING", (9,)),
        _task("split-table-driver", 1, "SUCCEEDED"),
        _task("split-table", 2, "SUCCEEDED", (8,)),
    )
    assert (cached.name, cached.state) == ("split_table", "CACHED")
    assert (running.name, running.state) == ("train_model", "RUNNING")


def test_steps_are_in_the_order_in_which_they_began() -> None:
    """The API's order, which is none, is not kept."""
    steps = _steps(_task("late-driver", 9, "RUNNING"), _task("early-driver", 1, "RUNNING"))
    assert [step.name for step in steps] == ["early", "late"]
