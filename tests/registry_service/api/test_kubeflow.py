"""The Kubeflow Model Registry API on the wire."""

from typing import Any

import pytest

from tests.registry_service.running import Caller


def text(value: str) -> dict[str, str]:
    """A text as a custom property."""
    return {"metadataType": "MetadataStringValue", "string_value": value}


@pytest.fixture
def model(kubeflow: Caller, unique: str) -> dict[str, Any]:
    """A registered model."""
    status, made = kubeflow("POST", "/registered_models", {"name": unique})
    assert status == 201
    return dict(made)


@pytest.fixture
def version(kubeflow: Caller, model: dict[str, Any]) -> dict[str, Any]:
    """A version of the model."""
    body = {"name": "v1", "registeredModelId": model["id"]}
    status, made = kubeflow("POST", "/model_versions", body)
    assert status == 201
    return dict(made)


def test_a_resource_comes_back_as_it_was_sent(kubeflow: Caller, unique: str) -> None:
    """Every field and every kind of custom property survives the round trip."""
    sent = {
        "name": unique,
        "description": "d",
        "externalId": f"e-{unique}",
        "owner": "ada",
        "state": "ARCHIVED",
        "language": ["en"],
        "tasks": ["tabular"],
        "licenseLink": "https://example.org",
        "libraryName": "sklearn",
        "customProperties": {
            "s": text("x"),
            "i": {"metadataType": "MetadataIntValue", "int_value": "-999999999"},
            "d": {"metadataType": "MetadataDoubleValue", "double_value": 0.5},
            "b": {"metadataType": "MetadataBoolValue", "bool_value": True},
            "o": {"metadataType": "MetadataStructValue", "struct_value": "e30="},
        },
    }
    status, made = kubeflow("POST", "/registered_models", sent)
    assert status == 201
    assert {key: made[key] for key in sent} == sent
    assert kubeflow("GET", f"/registered_models/{made['id']}") == (200, made)
    assert kubeflow("GET", f"/registered_model?externalId=e-{unique}") == (200, made)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"nam": "x"}, 400, 'json: unknown field "nam"'),
        ({}, 422, "required field 'name' is zero value."),
        ({"name": ""}, 422, "required field 'name' is zero value."),
        ({"name": "a\0b"}, 400, "a text contains null bytes which are not allowed: bad request"),
        (b'{"name": "a\0b"}', 400, "a text contains null bytes which are not allowed: bad request"),
        ({"name": 5}, 400, None),
        (
            {"name": "x", "customProperties": {"p": {"metadataType": "MetadataStringValue"}}},
            400,
            "customProperties.p.MetadataStringValue.string_value: Field required",
        ),
        ({"name": "x" * 256}, 400, None),
        ({"name": "x", "state": "GONE"}, 400, None),
        (b"{", 400, None),
        (b"[]", 400, None),
        (b'{"name": "\\ud800"}', 400, None),
        (
            {"name": "x", "customProperties": {"p": {"metadataType": "MetadataProtoValue"}}},
            400,
            None,
        ),
        (
            {
                "name": "x",
                "customProperties": {
                    "p": {"metadataType": "MetadataIntValue", "int_value": "1000000000"}
                },
            },
            400,
            None,
        ),
    ],
)
def test_errors_are_those_of_kubeflow(
    kubeflow: Caller, body: Any, status: int, message: str | None
) -> None:
    """Each wrong body has its status, the code `Bad Request` and a message."""
    got, error = kubeflow("POST", "/registered_models", body)
    assert (got, error["code"]) == (status, "Bad Request")
    assert message is None or error["message"] == message


