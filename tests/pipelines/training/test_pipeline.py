"""The compiled training pipeline."""

import pytest

from pipelines.definition import catalog
from pipelines.definition.compiled_yaml import documents

ROOT = documents(catalog.pipeline_yaml("training"))[0]["root"]


@pytest.mark.parametrize("name", ROOT["inputDefinitions"]["parameters"])
def test_each_input_reaches_a_step(name: str) -> None:
    """No option of the pipeline is without effect."""
    taken = [
        parameter.get("componentInputParameter")
        for task in ROOT["dag"]["tasks"].values()
        for parameter in task.get("inputs", {}).get("parameters", {}).values()
    ]
    assert name in taken
