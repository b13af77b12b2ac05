"""What MLflow's clients read of the registry, over HTTP."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.registry_service.api.test_datasets import register_data
from tests.registry_service.api.test_registration import registration
from tests.registry_service.people import as_user, register
from tests.registry_service.running import Caller, RunningRegistry, upload

REST = "/api/2.0/mlflow"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"
NAMES = ("model.joblib", "code/one two.py", "code/deep/x.py", "MLmodel")


@pytest.fixture(name="mlflow")
def mlflow_api(registry: RunningRegistry) -> Caller:
    """Calls of MLflow's API."""
    return Caller(registry.url)


@pytest.fixture(name="name")
def registered_model(ours: Caller, unique: str) -> str:
    """A model of two versions in folders; its name is one that addresses quote."""
    name = f"{unique} é%2F"
    for attempt in ("1", "2"):
        files = [{"path": path, **upload(ours, f"{attempt}{path}".encode())} for path in NAMES]
        key = {"Idempotency_Key": f"{unique}{attempt}"}
        assert ours("POST", "/register", registration(name, files), **key)[0] == 201
    return name


def get(caller: Caller, where: str, /, **query: str) -> tuple[int, Any]:
    """Ask with parameters."""
    asked = "&".join(f"{key}={quote(value)}" for key, value in query.items())
    return caller("GET", f"{where}?{asked}")


def test_a_model_is_shown_with_aliases_by_number(mlflow: Caller, name: str) -> None:
    """The newest version comes along, and aliases point to numbers."""
    _, shown = get(mlflow, f"{REST}/registered-models/get", name=name)
    model = shown["registered_model"]
    assert (model["name"], model["user_id"]) == (name, "team")
    assert model["aliases"] == [{"alias": "challenger", "version": "2"}]
    assert [version["version"] for version in model["latest_versions"]] == ["2"]


def test_a_version_is_found_by_number_and_alias(mlflow: Caller, name: str) -> None:
    """Both ways lead to it, with its metrics and lineage as tags."""
    _, by_number = get(mlflow, f"{REST}/model-versions/get", name=name, version="2")
    _, by_alias = get(mlflow, f"{REST}/registered-models/alias", name=name, alias="challenger")
    assert by_number == by_alias
    tags = {tag["key"]: tag["value"] for tag in by_number["model_version"]["tags"]}
    assert tags["kfp-tabular.metric.roc_auc"] == "0.91"
    assert tags["kfp-tabular.lineage.run_id"] == "run-1"
    assert tags["framework"] == "sklearn"