def test_names_are_unique_in_their_parent(
    kubeflow: Caller, model: dict[str, Any], version: dict[str, Any]
) -> None:
    """The same name again is a conflict in the same parent, and none in another."""
    status, error = kubeflow("POST", "/registered_models", {"name": model["name"]})
    assert (status, error["code"]) == (409, "Conflict")
    again = {"name": version["name"], "registeredModelId": model["id"]}
    assert kubeflow("POST", "/model_versions", again)[0] == 409
    _, other = kubeflow("POST", "/registered_models", {"name": model["name"] + "-2"})
    elsewhere = {"name": version["name"], "registeredModelId": other["id"]}
    assert kubeflow("POST", "/model_versions", elsewhere)[0] == 201


def test_an_owned_name_leaves_room_for_its_owner(kubeflow: Caller, model: dict[str, Any]) -> None:
    """Kubeflow's registry keeps `<owner's id>:<name>` in 255 characters and no more."""
    longest = 255 - len(f"{model['id']}:")
    path = f"/registered_models/{model['id']}/versions"
    for length, status in ((longest, 201), (longest + 1, 400)):
        body = {"name": "x" * length, "registeredModelId": model["id"]}
        assert kubeflow("POST", path, body)[0] == status
    assert kubeflow("POST", "/registered_models", {"name": f"{model['name']:x<255}"})[0] == 201


def test_find_is_exact(kubeflow: Caller, model: dict[str, Any]) -> None:
    """An underscore in a name is no wildcard."""
    for name in ("v1a0", "v1_0"):
        body = {"name": name, "registeredModelId": model["id"]}
        assert kubeflow("POST", "/model_versions", body)[0] == 201
    found = kubeflow("GET", f"/model_version?name=v1_0&parentResourceId={model['id']}")
    assert found[1]["name"] == "v1_0"
    missing = kubeflow("GET", f"/model_version?name=v1%250&parentResourceId={model['id']}")
    assert missing[0] == 404
    assert kubeflow("GET", "/model_version?name=v1_0")[0] == 400


def test_a_patch_keeps_what_it_does_not_name(kubeflow: Caller, unique: str) -> None:
    """Omitted and null fields stay, custom properties are replaced whole, names never change."""
    sent = {"name": unique, "owner": "ada", "customProperties": {"a": text("1"), "b": text("2")}}
    _, made = kubeflow("POST", "/registered_models", sent)
    path = f"/registered_models/{made['id']}"
    status, changed = kubeflow("PATCH", path, {"description": "new", "owner": None})
    assert status == 200
    assert (changed["owner"], changed["description"]) == ("ada", "new")
    assert set(changed["customProperties"]) == {"a", "b"}
    assert int(changed["lastUpdateTimeSinceEpoch"]) > int(made["lastUpdateTimeSinceEpoch"])
    _, changed = kubeflow("PATCH", path, {"customProperties": {"b": text("3")}})
    assert changed["customProperties"] == {"b": text("3")}
    assert kubeflow("PATCH", path, {"name": "other"})[0] == 400
    assert kubeflow("PATCH", "/registered_models/999999999", {"owner": "x"})[0] == 404


def test_pages_follow_each_other_in_both_directions(
    kubeflow: Caller, model: dict[str, Any]
) -> None:
    """Pages have no gaps and no repeats, also when rows are inserted between them."""
    path = f"/registered_models/{model['id']}/versions"
    for number in range(5):
        kubeflow("POST", path, {"name": f"n{number}", "registeredModelId": model["id"]})
    for order in ("ID", "CREATE_TIME", "LAST_UPDATE_TIME"):
        for direction in ("ASC", "DESC"):
            names: list[str] = []
            token = ""
            while True:
                query = f"pageSize=2&orderBy={order}&sortOrder={direction}&nextPageToken={token}"
                status, page = kubeflow("GET", f"{path}?{query}")
                assert (status, page["pageSize"], page["size"]) == (200, 2, len(page["items"]))
                names += [item["name"] for item in page["items"]]
                token = page["nextPageToken"]
                if not token:
                    break
            expected = [f"n{number}" for number in range(5)]
            assert names == (expected if direction == "ASC" else expected[::-1])


