"""Verdicts on tables."""

import json
from pathlib import Path

import pytest

from components.evaluate_model.evaluate import evaluate_model
from components.judge_table.judge import judge_table
from components.judge_table.verdict import Verdict
from components.shared.errors import InputError
from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.records import EvaluationRecord
from components.shared.models.registered import RegisteredModel
from components.shared.reports.notes import VIOLATION, Note
from components.shared.windows.performance import judge_performance
from tests.components.model_folders import Trained

BROKEN = Note(VIOLATION, "is above the maximum 9 in 3 rows", ("age",))


def evaluation(value: float | None, low: float, high: float, metric: str) -> EvaluationRecord:
    """Return an evaluation of one metric."""
    task = "regression" if metric == "rmse" else "binary"
    metrics = {metric: Estimate(value, low, high)}
    return EvaluationRecord(task, "y", 100, None, None, "d", None, 0.95, metrics, {})


def registered(value: float, low: float, high: float, metric: str) -> RegisteredModel:
    """Return a version with one metric."""
    return RegisteredModel("churn", "4", "d", {metric: Estimate(value, low, high)})


@pytest.fixture(name="paths")
def report_and_verdict(tmp_path: Path) -> tuple[Path, Path]:
    """Where a verdict is written."""
    return tmp_path / "report.html", tmp_path / "verdict.json"


def test_a_sound_table_passes(binary_model: Trained, paths: tuple[Path, Path]) -> None:
    """Without a model and without broken rules there is nothing against a table."""
    assert judge_table(binary_model.test, *paths, [Note("warning", "odd")]).passed
    assert "passed" in paths[0].read_text()


def test_a_broken_rule_speaks_against_a_table(
    binary_model: Trained, paths: tuple[Path, Path]
) -> None:
    """A violation of the schema is in the verdict, the report and the dashboard's figures."""
    verdict = judge_table(binary_model.test, *paths, [BROKEN])
    assert not verdict.passed
    assert verdict.figures()["violations"] == 1
    assert BROKEN.text in paths[0].read_text()


def test_a_verdict_is_read_as_it_was_written(
    binary_model: Trained, paths: tuple[Path, Path]
) -> None:
    """The JSON gives the same record back."""
    verdict = judge_table(binary_model.test, *paths, [BROKEN])
    assert Verdict.parse(paths[1].read_text()) == verdict


def test_a_model_is_judged_on_the_table(
    binary_model: Trained, paths: tuple[Path, Path], tmp_path: Path
) -> None:
    """A model that does what it did passes; one that was registered as far better does not."""
    files = [tmp_path / name for name in ("evaluation.html", "evaluation.json", "predictions")]
    found = evaluate_model(binary_model.model, binary_model.test, *files)
    auc = found.metrics["roc_auc"]
    for value, passes in ((auc.value, True), (0.999, False)):
        version = RegisteredModel("strikes", "1", binary_model.digest, {"roc_auc": Estimate(value)})
        (tmp_path / "registered.json").write_text(version.to_json())
        verdict = judge_table(
            binary_model.test,
            *paths,
            model=binary_model.model,
            registered=tmp_path / "registered.json",
            evaluation=files[1],
        )
        assert verdict.passed is passes
        assert verdict.figures()["registered_roc_auc"] == value


def test_an_evaluation_of_another_model_is_refused(
    binary_model: Trained, paths: tuple[Path, Path], tmp_path: Path
) -> None:
    """Figures of another model say nothing of this one."""
    files = [tmp_path / name for name in ("evaluation.html", "evaluation.json", "predictions")]
    evaluate_model(binary_model.model, binary_model.test, *files, bootstrap_samples=0)
    (tmp_path / "registered.json").write_text(RegisteredModel("m", "1", "0" * 64, {}).to_json())
    with pytest.raises(InputError, match="evaluation of the model that was fetched"):
        judge_table(
            binary_model.test,
            *paths,
            model=binary_model.model,
            registered=tmp_path / "registered.json",
            evaluation=files[1],
        )


def test_a_model_without_its_registration_is_refused(
    binary_model: Trained, paths: tuple[Path, Path]
) -> None:
    """What fetch_model gives belongs together."""
    with pytest.raises(InputError, match="fetch_model"):
        judge_table(binary_model.test, *paths, model=binary_model.model)


@pytest.mark.parametrize("content", ["", "[]", '{"format": 2}', json.dumps({"format": 1})])
def test_a_file_that_is_no_registration_is_a_mistake(tmp_path: Path, content: str) -> None:
    """Another file is refused with what to pass."""
    (tmp_path / "registered.json").write_text(content)
    with pytest.raises(InputError, match="pass its output"):
        RegisteredModel.read(tmp_path / "registered.json")


@pytest.mark.parametrize(
    ("metric", "now", "before", "kinds"),
    [
        ("roc_auc", (0.70, 0.68, 0.72), (0.80, 0.78, 0.82), [VIOLATION]),
        ("roc_auc", (0.79, 0.77, 0.81), (0.80, 0.78, 0.82), []),
        ("roc_auc", (0.7985, 0.7984, 0.7986), (0.80, 0.7999, 0.8001), []),
        ("roc_auc", (0.7975, 0.7974, 0.7976), (0.80, 0.7999, 0.8001), [VIOLATION]),
        ("roc_auc", (0.85, 0.83, 0.87), (0.80, 0.78, 0.82), []),
        ("rmse", (12.0, 11.5, 12.5), (10.0, 9.5, 10.5), [VIOLATION]),
        ("rmse", (10.1, 9.5, 10.6), (10.0, 9.5, 10.5), []),
        ("rmse", (10.09, 10.08, 10.1), (10.0, 9.99, 10.01), []),
        ("rmse", (9.0, 8.5, 9.5), (10.0, 9.5, 10.5), []),
    ],
)
def test_worse_than_noise_explains_is_a_violation(
    metric: str,
    now: tuple[float, float, float],
    before: tuple[float, float, float],
    kinds: list[str],
) -> None:
    """What noise of both figures explains, and a trifle however sure it is, is not spoken of."""
    found, version = evaluation(*now, metric), registered(*before, metric)
    _, notes = judge_performance(found, version, metric, None)
    assert [note.kind for note in notes] == kinds


@pytest.mark.parametrize(("floor", "passes"), [(0.6, True), (0.8, True), (0.81, False)])
def test_a_floor_must_be_reached(floor: float, passes: bool) -> None:
    """A floor speaks against the table where the metric is below it."""
    found = evaluation(0.8, 0.7, 0.9, "roc_auc")
    _, notes = judge_performance(found, registered(0.8, 0.7, 0.9, "roc_auc"), "auto", floor)
    assert (not notes) is passes


def test_an_undefined_metric_never_passes() -> None:
    """Rows of one class alone show nothing of a ROC AUC."""
    found = evaluation(None, 0.0, 1.0, "roc_auc")
    _, notes = judge_performance(found, registered(0.8, 0.7, 0.9, "roc_auc"), "auto", None)
    assert [note.kind for note in notes] == [VIOLATION]
