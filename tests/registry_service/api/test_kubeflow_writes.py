"""Writes over the Kubeflow API that its own server judges beyond the form of a body."""

from typing import Any

import pytest

from tests.registry_service.running import Caller


def test_a_metric_has_a_value(kubeflow: Caller) -> None:
    """A metric without a value is refused in the words of Kubeflow's server; 0 is a value."""
    status, error = kubeflow("POST", "/artifacts", {"artifactType": "metric", "name": "f1"})
    assert (status, error["code"]) == (400, "Bad Request")
    assert error["message"] == "metric value is required: bad request"
    zero = {"artifactType": "metric", "name": "f1", "value": 0}
    assert kubeflow("POST", "/artifacts", zero)[0] == 201


def test_an_empty_external_id_is_none(kubeflow: Caller, unique: str) -> None:
    """Many resources may have an empty one, and a change to an empty one takes it away."""
    made: list[dict[str, Any]] = []
    for number in range(2):
        sent = {"name": f"{unique}-{number}", "externalId": ""}
        status, answer = kubeflow("POST", "/registered_models", sent)
        assert status == 201
        made.append(answer)
    path = f"/registered_models/{made[0]['id']}"
    assert kubeflow("PATCH", path, {"externalId": unique})[1]["externalId"] == unique
    assert "externalId" not in kubeflow("PATCH", path, {"externalId": ""})[1]
    assert kubeflow("GET", f"/registered_model?externalId={unique}")[0] == 404


def test_an_empty_name_is_none(kubeflow: Caller) -> None:
    """Where a name is not required, an empty one is made up, so that many may have it."""
    for _ in range(2):
        status, made = kubeflow("POST", "/model_artifacts", {"name": "", "uri": "s3://m"})
        assert status == 201
        assert made["name"]


def test_what_a_new_resource_misses_is_named(kubeflow: Caller, unique: str) -> None:
    """Whoever names parents that do not exist reads of the first one."""
    served = {"name": unique, "registeredModelId": "987654", "servingEnvironmentId": "987655"}
    status, error = kubeflow("POST", "/inference_services", served)
    assert (status, error["code"]) == (404, "Not Found")
    assert error["message"] == "no serving environment found for id 987655: not found"
    _, place = kubeflow("POST", "/serving_environments", {"name": unique})
    status, error = kubeflow(
        "POST", "/inference_services", {**served, "servingEnvironmentId": place["id"]}
    )
    assert status == 404
    assert error["message"] == "no registered model found for id 987654: not found"


def test_an_inference_service_is_not_given_a_version_that_does_not_exist(
    kubeflow: Caller, unique: str
) -> None:
    """A change names what it refers to as well."""
    _, model = kubeflow("POST", "/registered_models", {"name": unique})
    _, place = kubeflow("POST", "/serving_environments", {"name": unique})
    served = {"registeredModelId": model["id"], "servingEnvironmentId": place["id"]}
    _, service = kubeflow("POST", "/inference_services", served)
    path = f"/inference_services/{service['id']}"
    status, error = kubeflow("PATCH", path, {"modelVersionId": "987656"})
    assert status == 404
    assert error["message"] == "no model version found for id 987656: not found"


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_or_null_field_that_must_be_there_is_missing(
    kubeflow: Caller, empty: str | None
) -> None:
    """Kubeflow's server tells them from wrong values: 422, not 400."""
    for body, field in (
        ({"name": empty}, "name"),
        ({"name": "v1", "registeredModelId": empty}, "registeredModelId"),
    ):
        status, error = kubeflow("POST", "/model_versions", {"registeredModelId": "1"} | body)
        assert (status, error["code"]) == (422, "Bad Request")
        assert error["message"] == f"required field '{field}' is zero value."


def test_an_artifact_that_does_not_exist_is_not_upserted(kubeflow: Caller, unique: str) -> None:
    """Kubeflow's server says of it what it says of an artifact of another type."""
    _, model = kubeflow("POST", "/registered_models", {"name": unique})
    version = {"name": "v1", "registeredModelId": model["id"]}
    _, version = kubeflow("POST", "/model_versions", version)
    body = {"artifactType": "doc-artifact", "id": "987657"}
    status, error = kubeflow("POST", f"/model_versions/{version['id']}/artifacts", body)
    assert status == 400
    assert error["message"].startswith("mismatched types, artifact with id 987657 is not a ")


