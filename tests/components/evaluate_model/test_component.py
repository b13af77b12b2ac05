"""The component under KFP's local runner."""

# mypy: disable-error-code="untyped-decorator"

import json
from pathlib import Path

import pytest
from kfp import compiler, dsl, local

from components.evaluate_model.component import evaluate_model
from tests.components.model_folders import Trained


@dsl.pipeline(name="evaluate")
def evaluate(model: str, test: str) -> None:
    """Evaluate a model that is already there."""
    imported = dsl.importer(artifact_uri=model, artifact_class=dsl.Model)
    rows = dsl.importer(artifact_uri=test, artifact_class=dsl.Dataset)
    evaluate_model(model=imported.output, test=rows.output, bootstrap_samples=20)


def test_component_writes_what_the_dashboard_shows(binary_model: Trained, tmp_path: Path) -> None:
    """The step ends well, its metrics are finite and both classification plots are logged."""
    local.init(local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path))
    evaluate(model=str(binary_model.model), test=str(binary_model.test))
    (executor,) = tmp_path.glob("**/evaluate-model/executor_output.json")
    artifacts = json.loads(executor.read_text())["artifacts"]
    metadata = {name: entry["artifacts"][0]["metadata"] for name, entry in artifacts.items()}
    assert 0.5 < metadata["metrics"]["roc_auc"] < 1
    assert set(metadata["classification_metrics"]) == {"confusionMatrix", "confidenceMetrics"}
    assert metadata["evaluation"]["model_digest"] == binary_model.digest
    (report,) = tmp_path.glob("**/evaluate-model/report")
    assert report.read_text().startswith("<!doctype html>")


def test_a_users_mistake_ends_the_step_without_a_traceback(
    binary_model: Trained, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The log says what was wrong and nothing of our code."""

    @dsl.pipeline(name="mistaken")
    def mistaken(model: str, test: str) -> None:
        imported = dsl.importer(artifact_uri=model, artifact_class=dsl.Model)
        rows = dsl.importer(artifact_uri=test, artifact_class=dsl.Dataset)
        evaluate_model(model=imported.output, test=rows.output, slice_columns=["time_of_dya"])

    local.init(local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path))
    with pytest.raises(RuntimeError):
        mistaken(model=str(binary_model.model), test=str(binary_model.test))
    log = "".join(capfd.readouterr())
    assert "Did you mean 'time_of_day'?" in log
    assert "evaluate.py" not in log


def test_component_compiles_without_pip(tmp_path: Path) -> None:
    """The compiled step installs nothing."""
    path = tmp_path / "component.yaml"
    compiler.Compiler().compile(evaluate_model, str(path))
    assert "pip install" not in path.read_text()
