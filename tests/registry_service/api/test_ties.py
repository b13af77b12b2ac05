"""Whoever ties things together may do so to each of them, and they belong together."""

import re
from typing import Any, NamedTuple

import pytest

from tests.registry_service.people import as_user, register
from tests.registry_service.running import KUBEFLOW

V1ALPHA3 = "/api/model_registry/v1alpha3"
Request = tuple[str, str, dict[str, Any] | None]


class Tenants(NamedTuple):
    """Ids of what two tenants have: the team's own, another's, and an environment of all."""

    own: dict[str, str]
    theirs: dict[str, str]
    environment: str


@pytest.fixture(name="tenants")
def two_tenants(guarded: str, unique: str) -> Tenants:
    """A model with a version and an inference service for each, made by the administrator."""
    admin = as_user(guarded, "admin", KUBEFLOW)
    _, environment = admin("POST", "/serving_environments", {"name": unique})
    found = []
    for prefix in ("churn", "fraud"):
        assert register(guarded, "admin", f"{prefix}-{unique}") == 201
        _, model = admin("GET", f"/registered_model?name={prefix}-{unique}")
        _, versions = admin("GET", f"/registered_models/{model['id']}/versions")
        ids = {"model": model["id"], "version": versions["items"][0]["id"]}
        _, service = admin("POST", "/inference_services", serving(ids, environment["id"], prefix))
        found.append({**ids, "service": service["id"]})
    return Tenants(found[0], found[1], environment["id"])


def serving(ids: dict[str, str], environment: str, name: str, **more: str) -> dict[str, Any]:
    """An inference service for a model."""
    return {
        "name": name,
        "registeredModelId": ids["model"],
        "servingEnvironmentId": environment,
        **more,
    }


@pytest.mark.parametrize("who", ["team", "admin"])
@pytest.mark.parametrize("prefix", [KUBEFLOW, V1ALPHA3])
def test_a_version_is_served_as_one_of_its_model_only(
    guarded: str, tenants: Tenants, who: str, prefix: str
) -> None:
    """Another model's version is not named by a new service, nor by a changed one: 404."""
    own, theirs, environment = tenants
    caller = as_user(guarded, who, prefix)
    foreign = serving(own, environment, f"foreign-{who}", modelVersionId=theirs["version"])
    assert caller("POST", "/inference_services", foreign)[0] == 404
    path = f"/serving_environments/{environment}/inference_services"
    assert caller("POST", path, foreign)[0] == 404
    change = {"modelVersionId": theirs["version"]}
    assert caller("PATCH", f"/inference_services/{own['service']}", change)[0] == 404
    assert caller("GET", f"/inference_services/{own['service']}/version")[1]["id"] == own["version"]
    change = {"modelVersionId": own["version"]}
    assert caller("PATCH", f"/inference_services/{own['service']}", change)[0] == 200


def asked_of(ids: dict[str, str], own: dict[str, str], environment: str) -> list[Request]:
    """All ways to ask for what has these ids, and to tie something of one's own to it."""
    model, version, service = ids["model"], ids["version"], ids["service"]
    artifact, metric = ids["artifact"], {"artifactType": "metric", "name": "m", "value": 1.0}
    named = f"name=first&parentResourceId={model}"
    paths = (
        *(f"/registered_models/{model}", f"/registered_models/{model}/versions"),
        *(f"/model_versions/{version}", f"/model_versions/{version}/artifacts"),
        *(f"/artifacts/{artifact}", f"/model_artifacts/{artifact}"),
        *(f"/inference_services/{service}", f"/inference_services/{service}/serves"),
        *(f"/inference_services/{service}/model", f"/inference_services/{service}/version"),
        *(f"/serving_environments/{environment}", f"/model_version?{named}"),
        f"/serving_environments/{environment}/inference_services",
        *(f"/{kind}?externalId={ids['external']}" for kind in ("registered_model", "artifact")),
        f"/serving_environment?name={ids['environment name']}",
    )
    return [
        *(("GET", path, None) for path in paths),
        ("PATCH", f"/registered_models/{model}", {"owner": "x"}),
        ("PATCH", f"/model_versions/{version}", {"author": "x"}),
        ("PATCH", f"/artifacts/{artifact}", {"artifactType": "metric", "value": 2.0}),
        ("PATCH", f"/artifacts/{artifact}", {"artifactType": "doc-artifact", "uri": "x"}),
        ("PATCH", f"/model_artifacts/{artifact}", {"uri": "x"}),
        ("PATCH", f"/inference_services/{service}", {"runtime": "x"}),
        ("PATCH", f"/serving_environments/{environment}", {"description": "x"}),
        ("POST", "/model_versions", {"name": "x", "registeredModelId": model}),
        ("POST", f"/registered_models/{model}/versions", {"name": "x", "registeredModelId": "1"}),
        ("POST", f"/model_versions/{version}/artifacts", metric),
        ("POST", f"/model_versions/{own['version']}/artifacts", {**metric, "id": artifact}),
        ("POST", f"/inference_services/{service}/serves", {"modelVersionId": own["version"]}),
        ("POST", f"/inference_services/{own['service']}/serves", {"modelVersionId": version}),
        ("POST", "/inference_services", serving(own, environment, "x")),
        ("POST", "/inference_services", serving(ids, environment, "x")),
        ("POST", "/inference_services", serving(own, environment, "x", modelVersionId=version)),
    ]


