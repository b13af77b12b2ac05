"""Promotion with a memory: rollback, audit, comparison, lineage, deletion, collection."""

import os
import time
from getpass import getuser
from typing import Any

import pytest
import urllib3

from registry_service.service.aliases import PAGE
from tests.registry_service.api.test_registration import registration
from tests.registry_service.conftest import in_a_folder
from tests.registry_service.running import KUBEFLOW, Caller, RunningRegistry, upload


@pytest.fixture
def model(ours: Caller, unique: str) -> str:
    """A model with the versions 1, 2 and 3."""
    for number in range(3):
        body = registration(unique, [], aliases=[], metrics={"auc": number / 10})
        assert ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")[0] == 201
    return unique


def promote(ours: Caller, model: str, version: str) -> None:
    """Make a version the champion."""
    status, _ = ours("PUT", f"/models/{model}/aliases/champion", {"version": version})
    assert status == 200


def champion(ours: Caller, model: str) -> str:
    """Return the name of the champion."""
    return str(ours("GET", f"/models/{model}/versions/champion")[1]["version"]["name"])


def test_rollback_walks_back_through_the_memory(ours: Caller, model: str) -> None:
    """Each rollback goes one move back, until there is none before."""
    for version in ("1", "2", "3"):
        promote(ours, model, version)
    path = f"/models/{model}/aliases/champion/rollback"
    assert ours("POST", path, {"reason": "worse"})[0] == 200
    assert champion(ours, model) == "2"
    assert ours("POST", path)[0] == 200
    assert champion(ours, model) == "1"
    assert ours("POST", path)[0] == 409
    promote(ours, model, "3")
    assert ours("POST", path)[0] == 200
    assert champion(ours, model) == "1"


def test_rollback_does_not_count_moves_to_where_the_alias_was(ours: Caller, model: str) -> None:
    """A promotion repeated by a retry is no step: after one step back there is none before."""
    for version in ("1", "2", "2"):
        promote(ours, model, version)
    path = f"/models/{model}/aliases/champion/rollback"
    assert ours("POST", path)[0] == 200
    assert champion(ours, model) == "1"
    assert ours("POST", path)[0] == 409


def test_every_change_is_in_the_audit_log(ours: Caller, registry_url: str, model: str) -> None:
    """Who, what, from, to and why; newest first; filtered by action; also Kubeflow's changes."""
    promote(ours, model, "1")
    ours("PUT", f"/models/{model}/aliases/champion", {"version": "2", "reason": "better"})
    kubeflow = Caller(registry_url, KUBEFLOW)
    _, found = kubeflow("GET", f"/registered_model?name={model}")
    kubeflow("PATCH", f"/registered_models/{found['id']}", {"owner": "eve"})
    _, log = ours("GET", f"/audit?model={model}")
    assert [item["action"] for item in log["items"]] == [
        "registered_model.update",
        "alias.set",
        "alias.set",
        *["version.register"] * 3,
        "registered_model.create",
    ]
    assert log["items"][0]["detail"]["changes"] == {"owner": {"from": "team", "to": "eve"}}
    _, moves = ours("GET", f"/audit?model={model}&action=alias.set&limit=1")
    assert moves["items"][0]["detail"] == {"from": "1", "to": "2", "reason": "better"}
    assert moves["items"][0]["actor"] == getuser()
    before = moves["items"][0]["id"]
    _, older = ours("GET", f"/audit?model={model}&action=alias.set&before={before}")
    assert [item["detail"]["to"] for item in older["items"]] == ["1"]


def test_versions_are_compared_side_by_side(ours: Caller, model: str) -> None:
    """Each metric and parameter has the value of each version, in the order asked for."""
    status, compared = ours("GET", f"/models/{model}/compare?version=3&version=1")
    assert status == 200
    assert compared["metrics"] == {"auc": [0.2, 0.0]}
    assert compared["parameters"]["learning_rate"] == [0.1, 0.1]
    assert compared["datasets"] == {"train:train": ["d1", "d1"]}
    assert ours("GET", f"/models/{model}/compare?version=1")[0] == 400


