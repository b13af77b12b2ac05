"""Running a compiled pipeline."""

from pathlib import Path

import pytest
from kfp.compiler import Compiler

from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage
from pipelines.local.compiled import CompiledPipeline
from pipelines.local.running import run_locally
from tests.pipelines.local.test_running import RecordingObserver
from tests.pipelines.two_steps import two_steps


def test_a_compiled_pipeline_runs_as_its_source_does(tmp_path: Path) -> None:
    """Its steps, its conditions and its inputs, given or not, are those of the Python."""
    Compiler().compile(two_steps, str(tmp_path / "two.yaml"))
    pipeline = CompiledPipeline(PipelinePackage.read(tmp_path / "two.yaml"))
    outputs = run_locally(pipeline, {"rows": 3, "note": "x"}, tmp_path, RecordingObserver())
    assert set(outputs.steps) == {"write_report", "check_rows"}
    assert outputs.text("write_report", "report") == "<p>3 x</p>"


@pytest.mark.parametrize("name", catalog.pipeline_names())
def test_what_runs_here_is_what_a_cluster_is_given(name: str) -> None:
    """The compiled file of each pipeline is read as all that its Python says."""
    pipeline = CompiledPipeline(PipelinePackage.read(catalog.pipeline_yaml(name)))
    source = catalog.load_pipeline(name)
    assert pipeline.pipeline_spec == source.pipeline_spec
    assert pipeline.component_spec.inputs == source.component_spec.inputs
