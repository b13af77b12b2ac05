"""The objects that deploying makes: as the manifests' policies ask, and as Kubernetes has them."""

import json
from collections.abc import Callable
from dataclasses import replace

import jsonschema  # type: ignore[import-untyped]
import pytest

from components.shared.deployments import kserve_objects, objects
from pipelines.definition.compiled_yaml import documents
from tests.api_server import need_schemas
from tests.components.shared.deployments.conftest import CANARY, ONE, plan_of
from tests.manifests import test_pod_policies
from tests.manifests.rendering import Manifest, title
from tests.manifests.test_schemas import VERSIONS, schema_error

PLAN = plan_of(ONE)
PLANS = {
    "alone": PLAN,
    "behind a gateway": replace(PLAN, gateway="gateways/main"),
    "with a canary": replace(PLAN, gateway="gateways/main", canary=CANARY),
    "a version with a long name": replace(PLAN, stable=replace(ONE, version="ä b/" + "x" * 200)),
}
GATEWAY = "gateway.networking.k8s.io/v1"
POLICIES = [
    check
    for name, check in vars(test_pod_policies).items()
    if name.startswith("test_") and callable(check)
]


@pytest.fixture(name="made", params=PLANS, scope="module")
def objects_of_a_plan(request: pytest.FixtureRequest) -> list[Manifest]:
    """The objects of mode deployment."""
    return objects.objects(PLANS[str(request.param)], 60)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda check: check.__name__)
def test_deployments_keep_the_policies_of_the_manifests(
    made: list[Manifest], policy: Callable[[list[Manifest]], None]
) -> None:
    """What holds for every pod of ours holds for prediction servers."""
    policy(made)


@pytest.mark.parametrize("version", VERSIONS)
def test_objects_pass_the_schemas(made: list[Manifest], version: str) -> None:
    """Each of Kubernetes' own is valid, without an unknown field, for four minor versions."""
    for manifest in made:
        if manifest["apiVersion"] != GATEWAY:
            error = schema_error(json.dumps(manifest), version)
            assert error is None, f"{title(manifest)}: {error}"


def test_no_old_server_ends_before_a_new_one_is_ready(made: list[Manifest]) -> None:
    """A roll-out takes none away, and a drained node at most one."""
    for manifest in made:
        if manifest["kind"] == "Deployment":
            update = manifest["spec"]["strategy"]["rollingUpdate"]
            assert (update["maxUnavailable"], update["maxSurge"]) == (0, 1)
        if manifest["kind"] == "PodDisruptionBudget":
            assert manifest["spec"]["maxUnavailable"] == 1


def test_services_and_policies_select_the_servers(made: list[Manifest]) -> None:
    """What selects pods selects those of one of the Deployments."""
    pods = [
        each["spec"]["template"]["metadata"]["labels"]
        for each in made
        if each["kind"] == "Deployment"
    ]
    for manifest in made:
        selector = {
            "Service": lambda spec: spec["selector"],
            "PodDisruptionBudget": lambda spec: spec["selector"]["matchLabels"],
            "NetworkPolicy": lambda spec: spec["podSelector"]["matchLabels"],
        }.get(manifest["kind"])
        if selector:
            wanted = selector(manifest["spec"])
            assert any(wanted.items() <= labels.items() for labels in pods), title(manifest)


def test_custom_resources_pass_their_schemas() -> None:
    """HTTPRoute, ServingRuntime and InferenceService are as their projects define them."""
    schemas = {}
    for path in need_schemas().glob("*.yaml"):
        (definition,) = documents(path)
        for version in definition["spec"]["versions"]:
            kind = definition["spec"]["names"]["kind"]
            api = f"{definition['spec']['group']}/{version['name']}"
            # Not checked to be a schema: these are large, and published by their projects.
            closed = _closed(version["schema"]["openAPIV3Schema"])
            schemas[api, kind] = jsonschema.Draft7Validator(closed)
    checked = set()
    for plan in PLANS.values():
        kserve = replace(plan, mode="kserve", gateway="")
        for manifest in [*objects.objects(plan, 60), *kserve_objects.objects(kserve)]:
            if schema := schemas.get((manifest["apiVersion"], manifest["kind"])):
                schema.validate(manifest)
                checked.add(manifest["kind"])
    assert checked == {"HTTPRoute", "ServingRuntime", "InferenceService"}


def test_an_unknown_field_of_a_custom_resource_is_an_error() -> None:
    """The check can fail: what the API server would drop in silence is found."""
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {}}}}
    with pytest.raises(jsonschema.ValidationError, match="predictr"):
        jsonschema.validate({"spec": {"predictr": {}}}, _closed(schema))


def _closed(schema: Manifest) -> Manifest:
    """Return a schema that takes no field which it does not name."""
    closed: Manifest = dict(schema)
    if schema.get("x-kubernetes-int-or-string"):
        return {}
    if "properties" in schema:
        closed["properties"] = {k: _closed(v) for k, v in schema["properties"].items()}
        open_ = schema.get("x-kubernetes-preserve-unknown-fields")
        if not open_ and "additionalProperties" not in schema:
            if "spec" in schema["properties"]:
                closed["properties"] |= {"apiVersion": {}, "kind": {}, "metadata": {}}
            closed["additionalProperties"] = False
        if "metadata" in closed["properties"]:
            closed["properties"]["metadata"] = {}
    if isinstance(schema.get("items"), dict):
        closed["items"] = _closed(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        closed["additionalProperties"] = _closed(schema["additionalProperties"])
    return closed
