"""Deployments on a real API server, whose controllers the tests stand in for."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from components.shared.deployments import objects
from components.shared.deployments.bringing import bring, put_back
from components.shared.deployments.cluster import Cluster
from components.shared.deployments.deployment_place import ROUTES, DeploymentPlace
from components.shared.deployments.examples import Examples
from components.shared.deployments.kserve_place import KServePlace
from components.shared.deployments.places import Place
from components.shared.deployments.plans import DeploymentPlan, PinnedVersion
from components.shared.errors import ClusterRefusalError, DeploymentError, InputError
from pipelines.definition import catalog
from pipelines.definition.compiled_yaml import documents
from tests.api_server import DEPLOYER, DEPLOYER_TOKEN, ApiServer
from tests.components.shared.deployments.conftest import CANARY, ONE, TWO, plan_of
from tests.components.shared.deployments.controllers import Controllers

WAIT = 20
ROLES = catalog.ROOT / "manifests" / "components" / "deployments"
SAYS_A = Examples([{"x": 1}, {"x": None}], ["a", "a"], None)
SAYS_B = replace(SAYS_A, predictions=["b", "b"])
GATEWAY = "gateways/main"


@pytest.fixture(name="place", params=["deployment", "kserve"])
def place_of_a_mode(request: pytest.FixtureRequest, cluster: Cluster) -> Place:
    """The namespace, as each mode has it."""
    return DeploymentPlace(cluster) if request.param == "deployment" else KServePlace(cluster)


def _plan(
    place: Place, cluster: Cluster, version: PinnedVersion = ONE, **changes: object
) -> DeploymentPlan:
    mode = "deployment" if isinstance(place, DeploymentPlace) else "kserve"
    return plan_of(version, mode, place=cluster.namespace, **changes)


def test_a_version_serves_and_the_next_one_takes_its_place(
    place: Place, cluster: Cluster, controllers: Controllers
) -> None:
    """Each says through the Service what its examples say, and is what is there then."""
    del controllers
    first, second = _plan(place, cluster), _plan(place, cluster, TWO)
    assert bring(place, first, SAYS_A, WAIT).before is None
    brought = bring(place, second, SAYS_B, WAIT)
    assert (brought.before, place.current("churn")) == (first, second)
    assert brought.address.endswith(f".{cluster.namespace}.svc")
    put_back(place, brought, WAIT)
    assert place.current("churn") == first


def test_a_version_that_does_not_get_ready_leaves_the_old_one(
    place: Place, cluster: Cluster, controllers: Controllers
) -> None:
    """The message says what its server said, and the old version is what is there."""
    controllers.broken[TWO.digest] = "CreateContainerConfigError"
    bring(place, _plan(place, cluster), SAYS_A, WAIT)
    with pytest.raises(DeploymentError, match="CreateContainerConfigError") as failed:
        bring(place, _plan(place, cluster, TWO), SAYS_B, WAIT)
    assert "version 1" in str(failed.value)
    assert "serves, as before" in str(failed.value)
    assert place.current("churn") == _plan(place, cluster)


def test_a_first_version_that_does_not_get_ready_leaves_nothing(
    place: Place, cluster: Cluster, controllers: Controllers
) -> None:
    """What was made for it is gone."""
    controllers.broken[ONE.digest] = "ImagePullBackOff"
    with pytest.raises(DeploymentError, match="nothing serves, as before"):
        bring(place, _plan(place, cluster), SAYS_A, WAIT)
    assert place.current("churn") is None
    assert cluster.find("policy/v1", "PodDisruptionBudget", "churn") is None


def test_a_version_that_says_something_else_is_taken_back(
    place: Place, cluster: Cluster, controllers: Controllers
) -> None:
    """What answers through the Service is held against the examples, and not its readiness."""
    del controllers
    bring(place, _plan(place, cluster), SAYS_A, WAIT)
    with pytest.raises(DeploymentError, match="does not reproduce the examples"):
        bring(place, _plan(place, cluster, TWO), SAYS_A, WAIT)
    assert place.current("churn") == _plan(place, cluster)


def test_a_canary_gets_its_weight_and_goes_again(
    cluster: Cluster, controllers: Controllers
) -> None:
    """The route splits once the canary is ready; afterwards nothing is left of it."""
    del controllers
    place = DeploymentPlace(cluster)
    alone = _plan(place, cluster, gateway=GATEWAY)
    bring(place, alone, SAYS_A, WAIT)
    bring(place, replace(alone, canary=CANARY), SAYS_A, WAIT)
    route = cluster.find(*ROUTES, "churn") or {}
    backends = route["spec"]["rules"][0]["backendRefs"]
    assert {each["name"]: each["weight"] for each in backends} == {"churn": 80, "churn-canary": 20}
    bring(place, alone, SAYS_A, WAIT)
    assert cluster.find("apps/v1", "Deployment", "churn-canary") is None
    route = cluster.find(*ROUTES, "churn") or {}
    assert [each["weight"] for each in route["spec"]["rules"][0]["backendRefs"]] == [100]


@pytest.mark.parametrize("percent", [0, 20])
def test_kserve_is_asked_for_a_canary(
    cluster: Cluster, controllers: Controllers, percent: int
) -> None:
    """Its share may be nothing; afterwards the InferenceService has none."""
    del controllers
    place = KServePlace(cluster)
    alone = _plan(place, cluster)
    bring(place, replace(alone, canary=replace(CANARY, percent=percent)), SAYS_A, WAIT)
    found = cluster.find("serving.kserve.io/v1beta1", "InferenceService", "churn") or {}
    assert [each["trafficPercent"] for each in found["spec"]["canary"]] == [percent]
    bring(place, alone, SAYS_A, WAIT)
    found = cluster.find("serving.kserve.io/v1beta1", "InferenceService", "churn") or {}
    assert "canary" not in found["spec"]


def test_a_canary_without_a_gateway_is_refused(cluster: Cluster) -> None:
    """Nothing would keep to its share."""
    place = DeploymentPlace(cluster)
    with pytest.raises(InputError, match="parameter `gateway`"):
        place.check(_plan(place, cluster, canary=CANARY))


def test_what_others_made_is_not_taken_over(place: Place, cluster: Cluster) -> None:
    """A Deployment or InferenceService of that name that is not ours is refused."""
    made = {
        "deployment": objects.deployment(_plan(place, cluster), ONE, "stable", 60),
        "kserve": {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": {"name": "churn"},
            "spec": {"predictor": {}},
        },
    }
    mode = _plan(place, cluster).mode
    cluster.apply(made[mode])
    with pytest.raises(InputError, match="did not make"):
        place.current("churn")


def test_a_run_may_do_what_its_role_says_and_no_more(
    api_server: ApiServer, cluster: Cluster, controllers: Controllers
) -> None:
    """With the manifests' Role alone, both modes deploy, look and remove; secrets stay shut."""
    namespace = cluster.namespace
    (role,) = documents(ROLES / "role.yaml")
    (binding,) = documents(ROLES / "role-binding.yaml")
    binding["subjects"] = [
        {"kind": "User", "name": DEPLOYER, "apiGroup": "rbac.authorization.k8s.io"}
    ]
    for path, manifest in (("roles", role), ("rolebindings", binding)):
        api_server.call(
            "POST", f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/{path}", manifest
        )
    run = Cluster(api_server.client(DEPLOYER_TOKEN), namespace)
    controllers.broken[TWO.digest] = "CrashLoopBackOff"
    for place in (DeploymentPlace(run), KServePlace(run)):
        plan = _plan(place, cluster)
        place.check(plan)
        place.apply(plan, WAIT)
        assert place.current("churn") == plan
        with pytest.raises(DeploymentError):
            place.apply(_plan(place, cluster, TWO), WAIT)
        place.remove("churn")
        assert place.current("churn") is None
    with pytest.raises(ClusterRefusalError, match="kfp-tabular-deployer"):
        run.list("v1", "Secret", {})


