"""Data sets, over HTTP: registered as models are, and told apart from them everywhere."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.registry_service.api.test_registration import registration
from tests.registry_service.people import as_user
from tests.registry_service.running import KUBEFLOW, Caller, upload

ALPHA = "/api/model_registry/v1alpha3"


def register_data(
    caller: Caller, name: str, content: str, files: Sequence[dict[str, Any]] = (), **more: Any
) -> tuple[int, Any]:
    """Register data of some content."""
    body = {**registration(name, list(files), aliases=[]), **more}
    body["dataset"] = body.pop("model")
    body["contentDigest"] = hashlib.sha256(content.encode()).hexdigest()
    key = hashlib.sha256(repr((name, content, more)).encode()).hexdigest()
    return caller("POST", "/datasets", body, Idempotency_Key=key)


def test_a_registered_data_set_reads_back_whole(ours: Caller, unique: str) -> None:
    """All that was registered is returned under its own name, its bytes as those of a model."""
    entry = {"path": "table.parquet", **upload(ours, unique.encode())}
    status, made = register_data(ours, unique, "rows", [entry], aliases=["gold"])
    assert (status, made["dataset"]["name"], made["version"]["name"]) == (201, unique, "1")
    _, shown = ours("GET", f"/datasets/{unique}/versions/gold")
    sent = registration(unique, [entry])
    for part in ("files", "metrics", "parameters", "datasets", "lineage", "schema"):
        assert shown[part] == sent[part]
    assert shown["dataset"]["description"] == "who leaves"
    assert shown["version"]["contentDigest"] == hashlib.sha256(b"rows").hexdigest()
    assert ours("GET", f"/blobs/{entry['sha256']}")[0] == 200


def test_the_same_content_is_the_same_version(ours: Caller, unique: str) -> None:
    """It keeps what it was registered with, gets the aliases, and the answer says so."""
    _, first = register_data(ours, unique, "rows")
    status, again = register_data(ours, unique, "rows", aliases=["gold"], metrics={"rows": 9})
    assert (status, again["known"], again["version"]) == (200, True, first["version"])
    status, other = register_data(ours, unique, "other rows")
    assert (status, other["known"], other["version"]["number"]) == (201, False, 2)
    _, shown = ours("GET", f"/datasets/{unique}/versions/gold")
    assert (shown["version"]["name"], "rows" in shown["metrics"]) == ("1", False)


def test_who_registers_the_same_at_once_gets_one_version(ours: Caller, unique: str) -> None:
    """Of four with keys of their own, also where the data set is new, one makes the version."""

    def once(number: int) -> tuple[int, Any]:
        return register_data(ours, unique, "rows", metrics={"attempt": number})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(once, range(4)))
    assert sorted(status for status, _ in answers) == [200, 200, 200, 201]
    assert {made["version"]["name"] for _, made in answers} == {"1"}
    assert len(ours("GET", f"/datasets/{unique}/versions")[1]["items"]) == 1


def test_archived_content_is_registered_anew(ours: Caller, unique: str) -> None:
    """Who puts a version away does not want it back by its content."""
    register_data(ours, unique, "rows")
    assert ours("POST", f"/datasets/{unique}/versions/1/archive", {})[0] == 204
    status, again = register_data(ours, unique, "rows", metrics={})
    assert (status, again["version"]["number"]) == (201, 2)


def test_a_model_and_a_data_set_may_have_one_name(ours: Caller, unique: str) -> None:
    """Each has its versions, aliases and history; neither is found among the other's."""
    register_data(ours, unique, "rows", aliases=["gold"])
    body = registration(unique, [], aliases=["challenger"])
    assert ours("POST", "/register", body, Idempotency_Key=unique)[0] == 201
    register_data(ours, unique, "more rows", aliases=["gold"])
    assert len(ours("GET", f"/models/{unique}/versions")[1]["items"]) == 1
    assert len(ours("GET", f"/datasets/{unique}/versions")[1]["items"]) == 2
    assert ours("GET", f"/models/{unique}/versions/gold")[0] == 404
    assert ours("GET", f"/datasets/{unique}/versions/challenger")[0] == 404
    assert ours("GET", f"/models/{unique}/versions/2")[0] == 404
    _, of_model = ours("GET", f"/audit?model={unique}")
    _, of_data = ours("GET", f"/audit?dataset={unique}")
    assert {entry["model"] for entry in of_model["items"]} == {unique}
    assert {entry["dataset"] for entry in of_data["items"]} == {unique}
    assert of_data["items"][-1]["action"] == "dataset.create"
    assert (len(of_model["items"]), len(of_data["items"])) == (3, 5)
    _, rolled = ours("POST", f"/datasets/{unique}/aliases/gold/rollback", {})
    assert rolled["version"]["name"] == "1"


def test_lists_and_filters_have_one_kind(ours: Caller, unique: str) -> None:
    """A filter that fits both finds those of the list's own kind."""
    tags = {"season": unique}
    register_data(ours, unique, "rows", model={"name": unique, "customProperties": tags})
    body = {**registration(unique, []), "model": {"name": unique, "customProperties": tags}}
    ours("POST", "/register", body, Idempotency_Key=unique)
    _, made = ours("GET", f"/datasets/{unique}")
    for collection, count in (("models", 1), ("datasets", 1)):
        _, found = ours("GET", f"/{collection}?filterQuery=season%3D%27{unique}%27")
        assert len(found["items"]) == count
        _, found = ours("GET", f"/{collection}?filterQuery=name%3D%27{unique}%27")
        assert len(found["items"]) == count
    _, models = ours("GET", f"/models?filterQuery=season%3D%27{unique}%27")
    assert models["items"][0]["id"] != made["dataset"]["id"]