@pytest.mark.parametrize(
    "query",
    [
        "orderBy=NAME",
        "sortOrder=UP",
        "pageSize=x",
        "pageSize=0",
        "pageSize=-1",
        "nextPageToken=abc",
        "nextPageToken=WzEsMl0=",
        "filterQuery=name",
        "filterQuery=name%20%3D%205",
        "filterQuery=(((",
        "filterQuery=name%20LIKE%20'x%5C'",
    ],
)
def test_senseless_list_parameters_are_refused(kubeflow: Caller, query: str) -> None:
    """Each is a 400 that says what is wrong."""
    status, error = kubeflow("GET", f"/registered_models?{query}")
    assert (status, error["code"]) == (400, "Bad Request")


def test_artifacts_of_every_type(kubeflow: Caller, version: dict[str, Any]) -> None:
    """A version takes each type; an unnamed one gets a name; one list shows them all."""
    path = f"/model_versions/{version['id']}/artifacts"
    bodies: list[dict[str, Any]] = [
        {"artifactType": "model-artifact", "uri": "s3://m", "modelFormatName": "onnx"},
        {"artifactType": "doc-artifact", "name": "doc", "uri": "http://d"},
        {"artifactType": "dataset-artifact", "name": "data", "digest": "d", "schema": "s"},
        {"artifactType": "metric", "name": "auc", "value": 0.5, "step": "3", "timestamp": "7"},
        {"artifactType": "parameter", "name": "lr", "value": "1", "parameterType": "number"},
    ]
    for body in bodies:
        status, made = kubeflow("POST", path, body)
        assert status == 201
        assert {key: made[key] for key in body} == body
        assert made["name"]
    _, page = kubeflow("GET", path)
    assert [item["artifactType"] for item in page["items"]] == [
        body["artifactType"] for body in bodies
    ]
    _, metrics = kubeflow("GET", path + "?artifactType=metric")
    assert [item["name"] for item in metrics["items"]] == ["auc"]
    assert kubeflow("GET", path + "?artifactType=nonsense")[0] == 400


def test_an_artifact_is_upserted(kubeflow: Caller, version: dict[str, Any]) -> None:
    """With an id it is updated (200), its type stays, and a metric is updated by name."""
    path = f"/model_versions/{version['id']}/artifacts"
    _, made = kubeflow("POST", path, {"artifactType": "doc-artifact", "name": "doc", "uri": "a"})
    status, changed = kubeflow(
        "POST", path, {"artifactType": "doc-artifact", "id": made["id"], "uri": "b"}
    )
    assert (status, changed["id"], changed["uri"], changed["name"]) == (200, made["id"], "b", "doc")
    other = {"artifactType": "model-artifact", "uri": "c"}
    assert kubeflow("PATCH", f"/artifacts/{made['id']}", other)[0] == 400
    assert kubeflow("POST", path, {**other, "id": made["id"]})[0] == 400
    first = kubeflow("POST", path, {"artifactType": "metric", "name": "auc", "value": 0.5})
    second = kubeflow("POST", path, {"artifactType": "metric", "name": "auc", "value": 0.6})
    assert first[1]["id"] == second[1]["id"]
    assert kubeflow("POST", path, {"artifactType": "doc-artifact", "name": "doc"})[0] == 409
    assert kubeflow("POST", path, {"name": "untyped"})[0] == 400
    assert kubeflow("POST", "/model_versions/999999999/artifacts", other)[0] == 404


def test_an_artifact_is_not_taken_from_another_version(
    kubeflow: Caller, model: dict[str, Any], version: dict[str, Any]
) -> None:
    """Posting the id of an artifact of one version to another one is a conflict."""
    body = {"artifactType": "doc-artifact", "uri": "a"}
    _, made = kubeflow("POST", f"/model_versions/{version['id']}/artifacts", body)
    _, other = kubeflow("POST", "/model_versions", {"name": "v2", "registeredModelId": model["id"]})
    taken = {**body, "id": made["id"]}
    assert kubeflow("POST", f"/model_versions/{other['id']}/artifacts", taken)[0] == 409