def test_who_may_not_is_told_what_is_missing(api_server: ApiServer, cluster: Cluster) -> None:
    """Nothing is made, and the Role is named."""
    nobody = DeploymentPlace(Cluster(api_server.client(DEPLOYER_TOKEN), cluster.namespace))
    with pytest.raises(ClusterRefusalError, match="needs the Role kfp-tabular-deployer"):
        nobody.current("churn")


@pytest.fixture(name="kserve", scope="module")
def namespace_of_kserve(api_server: ApiServer) -> Callable[[str, str], None]:
    """Makes KServe's control plane one of a release, with a configuration."""
    api_server.call("POST", "/api/v1/namespaces", {"metadata": {"name": "kserve"}})
    control = Cluster(api_server.admin, "kserve")

    def install(release: str, ingress: str) -> None:
        labels = {"control-plane": "kserve"}
        containers = [{"name": "manager", "image": f"kserve/kserve-controller:{release}"}]
        template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
        deployment = {"selector": {"matchLabels": labels}, "template": template}
        name = {"name": "kserve-controller-manager"}
        control.apply(
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": name, "spec": deployment}
        )
        name = {"name": "inferenceservice-config"}
        control.apply(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": name,
                "data": {"ingress": ingress},
            }
        )

    return install


@pytest.mark.parametrize(
    ("release", "ingress", "message"),
    [
        ("v0.20.0", "{}", "install a release after 0.20.0"),
        ("v0.20.1", "{}", "set enableGatewayApi to true"),
        ("v0.21.0", '{"enableGatewayApi": false}', "set enableGatewayApi to true"),
        ("v0.21.0", '{"enableGatewayApi": true}', ""),
    ],
)
def test_a_kserve_that_loses_requests_or_splits_none_is_refused(
    cluster: Cluster, kserve: Callable[[str, str], None], release: str, ingress: str, message: str
) -> None:
    """The message names the release, or the setting, that would do."""
    kserve(release, ingress)
    place = KServePlace(cluster)
    plan = _plan(place, cluster, canary=CANARY)
    if message:
        with pytest.raises(InputError, match=message):
            place.check(plan)
    else:
        assert place.check(plan) == ()


def test_a_kserve_that_cannot_be_seen_is_warned_of(
    api_server: ApiServer, cluster: Cluster, kserve: Callable[[str, str], None]
) -> None:
    """Who may not look into its namespace is told what to look for, and deploys all the same."""
    kserve("v0.20.0", "{}")
    place = KServePlace(Cluster(api_server.client(DEPLOYER_TOKEN), cluster.namespace))
    release, gateway = place.check(_plan(place, cluster, canary=CANARY))
    assert "0.20.0" in release
    assert "enableGatewayApi" in gateway