def test_lineage_leads_from_data_to_versions_to_deployments(
    ours: Caller, kubeflow: Caller, unique: str
) -> None:
    """A dataset's digest finds the versions trained on it, a version finds where it is served."""
    data = [{"name": "rows", "digest": f"sha-{unique}", "role": "train"}]
    body = registration(unique, [], datasets=data)
    _, made = ours("POST", "/register", body, Idempotency_Key=unique)
    _, place = kubeflow("POST", "/serving_environments", {"name": f"{unique}-env"})
    service = {
        "name": "live",
        "registeredModelId": made["model"]["id"],
        "servingEnvironmentId": place["id"],
        "modelVersionId": made["version"]["id"],
    }
    assert kubeflow("POST", "/inference_services", service)[0] == 201
    _, found = ours("GET", f"/data/sha-{unique}/versions")
    assert [(item["model"]["name"], item["dataset"]["role"]) for item in found["items"]] == [
        (unique, "train")
    ]
    assert ours("POST", "/register", body, Idempotency_Key=f"{unique}-2")[0] == 201
    _, first = ours("GET", f"/data/sha-{unique}/versions?pageSize=1")
    token = f"nextPageToken={first['nextPageToken']}"
    _, rest = ours("GET", f"/data/sha-{unique}/versions?pageSize=1&{token}")
    shown = [item["version"]["name"] for page in (first, rest) for item in page["items"]]
    assert (shown, rest["nextPageToken"]) == (["1", "2"], "")
    _, lineage = ours("GET", f"/models/{unique}/versions/1/lineage")
    assert lineage["lineage"]["git_commit"] == "abc"
    assert lineage["deployments"] == [
        {
            "inferenceService": "live",
            "environment": f"{unique}-env",
            "desiredState": "DEPLOYED",
        }
    ]
    status, error = ours("DELETE", f"/models/{unique}/versions/1")
    assert (status, error["code"]) == (409, "conflict")


def test_a_deleted_version_leaves_a_tombstone(ours: Caller, kubeflow: Caller, model: str) -> None:
    """It is gone with a reason, its name and number are not given again, a champion is kept."""
    promote(ours, model, "1")
    assert ours("DELETE", f"/models/{model}/versions/1")[0] == 409
    assert ours("DELETE", f"/models/{model}/versions/3?reason=leak")[0] == 204
    status, error = ours("GET", f"/models/{model}/versions/3")
    assert status == 404
    assert f"deleted by {getuser()}: leak" in error["message"]
    again = registration(model, [], version={"name": "3"})
    assert ours("POST", "/register", again, Idempotency_Key=f"{model}-x")[0] == 409
    _, found = kubeflow("GET", f"/registered_model?name={model}")
    same = {"name": "3", "registeredModelId": found["id"]}
    assert kubeflow("POST", "/model_versions", same)[0] == 409
    fresh = registration(model, [], aliases=[])
    _, made = ours("POST", "/register", fresh, Idempotency_Key=f"{model}-y")
    assert made["version"]["number"] == 4


def test_an_archived_version_is_out_of_reach(ours: Caller, model: str) -> None:
    """No alias goes to it, nor back to it; restored, it is as before; both are in the log."""
    for version in ("1", "2"):
        promote(ours, model, version)
    held = f"/models/{model}/versions/2/archive"
    assert ours("POST", held, {"reason": "x"})[1]["code"] == "conflict"
    for _ in range(2):
        assert ours("POST", f"/models/{model}/versions/1/archive", {"reason": "old"})[0] == 204
    assert ours("GET", f"/models/{model}/versions/1")[1]["version"]["state"] == "ARCHIVED"
    champion = f"/models/{model}/aliases/champion"
    for status, error in (
        ours("PUT", champion, {"version": "1"}),
        ours("POST", champion + "/rollback"),
    ):
        assert (status, "is archived" in error["message"]) == (409, True)
    assert ours("POST", f"/models/{model}/versions/1/restore")[0] == 204
    assert ours("POST", champion + "/rollback")[0] == 200
    _, log = ours("GET", f"/audit?model={model}&limit=3")
    assert [entry["action"] for entry in log["items"]] == [
        *("alias.rollback", "version.restore", "version.archive"),
    ]


