"""A compiled pipeline, looked into."""

import pytest

from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage


@pytest.mark.parametrize("name", catalog.pipeline_names())
def test_the_components_of_a_pipeline_are_there(name: str) -> None:
    """A local run imports each before its first step, also those of several steps."""
    package = PipelinePackage.read(catalog.pipeline_yaml(name))
    assert set(package.components) <= set(catalog.component_names())


def test_a_task_that_is_not_there_has_no_steps() -> None:
    """No pipeline is nested in the training."""
    package = PipelinePackage.read(catalog.pipeline_yaml("training"))
    assert package.steps_within("monitoring") == {}