def test_a_run_does_not_end_before_it_starts(registry_url: str, unique: str) -> None:
    """Neither when it is made nor when it is changed; it may end at once."""
    old = Caller(registry_url, "/api/model_registry/v1alpha3")
    _, experiment = old("POST", "/experiments", {"name": unique})
    run = {"experimentId": experiment["id"], "startTimeSinceEpoch": "10"}
    assert old("POST", "/experiment_runs", {**run, "endTimeSinceEpoch": "9"})[0] == 400
    status, made = old("POST", "/experiment_runs", {**run, "endTimeSinceEpoch": "10"})
    assert status == 201
    path = f"/experiment_runs/{made['id']}"
    status, error = old("PATCH", path, {"endTimeSinceEpoch": "9"})
    assert (status, error["code"]) == (400, "Bad Request")
    assert "endTimeSinceEpoch 9" in error["message"]


def test_an_artifact_of_a_run_can_be_sent_back_as_it_came(registry_url: str, unique: str) -> None:
    """It is updated; to which run it belongs, the path says."""
    old = Caller(registry_url, "/api/model_registry/v1alpha3")
    _, experiment = old("POST", "/experiments", {"name": unique})
    runs = [
        old("POST", "/experiment_runs", {"experimentId": experiment["id"]})[1]["id"]
        for _ in range(2)
    ]
    path = f"/experiment_runs/{runs[0]}/artifacts"
    _, made = old("POST", path, {"artifactType": "doc-artifact", "uri": "a"})
    assert made["experimentRunId"] == runs[0]
    sent = {**made, "uri": "b", "experimentRunId": runs[1]}
    status, changed = old("POST", path, sent)
    assert (status, changed["id"], changed["uri"]) == (200, made["id"], "b")
    assert changed["experimentRunId"] == runs[0]


def test_only_a_model_artifact_is_found_among_model_artifacts(kubeflow: Caller) -> None:
    """A document is not found there, neither to be read nor to be changed."""
    _, document = kubeflow("POST", "/artifacts", {"artifactType": "doc-artifact", "uri": "a"})
    path = f"/model_artifacts/{document['id']}"
    assert kubeflow("GET", path)[0] == 404
    assert kubeflow("PATCH", path, {"uri": "b"})[0] == 404
    assert kubeflow("GET", f"/artifacts/{document['id']}")[1]["uri"] == "a"


def test_an_empty_number_is_none(kubeflow: Caller, unique: str) -> None:
    """A metric's time, or a served version, that is an empty text counts as not given."""
    metric = {"artifactType": "metric", "name": "f1", "value": 1, "timestamp": ""}
    status, made = kubeflow("POST", "/artifacts", metric)
    assert status == 201
    assert "timestamp" not in made
    _, model = kubeflow("POST", "/registered_models", {"name": unique})
    _, place = kubeflow("POST", "/serving_environments", {"name": unique})
    served = {"registeredModelId": model["id"], "servingEnvironmentId": place["id"]}
    status, made = kubeflow("POST", "/inference_services", served | {"modelVersionId": ""})
    assert status == 201
    assert "modelVersionId" not in made


def test_model_artifacts_are_what_their_path_says(kubeflow: Caller) -> None:
    """Under `model_artifacts` a body's `artifactType` changes nothing, as in Kubeflow's server."""
    sent = {"artifactType": "doc-artifact", "uri": "s3://m"}
    status, made = kubeflow("POST", "/model_artifacts", sent)
    assert (status, made["artifactType"]) == (201, "model-artifact")
    path = f"/model_artifacts/{made['id']}"
    status, changed = kubeflow("PATCH", path, {"artifactType": "metric", "uri": "s3://n"})
    assert (status, changed["artifactType"], changed["uri"]) == (200, "model-artifact", "s3://n")