@pytest.mark.parametrize("prefix", [KUBEFLOW, V1ALPHA3])
def test_no_answer_tells_what_others_have(guarded: str, tenants: Tenants, prefix: str) -> None:
    """What is not there and what one may not read are told of in the same words."""
    alone, admin = as_user(guarded, "a", prefix), as_user(guarded, "admin", KUBEFLOW)
    metric = {"artifactType": "metric", "name": "m", "value": 1.0}
    external = f"external-{tenants.theirs['model']}"
    path = f"/model_versions/{tenants.theirs['version']}/artifacts"
    _, artifact = admin("POST", path, {**metric, "externalId": external})
    admin("PATCH", f"/registered_models/{tenants.theirs['model']}", {"externalId": external})
    _, environment = admin("GET", f"/serving_environments/{tenants.environment}")
    there = {
        **tenants.theirs,
        "artifact": artifact["id"],
        "external": external,
        "environment name": environment["name"],
    }
    nowhere = {name: f"98765432{place}" for place, name in enumerate(there)}
    ways = zip(
        asked_of(there, tenants.own, tenants.environment),
        asked_of(nowhere, tenants.own, "987654329"),
        strict=True,
    )
    for present, absent in ways:
        told, wanted = alone(*present), alone(*absent)
        assert told[0] == wanted[0] >= 400, (present, told, wanted)
        said = [
            re.sub(r"\d+|external-\d+|model-\w+", "N", each[1]["message"])
            for each in (told, wanted)
        ]
        assert said[0] == said[1], present


def test_nothing_is_hung_under_anothers_service(guarded: str, tenants: Tenants) -> None:
    """Nor is another's version served under one's own."""
    own, theirs, _ = tenants
    team, admin = as_user(guarded, "team", KUBEFLOW), as_user(guarded, "admin", KUBEFLOW)
    under_theirs = f"/inference_services/{theirs['service']}/serves"
    under_own = f"/inference_services/{own['service']}/serves"
    assert team("POST", under_theirs, {"modelVersionId": own["version"]})[0] in (403, 404)
    assert team("POST", under_theirs, {"modelVersionId": theirs["version"]})[0] == 403
    assert team("POST", under_own, {"modelVersionId": theirs["version"]})[0] in (403, 404)
    assert admin("POST", under_own, {"modelVersionId": theirs["version"]})[0] == 404
    assert admin("GET", f"{under_theirs}")[1]["items"] == []
    assert team("POST", under_own, {"modelVersionId": own["version"]})[0] == 201


def test_a_service_is_made_where_its_maker_may_look(guarded: str, tenants: Tenants) -> None:
    """An environment belongs to no model: who may not read it puts nothing into it."""
    own, _, environment = tenants
    alone = as_user(guarded, "a", KUBEFLOW)
    assert alone("POST", "/inference_services", serving(own, environment, "x"))[0] == 404
    team = as_user(guarded, "team", KUBEFLOW)
    assert team("POST", "/inference_services", serving(own, environment, "x"))[0] == 201


def test_nothing_of_others_takes_a_new_owner(guarded: str, tenants: Tenants) -> None:
    """A service of another's model, a version under it, an artifact of it: 403."""
    own, theirs, environment = tenants
    team, admin = as_user(guarded, "team", KUBEFLOW), as_user(guarded, "admin", KUBEFLOW)
    metric = {"artifactType": "metric", "name": "m", "value": 1.0}
    _, artifact = admin("POST", f"/model_versions/{theirs['version']}/artifacts", metric)
    _, loose = admin("POST", "/artifacts", metric)
    refused = [
        team("POST", "/inference_services", serving(theirs, environment, "y")),
        team("POST", "/model_versions", {"name": "y", "registeredModelId": theirs["model"]}),
        team(
            "POST",
            f"/registered_models/{theirs['model']}/versions",
            {"name": "y", "registeredModelId": own["model"]},
        ),
        team("POST", f"/model_versions/{theirs['version']}/artifacts", metric),
        team("PATCH", f"/inference_services/{theirs['service']}", {"runtime": "y"}),
        team("PATCH", f"/artifacts/{artifact['id']}", {"artifactType": "metric", "value": 2}),
        *(
            team("POST", f"/model_versions/{own['version']}/artifacts", {**metric, "id": each})
            for each in (artifact["id"], loose["id"])
        ),
    ]
    assert [status for status, _ in refused] == [403] * len(refused)
    assert not [error for _, error in refused if "fraud" in error["message"]]


def test_what_others_serve_does_not_hold_a_version(guarded: str, tenants: Tenants) -> None:
    """Only deployments of its own model keep a version from being archived."""
    own, _, _ = tenants
    team = as_user(guarded, "team", KUBEFLOW)
    path = f"/model_versions/{own['version']}"
    assert team("PATCH", path, {"state": "ARCHIVED"})[0] == 200
    assert team("PATCH", path, {"state": "LIVE"})[0] == 200
    change = {"modelVersionId": own["version"]}
    assert team("PATCH", f"/inference_services/{own['service']}", change)[0] == 200
    assert team("PATCH", path, {"state": "ARCHIVED"})[0] == 409
