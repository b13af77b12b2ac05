"""A real API server, and deployments to make."""

import uuid
from collections.abc import Iterator

import pytest

from components.shared.deployments.cluster import Cluster
from components.shared.deployments.plans import Canary, DeploymentPlan, PinnedVersion
from tests.api_server import ApiServer, need_api_server, need_schemas, running_api_server
from tests.components.shared.deployments.controllers import Controllers, controlling

ONE = PinnedVersion("churn", "1", "a" * 64)
TWO = PinnedVersion("churn", "2", "b" * 64)
IMAGE = "kfp-tabular-predictor:0.1.0"


def plan_of(version: PinnedVersion, mode: str = "deployment", **changes: object) -> DeploymentPlan:
    """Return a plan to serve a version in a namespace of its own."""
    fields = {"name": "churn", "mode": mode, "place": "team-a", "stable": version, "image": IMAGE}
    return DeploymentPlan(**{**fields, **changes})  # type: ignore[arg-type] # of any field


CANARY = Canary(TWO, 20)


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A real API server that knows KServe's resources and the Gateway API's."""
    need_api_server()
    definitions = sorted(need_schemas().glob("*.yaml"))
    with running_api_server(tmp_path_factory.mktemp("kubernetes")) as server:
        server.install(definitions)
        yield server


@pytest.fixture(name="cluster")
def namespace_of_a_cluster(api_server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A new namespace."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    name = f"team-{uuid.uuid4().hex[:8]}"
    api_server.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    return Cluster(api_server.admin, name)


@pytest.fixture(name="controllers")
def controllers_of_the_namespace(api_server: ApiServer, cluster: Cluster) -> Iterator[Controllers]:
    """What makes true what is applied there."""
    with controlling(api_server, cluster.namespace) as controllers:
        yield controllers
        assert not controllers.failures
