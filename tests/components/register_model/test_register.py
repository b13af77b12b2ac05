"""Registering a model folder in a running registry."""

import json
import shutil
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from components.evaluate_model.evaluate import evaluate_model
from components.register_model.evidence import Reports
from components.register_model.model_card import TableFacts
from components.register_model.register import Lineage, register_model
from components.shared.digests import folder_digest
from components.shared.errors import (
    DigestMismatchError,
    InputError,
    RegistryError,
    RegistryRefusalError,
)
from components.shared.evaluation.comparisons import ComparisonRecord
from components.shared.evaluation.metrics import Estimate
from components.shared.registry.client import RegistryClient
from components.shared.step_run import IMAGE_VARIABLE, LOCAL_VARIABLE, StepRun
from tests.components.model_folders import Trained, train_bird_strikes

APPROVED_FIRST = ComparisonRecord(
    approved=True,
    reasons=("It is above the floor.",),
    model_name="strikes",
    metric="roc_auc",
    direction="greater",
    candidate=Estimate(0.8),
    champion=None,
    difference=None,
    floor=0.5,
    margin=0.0,
    confidence=0.95,
)
REFUSED = replace(APPROVED_FIRST, approved=False)


@pytest.fixture(name="name")
def model_name() -> str:
    """A model name that no other test uses."""
    return f"strikes-{uuid.uuid4().hex}"


