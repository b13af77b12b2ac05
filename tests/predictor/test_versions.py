"""From a folder or a registry to a version that may be served."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.shared.errors import DigestMismatchError, InputError, RefusedValueError
from components.shared.models.description import DESCRIPTION_FILE
from components.shared.plans.plan import PLAN_FILE
from components.shared.plans.scorer import PlanScorer
from components.shared.registry.client import RegistryClient
from predictor.errors import NotServableError, SettingsError, UnsupportedError
from predictor.examples import FILE, Examples, prove
from predictor.fetching import from_folder, from_registry
from predictor.scorer import Scores
from predictor.versions import open_version
from tests.predictor.calling import ROW, AgeScorer
from tests.predictor.changing import with_file, without_file


def test_a_folder_is_opened_by_its_digest(folder: Path) -> None:
    """It is named after its folder, and its version after its digest, or as it is told."""
    origin = from_folder(folder, None, None)
    assert (origin.model, origin.version) == (folder.name, origin.digest[:12])
    named = from_folder(folder, "strikes@summer", origin.digest)
    assert (named.model, named.version) == ("strikes", "summer")
    assert from_folder(folder, "strikes", origin.digest).model == "strikes"
    version = open_version(origin)
    assert version.examples == 20
    assert version.scorer.score([dict(version.example)]).predictions[0] in ("no", "yes")


def test_a_version_without_a_plan_is_scored_by_scikit_learn(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It reproduces the same examples, and that it is slower is said with the reason."""
    version = open_version(
        from_folder(without_file(folder, tmp_path / "model", PLAN_FILE), None, None)
    )
    assert (version.scored_by, version.examples) == ("scikit-learn", 20)
    assert "no plan (it is older than plans)" in caplog.text
    with pytest.raises(RefusedValueError):
        version.scorer.score([{**version.example, "speed_knots": "fast"}])
    with pytest.raises(UnsupportedError):
        version.scorer.explain([version.example])


def test_many_rows_are_scored_by_scikit_learn_where_it_is_wished(folder: Path) -> None:
    """Both prove the examples, and give the same predictions; few rows go by the plan."""
    origin = from_folder(folder, None, None)
    version, planned = open_version(origin, sklearn_batches=True), open_version(origin)
    assert version.scored_by == "plan"
    rows = [version.example] * (PlanScorer.load(folder).most_rows + 1)
    many, few = version.scorer.score(rows), planned.scorer.score(rows)
    assert many.predictions == few.predictions
    assert (many.probabilities or [])[0] == pytest.approx((few.probabilities or [])[0])
    assert version.scorer.score(rows[:1]) == planned.scorer.score(rows[:1])


