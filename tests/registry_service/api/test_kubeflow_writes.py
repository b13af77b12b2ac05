"""Writes over the Kubeflow API that its own server judges beyond the form of a body."""

from typing import Any

from tests.registry_service.running import Caller


def test_a_metric_has_a_value(kubeflow: Caller) -> None:
    """A metric without a value is refused in the words of Kubeflow's server; 0 is a value."""
    status, error = kubeflow("POST", "/artifacts", {"artifactType": "metric", "name": "f1"})
    assert (status, error["code"]) == (400, "Bad Request")
    assert "metric value is required: bad request" in error["message"]
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


def test_what_a_new_resource_misses_is_named(kubeflow: Caller, unique: str) -> None:
    """Whoever names a parent that does not exist reads which ones were named."""
    served = {"name": unique, "registeredModelId": "987654", "servingEnvironmentId": "987655"}
    status, error = kubeflow("POST", "/inference_services", served)
    assert (status, error["code"]) == (404, "Not Found")
    assert error["message"].endswith(": not found")
    assert "serving environment 987655" in error["message"]
    assert "registered model 987654" in error["message"]