def test_serving(kubeflow: Caller, model: dict[str, Any], version: dict[str, Any]) -> None:
    """An inference service names its model, its version or else the newest, and its history."""
    _, place = kubeflow("POST", "/serving_environments", {"name": model["name"] + "-env"})
    body = {"registeredModelId": model["id"], "servingEnvironmentId": place["id"]}
    status, service = kubeflow("POST", "/inference_services", body)
    assert (status, service["desiredState"]) == (201, "DEPLOYED")
    base = f"/inference_services/{service['id']}"
    assert kubeflow("GET", base + "/model")[1]["id"] == model["id"]
    assert kubeflow("GET", base + "/version")[1]["id"] == version["id"]
    served = {"modelVersionId": version["id"], "lastKnownState": "RUNNING"}
    status, made = kubeflow("POST", base + "/serves", served)
    assert (status, made["lastKnownState"]) == (201, "RUNNING")
    assert kubeflow("GET", base + "/serves")[1]["size"] == 1
    listed = kubeflow("GET", f"/serving_environments/{place['id']}/inference_services")[1]
    assert [item["id"] for item in listed["items"]] == [service["id"]]
    changed = kubeflow("PATCH", base, {"desiredState": "UNDEPLOYED", "runtime": "mlserver"})[1]
    assert (changed["desiredState"], changed["runtime"]) == ("UNDEPLOYED", "mlserver")
    nowhere = {**body, "servingEnvironmentId": "999999999"}
    assert kubeflow("POST", "/inference_services", nowhere)[0] == 404


def test_experiments_keep_the_history_of_a_metric(registry_url: str, unique: str) -> None:
    """Under v1alpha3, a metric posted again is one artifact with a history, by name and step."""
    old = Caller(registry_url, "/api/model_registry/v1alpha3")
    _, experiment = old("POST", "/experiments", {"name": unique})
    status, run = old("POST", "/experiment_runs", {"experimentId": experiment["id"]})
    assert (status, run["status"], run["state"]) == (201, "RUNNING", "LIVE")
    path = f"/experiment_runs/{run['id']}"
    for step in range(3):
        body = {"artifactType": "metric", "name": "loss", "value": 1.0 - step, "step": step}
        status, metric = old("POST", path + "/artifacts", body)
        assert (status, metric["step"], metric["experimentRunId"]) == (201, step, run["id"])
    assert old("GET", path + "/artifacts")[1]["size"] == 1
    history = old("GET", path + "/metric_history?name=loss")[1]
    assert [(item["step"], item["value"]) for item in history["items"]] == [
        (0, 1.0),
        (1, 0.0),
        (2, -1.0),
    ]
    some = old("GET", path + "/metric_history?stepIds=0,2")[1]
    assert [item["step"] for item in some["items"]] == [0, 2]
    assert old("GET", path + "/metric_history?stepIds=x")[0] == 400
    runs = old("GET", f"/experiments/{experiment['id']}/experiment_runs")[1]
    assert [item["id"] for item in runs["items"]] == [run["id"]]
    assert old("PATCH", path, {"status": "FINISHED"})[1]["status"] == "FINISHED"


def test_experiments_are_gone_from_v1(kubeflow: Caller) -> None:
    """The newer API has no experiments."""
    status, error = kubeflow("GET", "/experiments")
    assert (status, error["code"]) == (404, "Not Found")


def test_the_older_api_answers_the_creation_of_an_inference_service_with_200(
    registry_url: str, model: dict[str, Any]
) -> None:
    """Its clients see nothing in the 201 that the newer API answers."""
    old = Caller(registry_url, "/api/model_registry/v1alpha3")
    _, place = old("POST", "/serving_environments", {"name": model["name"] + "-env"})
    body = {"registeredModelId": model["id"], "servingEnvironmentId": place["id"]}
    assert old("POST", "/inference_services", body)[0] == 200