def test_a_version_without_examples_is_served_and_said_to_be_unproven(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A model that is older than examples can be served."""
    older = without_file(folder, tmp_path / "model", FILE)
    assert open_version(from_folder(older, None, None)).examples == 0
    assert "UNPROVEN" in caplog.messages[0]


def test_a_folder_of_another_digest_is_refused(folder: Path, tmp_path: Path) -> None:
    """What was asked for is what is served, or nothing is."""
    with pytest.raises(DigestMismatchError):
        from_folder(folder, None, "0" * 64)
    with pytest.raises(SettingsError, match="no folder"):
        from_folder(tmp_path / "absent", None, None)


@pytest.mark.parametrize("file", ["model.joblib", "MLmodel"])
def test_a_file_that_was_changed_is_not_loaded(folder: Path, tmp_path: Path, file: str) -> None:
    """Every file that model.json names is compared before one is read."""
    changed = shutil.copytree(folder, tmp_path / "model")
    with (changed / file).open("ab") as content:
        content.write(b" ")
    with pytest.raises(DigestMismatchError, match=file):
        open_version(from_folder(changed, None, None))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("task", "multiclass", "made predictions by 'logistic'"),
        ("task", "ranking", "which is none of"),
        ("classes", ["no", "yes", "perhaps"], "3 classes"),
        ("classes", None, "0 classes"),
        ("name", "harbour", "in `features`"),
        ("type", "float", "in `features`"),
        ("features", [], "0 columns"),
    ],
)
def test_a_description_of_another_model_than_the_plan_is_refused(
    folder: Path, tmp_path: Path, field: str, value: Any, told: str
) -> None:
    """Task, classes, and names and types of columns are those of the plan that the folder has."""
    changed = shutil.copytree(folder, tmp_path / "model")
    about = json.loads((changed / DESCRIPTION_FILE).read_text())
    (about["features"][0] if field in ("name", "type") else about)[field] = value
    (changed / DESCRIPTION_FILE).write_text(json.dumps(about))
    with pytest.raises(InputError, match=f"not of one model: .*{told}"):
        open_version(from_folder(changed, None, None))


def test_columns_of_another_type_than_the_plan_takes_are_refused(
    folder: Path, tmp_path: Path
) -> None:
    """Where `features` and `readers` agree, the plan's own features tell."""
    changed = shutil.copytree(folder, tmp_path / "model")
    about = json.loads((changed / DESCRIPTION_FILE).read_text())
    for each in (about["features"][0], about["readers"][0]):
        each["type"] = "integer"
    (changed / DESCRIPTION_FILE).write_text(json.dumps(about))
    with pytest.raises(InputError, match=r"column 1.* is of type integer"):
        open_version(from_folder(changed, None, None))


@pytest.mark.parametrize("content", ["{", "[]", '{"rows": [], "predictions": []}', "{}"])
def test_examples_that_are_none_are_refused(folder: Path, tmp_path: Path, content: str) -> None:
    """A version without a way to prove itself that claims to have one is not served."""
    changed = with_file(folder, tmp_path / "model", FILE, content)
    with pytest.raises(NotServableError, match="examples"):
        open_version(from_folder(changed, None, None))


@pytest.mark.parametrize(
    ("prediction", "probabilities"),
    [("yes", [0.59, 0.41]), ("no", [0.59 + 1e-8, 0.41 - 1e-8]), ("no", [0.59]), ("no", None)],
)
def test_another_prediction_is_no_proof(prediction: str, probabilities: Any) -> None:
    """Another label, another probability and another number of classes are found."""
    given = None if probabilities is None else [probabilities]
    wrong = Examples([ROW], Scores([prediction], given))
    if probabilities is None:
        wrong = replace(wrong, scores=Scores(["yes"], None))
    with pytest.raises(NotServableError, match="example 1"):
        prove(AgeScorer(), wrong, "churn version 1")


def test_the_same_prediction_is_a_proof() -> None:
    """The last bit of a probability may be another one."""
    prove(AgeScorer(), Examples([ROW], Scores(["no"], [[0.59 + 1e-12, 0.41]])), "churn version 1")


def test_a_refused_example_is_no_proof() -> None:
    """A row that the model took where it was trained must be taken here."""
    with pytest.raises(NotServableError, match="refused"):
        prove(AgeScorer(), Examples([{"age": "x"}], Scores(["no"], [[1.0, 0.0]])), "churn")


def test_a_version_is_fetched_by_name_and_digest(
    registry_url: str, folder: Path, tmp_path: Path
) -> None:
    """Of many versions the one with the digest is taken, whatever an alias says."""
    digest = from_folder(folder, None, None).digest
    other = shutil.copytree(folder, tmp_path / "other")
    (other / FILE).write_text(json.dumps({"rows": [], "predictions": []}))
    with RegistryClient(registry_url) as registry:
        for number, each in enumerate((folder, other)):
            registration = {"model": {"name": "served"}, "version": {}, "aliases": ["champion"]}
            registry.register(registration, each, f"served-{number}")
        origin = from_registry(registry, "served", digest, tmp_path / "fetched")
        assert (origin.digest, origin.version) == (digest, "1")
        assert open_version(origin).examples == 20
        with pytest.raises(DigestMismatchError):
            from_registry(registry, "served@champion", digest, tmp_path / "none")
        with pytest.raises(InputError, match="digest"):
            from_registry(registry, "served", "0" * 64, tmp_path / "none")
    assert not (tmp_path / "none").exists()
