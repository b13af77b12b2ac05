"""The component under KFP's local runner, and the branch that it opens or closes."""

# mypy: disable-error-code="untyped-decorator"

from collections.abc import Iterator
from pathlib import Path

import pytest
from kfp import compiler, dsl, local

from components.compare_with_champion.component import compare_with_champion
from components.evaluate_model.evaluate import evaluate_model
from tests.components.model_folders import Trained
from tests.registry_service.running import start_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running registry."""
    running = start_registry(tmp_path_factory.mktemp("registry"))
    yield running.url
    running.stop()


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def passed() -> str:
    """Stand for the step behind the gate."""
    return "passed"


@dsl.pipeline(name="gate")
def gate(evaluation: str, predictions: str, test: str, registry_url: str, floor: str) -> None:
    """Compare, and go on where it was approved."""
    figures = dsl.importer(artifact_uri=evaluation, artifact_class=dsl.Artifact)
    rows = dsl.importer(artifact_uri=test, artifact_class=dsl.Dataset)
    guesses = dsl.importer(artifact_uri=predictions, artifact_class=dsl.Dataset)
    compared = compare_with_champion(
        evaluation=figures.output,
        predictions=guesses.output,
        test=rows.output,
        model_name="gate",
        floor=floor,
        registry_url=registry_url,
    )
    with dsl.If(compared.outputs["Output"] == True):  # noqa: E712 - kfp compiles the operator
        passed()


@pytest.mark.parametrize(("floor", "opens"), [("0.5", True), ("0.99", False)])
def test_verdict_opens_or_closes_the_branch(
    binary_model: Trained, tmp_path: Path, registry: str, floor: str, opens: bool
) -> None:
    """The boolean output gates what comes after, and both verdicts leave their reasons."""
    files = [tmp_path / name for name in ("report", "evaluation", "predictions")]
    evaluate_model(binary_model.model, binary_model.test, *files, bootstrap_samples=100)
    local.init(local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path / "runs"))
    gate(
        evaluation=str(files[1]),
        predictions=str(files[2]),
        test=str(binary_model.test),
        registry_url=registry,
        floor=floor,
    )
    (reasons,) = tmp_path.glob("**/compare-with-champion/reasons")
    assert reasons.read_text().startswith("## Approved" if opens else "## Refused")
    assert bool(list(tmp_path.glob("**/passed/executor_output.json"))) == opens


def test_component_compiles_without_pip(tmp_path: Path) -> None:
    """The compiled step installs nothing."""
    path = tmp_path / "component.yaml"
    compiler.Compiler().compile(compare_with_champion, str(path))
    assert "pip install" not in path.read_text()