@pytest.fixture(name="evaluation", scope="module")
def evaluation_of_the_model(
    binary_model: Trained, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The evaluation of the binary model on its test rows."""
    folder = tmp_path_factory.mktemp("evaluation")
    evaluate_model(
        binary_model.model,
        binary_model.test,
        folder / "report.html",
        folder / "evaluation.json",
        folder / "predictions.parquet",
        test_digest="d" * 64,
        bootstrap_samples=100,
    )
    return folder / "evaluation.json"


def _comparison(folder: Path, verdict: ComparisonRecord) -> Path:
    path = folder / "comparison.json"
    path.write_text(verdict.to_json(), "utf-8")
    return path


def test_everything_about_a_version_is_registered(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str
) -> None:
    """Files, digest, metrics, parameters, data digests, schema and lineage are on the version."""
    lineage = Lineage(run_id=name, pipeline="training", git_commit="abc", table_digest="t" * 64)
    made = register_model(
        binary_model.model, evaluation, name, lineage=lineage, registry_url=registry_url
    )
    answer = RegistryClient(registry_url).find(name)
    assert answer is not None
    assert (made.version, made.digest) == (answer.version, binary_model.digest)
    assert {"model.joblib", "model.json", "MLmodel", "loader.zip"} <= set(answer.files)
    assert answer.properties["metric"] == "roc_auc"
    best = json.loads(evaluation.read_text())["thresholds"]["best"]
    assert (answer.properties["threshold"], answer.properties["positive_class"]) == (best, "yes")
    assert answer.properties["threshold.costs"] == "false alarm 1, missed row 1"
    assert answer.properties["target"] == answer.schema["target"]
    assert answer.metrics["roc_auc"] == pytest.approx(
        json.loads(evaluation.read_text())["metrics"]["roc_auc"]["value"]
    )
    assert answer.aliases == ("challenger",)


def test_a_version_carries_its_evidence(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str, tmp_path: Path
) -> None:
    """Reports, figures, the verdict and a model card are beside it, and in no digest of it."""
    comparison = _comparison(tmp_path, APPROVED_FIRST)
    (tmp_path / "schema.json").write_text("{}")
    report = evaluation.with_name("report.html")
    made = register_model(
        binary_model.model,
        evaluation,
        name,
        comparison=comparison,
        reports=Reports(report, report, tmp_path / "schema.json", TableFacts(rows=12_345)),
        registry_url=registry_url,
    )
    with RegistryClient(registry_url) as registry:
        version = registry.get(name)
        folder = registry.download_evidence(version, tmp_path / "evidence")
    assert sorted(version.evidence) == [
        *("comparison.json", "evaluation.html", "evaluation.json"),
        *("model-card.html", "model-card.md", "schema.json", "validation.html"),
    ]
    assert made.digest == folder_digest(binary_model.model)
    assert (folder / "evaluation.json").read_bytes() == evaluation.read_bytes()
    assert "12,345" in (folder / "model-card.md").read_text()
    assert version.properties["gate"] == "It is above the floor."
    counted = [version.properties[f"rows.{role}"] for role in ("table", "train", "test")]
    told = json.loads(evaluation.read_text())
    assert counted == [12_345, told["circumstances"]["train_rows"], told["rows"]]


def test_a_step_says_what_it_runs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline may name an image where its steps are processes of this machine: none ran."""
    monkeypatch.delenv(IMAGE_VARIABLE, raising=False)
    assert StepRun.image("kfp-tabular:1") == ""
    assert str(Lineage.of_step([]).environment).endswith("in no image")
    monkeypatch.setenv(IMAGE_VARIABLE, "1")
    assert StepRun.image("kfp-tabular:1") == "kfp-tabular:1"


def test_a_run_of_this_machine_is_known_by_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs the steps there gives them an id that leads nowhere; elsewhere it is the run's."""
    monkeypatch.delenv(LOCAL_VARIABLE, raising=False)
    assert StepRun.named("85641538") == "85641538"
    monkeypatch.setenv(LOCAL_VARIABLE, "training-20261130-150822")
    assert StepRun.named("85641538") == "training-20261130-150822"


def test_a_signature_in_an_address_is_not_kept(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str
) -> None:
    """The query of the table's address may open it to anyone: it stays out of the lineage."""
    lineage = Lineage(run_id=name, source="https://store/table.csv?signature=secret")
    register_model(binary_model.model, evaluation, name, lineage=lineage, registry_url=registry_url)
    with RegistryClient(registry_url) as registry:
        kept = registry.lineage(name, "1")
    assert "https://store/table.csv" in str(kept)
    assert "secret" not in str(kept)


def test_hyperparameters_are_kept_as_they_were_read(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str
) -> None:
    """At the address that the run was given others may lie by the time it is repeated."""
    asked = json.dumps({"target": "damaged", "hyperparameters": "s3://tables/found"})
    lineage = Lineage(run_id=name, arguments=asked, hyperparameters='{"max_iter": 5}')
    register_model(binary_model.model, evaluation, name, lineage=lineage, registry_url=registry_url)
    with RegistryClient(registry_url) as registry:
        kept = registry.get(f"{name}@1").lineage
    assert json.loads(kept["arguments"])["hyperparameters"] == '{"max_iter": 5}'
    assert "hyperparameters" not in kept


def test_a_retry_makes_no_second_version(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str
) -> None:
    """The same run with the same model is answered with the version it made before."""
    lineage = Lineage(run_id=name)
    versions = [
        register_model(
            binary_model.model, evaluation, name, lineage=lineage, registry_url=registry_url
        )
        for _ in range(2)
    ]
    assert [version.version for version in versions] == ["1", "1"]
    assert [version.replayed for version in versions] == [False, True]


def test_an_approved_model_is_promoted(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str, tmp_path: Path
) -> None:
    """With an approving comparison, promote makes the version the champion."""
    made = register_model(
        binary_model.model,
        evaluation,
        name,
        comparison=_comparison(tmp_path, APPROVED_FIRST),
        promote=True,
        registry_url=registry_url,
    )
    assert set(made.aliases) == {"challenger", "champion"}


def test_bytes_that_are_a_version_make_no_further_one(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str
) -> None:
    """A later run with the very same model is told the version that has it."""
    first, second = (
        register_model(
            binary_model.model,
            evaluation,
            name,
            lineage=Lineage(run_id=f"{name}-{run}"),
            registry_url=registry_url,
        )
        for run in range(2)
    )
    assert (first.version, first.known) == ("1", False)
    assert (second.version, second.known, second.replayed) == ("1", True, False)
    assert "version 1 byte for byte" in second.metadata()["notes"][0]["text"]
    assert len(RegistryClient(registry_url).list_versions(name)) == 1


def test_bytes_of_an_archived_version_are_registered_anew(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str
) -> None:
    """What was put away does not come back by itself."""
    register_model(binary_model.model, evaluation, name, registry_url=registry_url)
    with RegistryClient(registry_url) as registry:
        registry.remove_alias(name, "challenger")
        registry.archive(name, "1")
    again = register_model(binary_model.model, evaluation, name, registry_url=registry_url)
    assert (again.version, again.known) == ("2", False)


def test_a_known_version_takes_the_aliases_of_its_registration(
    binary_model: Trained,
    multiclass_model: Trained,
    evaluation: Path,
    name: str,
    registry_url: str,
    tmp_path: Path,
) -> None:
    """The challenger is what was trained last, and a promotion promotes what is known."""
    register_model(binary_model.model, evaluation, name, registry_url=registry_url)
    with RegistryClient(registry_url) as registry:
        body = {"model": {"name": name}, "aliases": ["challenger"]}
        registry.register(body, multiclass_model.model, name)
        properties = registry.get(f"{name}@challenger").properties
    assert "target" not in properties
    known = register_model(
        binary_model.model,
        evaluation,
        name,
        comparison=_comparison(tmp_path, APPROVED_FIRST),
        promote=True,
        registry_url=registry_url,
    )
    pointing = {each.name: each.version for each in RegistryClient(registry_url).aliases(name)}
    assert pointing == {"challenger": "1", "champion": "1"}
    assert set(known.aliases) == set(pointing)


def test_a_champion_that_moved_since_the_comparison_stops_the_promotion(
    binary_model: Trained,
    evaluation: Path,
    name: str,
    registry_url: str,
    tmp_path: Path,
) -> None:
    """Two runs that were both compared with nothing cannot both become champion."""
    comparison = _comparison(tmp_path, APPROVED_FIRST)

    def promote(model: Path, run: str) -> None:
        register_model(
            model,
            evaluation,
            name,
            comparison=comparison,
            promote=True,
            lineage=Lineage(run_id=f"{name}-{run}"),
            registry_url=registry_url,
        )

    promote(binary_model.model, "first")
    with pytest.raises(RegistryRefusalError, match="stale"):
        promote(train_bird_strikes(tmp_path, ("speed_knots",)).model, "second")
    latest = RegistryClient(registry_url).find(name)
    assert latest is not None
    assert latest.version == "1"


def test_a_model_of_another_question_is_refused(
    binary_model: Trained,
    multiclass_model: Trained,
    evaluation: Path,
    name: str,
    registry_url: str,
) -> None:
    """Whoever asks for the name would get other answers: the message has both ways out."""
    register_model(binary_model.model, evaluation, name, registry_url=registry_url)
    with pytest.raises(InputError, match="task of this model is multiclass") as refused:
        register_model(multiclass_model.model, evaluation, name, registry_url=registry_url)
    assert "a name of its own" in str(refused.value)
    assert f"registry archive {name}@1" in str(refused.value)
    with RegistryClient(registry_url) as registry:
        registry.remove_alias(name, "challenger")
        registry.archive(name, "1")
    made = register_model(multiclass_model.model, evaluation, name, registry_url=registry_url)
    assert made.version == "2"


@pytest.mark.parametrize("verdict", [None, REFUSED])
def test_promotion_needs_an_approving_comparison(
    binary_model: Trained,
    evaluation: Path,
    name: str,
    registry_url: str,
    tmp_path: Path,
    verdict: ComparisonRecord | None,
) -> None:
    """Nothing is promoted that was not compared, or was refused."""
    with pytest.raises(InputError, match="comparison"):
        register_model(
            binary_model.model,
            evaluation,
            name,
            comparison=_comparison(tmp_path, verdict) if verdict else None,
            promote=True,
            registry_url=registry_url,
        )
    assert RegistryClient(registry_url).find(name) is None


def test_a_changed_model_file_is_not_registered(
    binary_model: Trained, evaluation: Path, name: str, registry_url: str, tmp_path: Path
) -> None:
    """A model.joblib that model.json does not describe is refused before any upload."""
    shutil.copytree(binary_model.model, tmp_path / "model")
    with (tmp_path / "model" / "model.joblib").open("ab") as file:
        file.write(b"x")
    with pytest.raises(DigestMismatchError):
        register_model(tmp_path / "model", evaluation, name, registry_url=registry_url)
    assert RegistryClient(registry_url).find(name) is None


def test_a_registry_that_is_down_is_named(
    binary_model: Trained, evaluation: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its retries the step fails with the address that did not answer."""
    monkeypatch.setenv("KFP_TABULAR_WAIT_SECONDS", "0")
    with pytest.raises(RegistryError, match=r"127\.0\.0\.1:9"):
        register_model(binary_model.model, evaluation, name, registry_url="http://127.0.0.1:9")