def test_a_rollback_looks_as_far_back_as_it_must(ours: Caller, model: str) -> None:
    """However much happened to other aliases meanwhile."""
    for version in ("1", "2"):
        promote(ours, model, version)
    for number in range(PAGE + 1):
        wish = {"version": str(1 + number % 2)}
        assert ours("PUT", f"/models/{model}/aliases/shadow", wish)[0] == 200
        assert ours("PUT", f"/models/{model}/aliases/champion", {"version": "2"})[0] == 200
    _, back = ours("POST", f"/models/{model}/aliases/champion/rollback")
    assert back["version"]["name"] == "1"


def test_a_version_is_verified_in_its_store(ours: Caller, unique: str) -> None:
    """Every file is read, and each is told to be sound."""
    files = [{"path": name, **upload(ours, f"{unique} {name}".encode())} for name in ("a", "b")]
    ours("POST", "/register", registration(unique, files), Idempotency_Key=unique)
    status, answer = ours("POST", f"/models/{unique}/versions/latest/verification")
    assert status == 200
    assert [(file["path"], file["state"]) for file in answer["files"]] == [
        ("a", "sound"),
        ("b", "sound"),
    ]


def test_retention_takes_only_archived_versions_that_nothing_holds(
    ours: Caller, kubeflow: Caller, model: str
) -> None:
    """A dry run names them, a real one deletes them; the newest and the champion stay."""
    promote(ours, model, "1")
    _, found = kubeflow("GET", f"/registered_model?name={model}")
    _, versions = kubeflow("GET", f"/registered_models/{found['id']}/versions")
    for version in versions["items"]:
        kubeflow("PATCH", f"/model_versions/{version['id']}", {"state": "ARCHIVED"})
    rule: dict[str, Any] = {"keepLast": 1, "olderThanDays": 0}
    path = f"/models/{model}/retention"
    for dry in (True, False):
        status, answer = ours("POST", path, {**rule, "dryRun": dry})
        assert status == 200
        assert [version["name"] for version in answer["versions"]] == ["2"]
    assert ours("POST", path, rule)[1]["versions"] == []


@in_a_folder
def test_collection_takes_only_unreferenced_old_bytes(
    ours: Caller, registry: RunningRegistry, unique: str
) -> None:
    """Bytes that a version names and young ones stay; others can be uploaded again after."""
    kept = upload(ours, b"kept " + unique.encode())
    loose = upload(ours, b"loose " + unique.encode())
    young = upload(ours, b"young " + unique.encode())
    body = registration(unique, [{"path": "m", **kept}])
    assert ours("POST", "/register", body, Idempotency_Key=unique)[0] == 201
    long_ago = time.time() - 7200
    for entry in (kept, loose):
        path = registry.data / "blobs" / entry["sha256"][:2] / entry["sha256"]
        os.utime(path, (long_ago, long_ago))
    status, found = ours("POST", "/gc", {"olderThanHours": 1})
    assert status == 200
    assert found["dryRun"]
    assert found["blobs"] >= 1
    assert ours("GET", f"/blobs/{loose['sha256']}")[0] == 200
    assert ours("POST", "/gc", {"olderThanHours": 1, "dryRun": False})[1]["blobs"] >= 1
    assert ours("GET", f"/blobs/{loose['sha256']}")[0] == 404
    for entry in (kept, young):
        assert ours("GET", f"/blobs/{entry['sha256']}")[0] == 200
    body = registration(unique, [{"path": "m", **loose}], aliases=[])
    assert ours("POST", "/register", body, Idempotency_Key=f"{unique}-2")[0] == 409
    upload(ours, b"loose " + unique.encode())
    assert ours("POST", "/register", body, Idempotency_Key=f"{unique}-2")[0] == 201


def test_requests_are_counted_and_named(registry_url: str) -> None:
    """Prometheus reads figures by route; an id that came with a request goes back with it."""
    answer = urllib3.request("GET", registry_url + "/livez", headers={"X-Request-ID": "abc-1"})
    assert answer.headers["X-Request-ID"] == "abc-1"
    figures = urllib3.request("GET", registry_url + "/metrics").data.decode()
    assert 'registry_requests_total{method="GET",route="/livez",status="200"}' in figures
    old = urllib3.request("GET", registry_url + "/api/model_registry/v1alpha3/registered_models")
    assert old.headers["Deprecation"].startswith("@")
    assert old.headers["Sunset"].endswith("GMT")
    assert old.headers["Link"] == '</api/model_registry/v1/>; rel="successor-version"'
