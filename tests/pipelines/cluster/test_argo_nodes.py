"""Names, ids and pods of the nodes of a run."""
# mypy: disable-error-code="import-untyped"

from typing import Any

import kfp_server_api as api
import pytest

from pipelines.cluster.argo_nodes import ArgoNodes, fnv1a, workflow_of

WORKFLOW = "training-x7k2p"


def _tasks(*names: str) -> list[Any]:
    """Tasks of which each names all that come after it as its children."""
    nodes = [f"{names[0]}-{fnv1a(name)}" for name in names]
    return [
        api.V2beta1PipelineTaskDetail(
            display_name=name.rpartition(".")[2],
            child_tasks=[api.PipelineTaskDetailChildTask(pod_name=node) for node in nodes[i + 1 :]],
        )
        for i, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("text", "value"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)]
)
def test_the_hash_is_that_of_its_authors(text: str, value: int) -> None:
    """Test vectors of the Internet draft on FNV (draft-eastlake-fnv, appendix)."""
    assert fnv1a(text) == value


def test_a_pod_is_named_as_a_cluster_named_it() -> None:
    """The driver of a run that somebody published the pods of."""
    driver = "sklearn-iris-demo-84rz2.root-driver"
    nodes = ArgoNodes(_tasks("sklearn-iris-demo-84rz2", driver))
    assert (
        nodes.pod(driver, "system-dag-driver")
        == "sklearn-iris-demo-84rz2-system-dag-driver-1178736439"
    )


@pytest.mark.parametrize(
    "template", ["system-container-impl", "retry-system-container-impl", "system-dag-driver"]
)
def test_a_pod_tells_its_workflow(template: str) -> None:
    """What a pod is made of follows the name of the workflow in its own."""
    nodes = ArgoNodes(_tasks("my-system-1-x7k2p", "my-system-1-x7k2p.root-driver"))
    pod = nodes.pod("my-system-1-x7k2p.root-driver", template)
    assert workflow_of(pod) == "my-system-1-x7k2p"


def test_a_step_is_found_in_the_groups_that_it_lies_in() -> None:
    """Conditions lie in the run, and in conditions."""
    inner = f"{WORKFLOW}.root.condition-1.condition-2.register-model"
    parents = [inner.rsplit(".", count)[0] for count in (4, 3, 2, 1)]
    nodes = ArgoNodes(_tasks(*parents, inner))
    assert nodes.find("register-model") == inner
    assert nodes.find("train-model") is None


def test_a_step_is_found_in_a_nested_pipeline() -> None:
    """It has the name of its task, and a driver as a condition has one."""
    training = f"{WORKFLOW}.root.condition-101.training"
    step = f"{training}.condition-1.register-model"
    drivers = [f"{training}-driver", f"{training}.condition-1-driver"]
    parents = [step.rsplit(".", count)[0] for count in (5, 4, 3, 2, 1)]
    nodes = ArgoNodes(_tasks(*dict.fromkeys((*parents, *drivers)), step))
    assert nodes.find("register-model") == step


def test_a_step_of_a_run_whose_nodes_are_all_tried_again() -> None:
    """Where the cluster retries every node, a step lies in the attempts of the run."""
    names = [WORKFLOW, f"{WORKFLOW}(0)", f"{WORKFLOW}(0).root", f"{WORKFLOW}(0).root(0)"]
    step = f"{WORKFLOW}(0).root(0).train-model"
    nodes = ArgoNodes(_tasks(*names, step, f"{step}(0)", f"{step}(1)"))
    assert nodes.find("train-model") == step
    assert nodes.latest(step) == f"{step}(1)"


def test_a_run_without_tasks_has_no_nodes() -> None:
    """Nothing is found before the run has begun."""
    assert ArgoNodes([]).find("train-model") is None
