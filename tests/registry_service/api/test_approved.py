"""What was approved stays as it was approved, whichever API a change comes through."""

from typing import Any

import pytest

from tests.registry_service.people import as_user, register
from tests.registry_service.running import KUBEFLOW


class Approved:
    """A version with the protected alias `champion`, and calls of a writer and of an approver."""

    def __init__(self, url: str, name: str) -> None:
        register(url, "writer", name)
        self.path = f"/models/{name}"
        self.writer, self.approver = as_user(url, "writer"), as_user(url, "approver")
        self.kubeflow = as_user(url, "writer", KUBEFLOW)
        assert self.approver("POST", f"{self.path}/versions/1/approval", {"reason": "ok"})[0] == 204
        assert self.approver("PUT", f"{self.path}/aliases/champion", {"version": "1"})[0] == 200
        _, model = self.kubeflow("GET", f"/registered_model?name={name}")
        _, found = self.kubeflow("GET", f"/registered_models/{model['id']}/versions")
        self.version = f"/model_versions/{found['items'][0]['id']}"

    def artifact(self, kind: str) -> dict[str, Any]:
        """Return its artifact of a kind."""
        _, found = self.kubeflow("GET", f"{self.version}/artifacts?artifactType={kind}")
        artifact: dict[str, Any] = found["items"][0]
        return artifact

    def detail(self) -> dict[str, Any]:
        """Return all that is known of it."""
        shown: dict[str, Any] = self.writer("GET", f"{self.path}/versions/champion")[1]
        return shown


@pytest.fixture(name="approved")
def approved_version(guarded: str, unique: str) -> Approved:
    """An approved champion."""
    return Approved(guarded, f"churn-{unique}")


def test_the_champion_is_archived_through_neither_api(approved: Approved) -> None:
    """What an alias holds stays live."""
    assert approved.writer("POST", f"{approved.path}/versions/1/archive", {})[0] == 409
    status, error = approved.kubeflow("PATCH", approved.version, {"state": "ARCHIVED"})
    assert (status, "alias 'champion'" in error["message"]) == (409, True)
    assert approved.detail()["version"]["state"] == "LIVE"


def test_the_model_of_a_champion_is_not_archived_either(approved: Approved) -> None:
    """A model that a protected alias points into stays live, also through Kubeflow's API."""
    _, found = approved.kubeflow("GET", approved.version)
    path = f"/registered_models/{found['registeredModelId']}"
    status, error = approved.kubeflow("PATCH", path, {"state": "ARCHIVED"})
    assert (status, "alias 'champion'" in error["message"]) == (409, True)
    assert approved.kubeflow("GET", path)[1]["state"] == "LIVE"


def test_a_look_alike_of_a_protected_alias_is_protected(approved: Approved) -> None:
    """Only an approver moves `Champion`, as only they move `champion`."""
    told = approved.writer("PUT", f"{approved.path}/aliases/Champion", {"version": "1"})
    assert told[0] == 403


@pytest.mark.parametrize(
    "kind", ["model-artifact", "metric", "parameter", "dataset-artifact"], ids=str
)
def test_an_approved_artifact_is_not_changed(approved: Approved, kind: str) -> None:
    """Neither by itself nor through its version: uri, value, digest, properties, state."""
    before, artifact = approved.detail(), approved.artifact(kind)
    text = {"metadataType": "MetadataStringValue", "string_value": "changed"}
    fields: dict[str, dict[str, Any]] = {"metric": {"value": 9.0}, "parameter": {"value": "9"}}
    field = fields.get(kind, {"uri": "s3://b/k"})
    for change in (field, {"customProperties": {"x": text}}, {"state": "DELETED"}):
        body = {"artifactType": kind, **change}
        path = f"/artifacts/{artifact['id']}"
        assert approved.kubeflow("PATCH", path, body)[0] == 409
        put = {**body, "id": artifact["id"], "value": field.get("value")}
        body = {key: value for key, value in put.items() if value is not None}
        assert approved.kubeflow("POST", f"{approved.version}/artifacts", body)[0] == 409
    assert approved.detail() == before


def test_nothing_is_added_to_what_was_approved(approved: Approved) -> None:
    """No artifact, no metric under a known name, no property, no author."""
    before = approved.detail()
    for name in ("roc_auc", "new"):
        metric = {"artifactType": "metric", "name": name, "value": 1.0}
        assert approved.kubeflow("POST", f"{approved.version}/artifacts", metric)[0] == 409
    number = {"metadataType": "MetadataIntValue", "int_value": "1"}
    for change in ({"customProperties": {"rows": number}}, {"author": "x"}, {"externalId": "x"}):
        assert approved.kubeflow("PATCH", approved.version, change)[0] == 409
    assert approved.detail() == before


def test_people_may_describe_what_was_approved(approved: Approved) -> None:
    """And what changes nothing is no change: a client that sends a resource back is answered."""
    assert approved.kubeflow("PATCH", approved.version, {"description": "good"})[0] == 200
    _, version = approved.kubeflow("GET", approved.version)
    same = {"customProperties": version["customProperties"], "author": version["author"]}
    assert approved.kubeflow("PATCH", approved.version, same)[0] == 200
    metric = approved.artifact("metric")
    same = {"artifactType": "metric", "value": metric["value"]}
    assert approved.kubeflow("PATCH", f"/artifacts/{metric['id']}", same)[0] == 200


def test_an_approval_is_withdrawn_by_an_approver(approved: Approved) -> None:
    """When no protected alias points to the version any more; it may be changed then."""
    path = f"{approved.path}/versions/1/approval?reason=leaked"
    assert approved.writer("DELETE", path)[0] == 403
    assert approved.approver("DELETE", path)[0] == 409
    assert approved.approver("DELETE", f"{approved.path}/aliases/champion")[0] == 204
    assert approved.approver("DELETE", path)[0] == 204
    assert approved.approver("DELETE", path)[0] == 409
    assert approved.kubeflow("PATCH", approved.version, {"author": "x"})[0] == 200
    assert approved.approver("PUT", f"{approved.path}/aliases/champion", {"version": "1"})[0] == 409
    _, log = approved.writer("GET", f"/audit?model={approved.path.removeprefix('/models/')}")
    withdrawn = [item for item in log["items"] if item["action"] == "version.withdraw"]
    assert [(item["actor"], item["detail"]["reason"]) for item in withdrawn] == [
        ("approver", "leaked")
    ]
