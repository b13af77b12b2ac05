"""Overrides of what the steps ask of the cluster."""

import pytest

from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage
from pipelines.definition.resources import on_nodes, with_resources
from pipelines.errors import UsageError


@pytest.fixture(name="package", scope="module")
def training_package() -> PipelinePackage:
    """The compiled training pipeline."""
    return PipelinePackage.read(catalog.pipeline_yaml("training"))


def test_one_amount_is_request_and_limit(package: PipelinePackage) -> None:
    """A plain amount is requested and is the limit, in all the fields that backends read."""
    changed = with_resources(package, ["train-model.memory=8Gi", "train_model.cpu=1500m"])
    resources = changed.container("train_model")["resources"]
    assert resources["resourceMemoryRequest"] == resources["resourceMemoryLimit"] == "8Gi"
    assert resources["memoryLimit"] == pytest.approx(8.589934592)
    assert resources["cpuRequest"] == resources["cpuLimit"] == 1.5


def test_a_bound_alone(package: PipelinePackage) -> None:
    """A request can be raised without its limit."""
    resources = with_resources(package, ["ingest_table.memory_request=1Gi"]).container(
        "ingest_table"
    )["resources"]
    assert resources["resourceMemoryRequest"] == "1Gi"
    assert resources["resourceMemoryLimit"] == "2Gi"


def test_the_original_stays_as_it_was(package: PipelinePackage) -> None:
    """Overrides make a copy."""
    with_resources(package, ["train_model.memory=64Gi"])
    assert package.container("train_model")["resources"]["resourceMemoryLimit"] == "8Gi"


MISTAKES = {
    "no step": ("memory=8Gi", "train_model.memory=8Gi"),
    "an unknown resource": ("train_model.disk=8Gi", "cpu_request"),
    "no amount": ("train_model.memory=much", "512Mi"),
    "nothing": ("train_model.memory=0", "512Mi"),
    "a step that is none": ("train.memory=8Gi", "train_model"),
    "a request above the limit": ("train_model.memory_request=64Gi", "train_model.memory=64Gi"),
}


@pytest.mark.parametrize(("setting", "named"), MISTAKES.values(), ids=list(MISTAKES.keys()))
def test_a_setting_that_cannot_be(package: PipelinePackage, setting: str, named: str) -> None:
    """A mistake is refused with what would be right."""
    with pytest.raises(UsageError) as caught:
        with_resources(package, [setting])
    assert named in str(caught.value)


def test_nodes_are_for_every_step(package: PipelinePackage) -> None:
    """A node selector and a toleration are added to what each step already has."""
    changed = on_nodes(package, ["disktype=ssd"], ["spot", "team=ml:NoExecute"])
    for step in changed.steps:
        settings = changed.kubernetes(step)
        assert settings["nodeSelector"]["labels"]["disktype"] == "ssd"
        assert settings["tolerations"][-2:] == [
            {"key": "spot", "operator": "Exists"},
            {"key": "team", "operator": "Equal", "value": "ml", "effect": "NoExecute"},
        ]


@pytest.mark.parametrize(("selector", "toleration"), [("ssd", "spot"), ("a=b", "team=ml:Never")])
def test_nodes_that_cannot_be_named_so(
    package: PipelinePackage, selector: str, toleration: str
) -> None:
    """What is not of Kubernetes' form is refused."""
    with pytest.raises(UsageError, match="it should look like"):
        on_nodes(package, [selector], [toleration])