@pytest.mark.parametrize("prefix", [KUBEFLOW, ALPHA])
def test_kubeflows_api_knows_no_data_set(ours: Caller, unique: str, prefix: str) -> None:
    """Neither by name nor by id, in no list and under no parent, to read or to write."""
    name = f"{unique}{prefix[-1]}"
    _, made = register_data(ours, name, "rows", metrics={name: 1.0})
    api = Caller(ours.url, prefix)
    of_set, of_version = made["dataset"]["id"], made["version"]["id"]
    for path in (
        f"/registered_models/{of_set}",
        f"/registered_models/{of_set}/versions",
        f"/registered_model?name={name}",
        f"/model_versions/{of_version}",
        f"/model_versions/{of_version}/artifacts",
        f"/model_version?name=1&parentResourceId={of_set}",
        f"/artifact?name={name}&parentResourceId={of_version}",
    ):
        assert api("GET", path)[0] == 404, path
    found = f"filterQuery=name%3D%27{name}%27"
    assert api("GET", f"/registered_models?{found}")[1]["items"] == []
    assert api("GET", f"/artifacts?{found}")[1]["items"] == []
    listed = api("GET", "/model_versions?orderBy=ID&sortOrder=DESC")[1]["items"]
    assert of_version not in {item["id"] for item in listed}
    assert api("PATCH", f"/registered_models/{of_set}", {"owner": "me"})[0] == 404
    assert api("PATCH", f"/model_versions/{of_version}", {"state": "ARCHIVED"})[0] == 404
    child = {"name": "9", "registeredModelId": of_set}
    assert api("POST", "/model_versions", child)[0] == 404
    assert api("POST", f"/registered_models/{of_set}/versions", child)[0] == 404
    metric = {"artifactType": "metric", "name": "m", "value": 1.0}
    assert api("POST", f"/model_versions/{of_version}/artifacts", metric)[0] == 404
    _, place = api("POST", "/serving_environments", {"name": name})
    served = {"name": "s", "registeredModelId": of_set, "servingEnvironmentId": place["id"]}
    assert api("POST", "/inference_services", served)[0] == 404


def test_artifacts_of_data_sets_are_not_found_by_their_ids(ours: Caller, unique: str) -> None:
    """Ids count up: those around an artifact that is known are not those of a data set."""
    api = Caller(ours.url, KUBEFLOW)
    _, before = api("POST", "/artifacts", {"artifactType": "metric", "name": "a", "value": 1.0})
    register_data(ours, unique, "rows", metrics={"secret": 1.0})
    _, after = api("POST", "/artifacts", {"artifactType": "metric", "name": "b", "value": 1.0})
    between = range(int(before["id"]) + 1, int(after["id"]))
    assert len(between) >= 1
    for number in between:
        assert api("GET", f"/artifacts/{number}")[0] == 404
        assert api("PATCH", f"/artifacts/{number}", {"artifactType": "metric"})[0] == 404


def test_rights_are_those_of_the_name(guarded: str) -> None:
    """A grant over a prefix, or one name, is about models and data sets alike, bytes included."""
    writer, keeper = as_user(guarded, "writer"), as_user(guarded, "keeper")
    entry = {"path": "table.parquet", **upload(writer, b"rows of churn-data")}
    assert register_data(writer, "churn-data", "rows", [entry])[0] == 201
    assert register_data(writer, "fraud-data", "rows")[0] == 403
    assert register_data(keeper, "churn-only", "rows")[0] == 201
    blob = f"/blobs/{entry['sha256']}"
    assert as_user(guarded, "reader")("GET", blob)[0] == 200
    assert keeper("GET", blob)[0] == 404
    status, error = keeper("GET", "/datasets/churn-data/versions/1")
    assert (status, "data set 'churn-data'" in error["message"]) == (403, True)
    assert keeper("GET", "/audit?dataset=churn-data")[0] == 403
    listed = keeper("GET", "/datasets")[1]["items"]
    assert {item["name"] for item in listed} <= {"churn-only", "fraud-only"}
    protected = {"version": "1"}
    assert writer("PUT", "/datasets/churn-data/aliases/champion", protected)[0] == 403


def test_the_data_of_a_model_are_those_it_names(ours: Caller, unique: str) -> None:
    """From a content digest to models; data sets made from it are asked for apart."""
    digest = hashlib.sha256(unique.encode()).hexdigest()
    data = [{"name": "table", "digest": digest, "role": "table", "uri": f"dataset://{unique}@1"}]
    register_data(ours, unique, unique)
    register_data(ours, f"{unique}-part", "part", datasets=data)
    body = registration(f"{unique}-model", [], datasets=data)
    ours("POST", "/register", body, Idempotency_Key=unique)
    _, found = ours("GET", f"/data/{digest}/versions")
    assert [item["model"]["name"] for item in found["items"]] == [f"{unique}-model"]
    _, found = ours("GET", f"/data/{digest}/datasets")
    assert [item["dataset"]["name"] for item in found["items"]] == [f"{unique}-part"]


def test_kubeflows_api_shows_the_data_of_a_model(
    ours: Caller, kubeflow: Caller, unique: str
) -> None:
    """A version that was trained on a data set has an artifact that names it."""
    uri = f"dataset://{unique}@1"
    data = [{"name": unique, "digest": "d", "role": "table", "uri": uri}]
    body = registration(unique, [], datasets=data)
    _, made = ours("POST", "/register", body, Idempotency_Key=unique)
    path = f"/model_versions/{made['version']['id']}/artifacts?artifactType=dataset-artifact"
    (artifact,) = kubeflow("GET", path)[1]["items"]
    shown = (artifact["name"], artifact["uri"], artifact["source"], artifact["sourceType"])
    assert shown == (unique, uri, uri, "dataset")