def test_a_name_of_a_version_is_not_taken_for_its_number(
    ours: Caller, mlflow: Caller, unique: str
) -> None:
    """MLflow's versions are numbers: another that is called like one is no answer."""
    body = {**registration(unique, []), "version": {"name": "7"}}
    ours("POST", "/register", body, Idempotency_Key=unique)
    status, error = get(mlflow, f"{REST}/model-versions/get", name=unique, version="7")
    assert (status, error["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert f"use models:/{unique}/1" in error["message"]


def test_files_are_listed_folder_by_folder_and_downloaded(mlflow: Caller, name: str) -> None:
    """The address of a version lists as a tree, and each file has the bytes that were brought."""
    _, where = get(mlflow, f"{REST}/model-versions/get-download-uri", name=name, version="1")
    root = where["artifact_uri"].removeprefix("mlflow-artifacts:/")
    _, top = get(mlflow, ARTIFACTS, path=root)
    shown = {file["path"]: file["is_dir"] for file in top["files"]}
    assert shown == {"model.joblib": False, "code": True, "MLmodel": False}
    _, below = get(mlflow, ARTIFACTS, path=f"{root}/code")
    assert {file["path"] for file in below["files"]} == {"one two.py", "deep"}
    assert get(mlflow, ARTIFACTS, path=f"{root}/MLmodel")[1] == {"files": []}
    for path in NAMES:
        assert mlflow("GET", f"{ARTIFACTS}/{root}/{quote(path)}") == (200, f"1{path}".encode())


def test_searches_go_by_name(mlflow: Caller, name: str, unique: str) -> None:
    """Models by a pattern, also with what clients add; versions of one model in pages."""
    pattern = f"name LIKE '{unique}%' AND tag.`mlflow.prompt.is_prompt` != 'true'"
    _, models = get(mlflow, f"{REST}/registered-models/search", filter=pattern)
    assert [model["name"] for model in models["registered_models"]] == [name]
    path, wish = f"{REST}/model-versions/search", {"filter": f"name='{name}'", "max_results": "1"}
    _, first = get(mlflow, path, **wish)
    _, second = get(mlflow, path, **wish, page_token=first["next_page_token"])
    numbers = [page["model_versions"][0]["version"] for page in (first, second)]
    assert (numbers, second["next_page_token"]) == (["2", "1"], "")


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        ("registered-models/search", {"filter": "tags.a = 'b'"}, "expected an operator"),
        ("registered-models/search", {"filter": "owner = 'b'"}, "finds by name alone"),
        ("registered-models/search", {"order_by": "name DESC"}, "order_by takes one of"),
        ("registered-models/search", {"max_results": "0"}, "max_results"),
        ("model-versions/search", {}, "name it, as in"),
        ("model-versions/get", {"version": "1"}, "name"),
    ],
)
def test_what_is_not_offered_is_said(
    mlflow: Caller, path: str, query: dict[str, str], told: str
) -> None:
    """A search that this registry does not do is refused in the form that clients show."""
    status, error = get(mlflow, f"{REST}/{path}", **query)
    assert (status, error["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert told in error["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/2.0/mlflow/registered-models/create"),
        ("DELETE", "/api/2.0/mlflow/registered-models/alias"),
        ("POST", "/api/2.0/mlflow/runs/search"),
        ("PUT", f"{ARTIFACTS}/versions/1/MLmodel"),
    ],
)
def test_nothing_is_changed_through_it(mlflow: Caller, method: str, path: str) -> None:
    """What writes, and what tracks runs, says that it is not here and where it is."""
    status, error = mlflow(method, path, {})
    assert (status, error["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
    assert "/api/registry/v1" in error["message"]


def test_rights_are_those_of_the_registry(guarded: str, unique: str) -> None:
    """Who may not read a model is told as little as elsewhere, and nobody without a token is."""
    churn, fraud = f"churn-{unique}", f"fraud-{unique}"
    for name in (churn, fraud):
        assert register(guarded, "admin", name) == 201
    reader, nobody = as_user(guarded, "reader", ""), as_user(guarded, None, "")
    assert get(reader, f"{REST}/registered-models/get", name=churn)[0] == 200
    _, refused = get(reader, f"{REST}/registered-models/get", name=fraud)
    assert refused["error_code"] in ("PERMISSION_DENIED", "RESOURCE_DOES_NOT_EXIST")
    _, found = get(reader, f"{REST}/registered-models/search", filter=f"name LIKE '%{unique}'")
    assert [model["name"] for model in found["registered_models"]] == [churn]
    _, where = get(
        as_user(guarded, "admin", ""),
        f"{REST}/model-versions/get-download-uri",
        name=fraud,
        version="1",
    )
    path = where["artifact_uri"].removeprefix("mlflow-artifacts:/")
    assert get(reader, ARTIFACTS, path=path)[0] in (403, 404)
    status, error = get(nobody, f"{REST}/registered-models/get", name=churn)
    assert (status, error["error_code"]) == (401, "UNAUTHENTICATED")


def test_data_sets_are_no_models(ours: Caller, mlflow: Caller, unique: str) -> None:
    """A data set is neither found by its name nor are its files below its id."""
    entry = {"path": "table.parquet", **upload(ours, unique.encode())}
    _, made = register_data(ours, unique, unique, [entry])
    assert get(mlflow, f"{REST}/registered-models/get", name=unique)[0] == 404
    assert get(mlflow, ARTIFACTS, path=f"versions/{made['version']['id']}")[0] == 404


@pytest.mark.parametrize("path", ["", "versions", "versions/x", "runs/1", f"versions/{'9' * 30}"])
def test_other_addresses_are_not_there(mlflow: Caller, path: str) -> None:
    """Only versions have files, by an id that one can have."""
    assert get(mlflow, ARTIFACTS, path=path)[0] == 404


def test_a_version_called_like_a_number_is_not_taken_for_it(
    mlflow: Caller, ours: Caller, unique: str
) -> None:
    """By number, by alias and by its files, each version is the one that is meant."""
    for version, alias in (("2", "first"), ("other", "second")):
        files = [{"path": "MLmodel", **upload(ours, f"{unique} {version}".encode())}]
        body = registration(unique, files, version={"name": version}, aliases=[alias])
        assert ours("POST", "/register", body, Idempotency_Key=unique + alias)[0] == 201
    for number, alias, content in (("1", "first", "2"), ("2", "second", "other")):
        where = f"{REST}/model-versions/get"
        shown = get(mlflow, where, name=unique, version=number)[1]["model_version"]
        assert shown["version"] == number
        where = f"{REST}/registered-models/alias"
        assert get(mlflow, where, name=unique, alias=alias)[1]["model_version"] == shown
        place = shown["source"].removeprefix("mlflow-artifacts:/")
        assert mlflow("GET", f"{ARTIFACTS}/{place}/MLmodel") == (
            200,
            f"{unique} {content}".encode(),
        )
    where = f"{REST}/model-versions/get"
    assert get(mlflow, where, name=unique, version="3")[0] == 404
