"""Seeing that a version can be served."""

import uuid
from pathlib import Path

import pytest

from components.check_deployment.check import check_deployment
from components.shared.errors import DeploymentError, InputError
from components.shared.registry.client import RegistryClient
from tests.components.shared.deployments.serving_models import Served, make_version
from tests.predictor.changing import without_file
from tests.registry_service.running import start_registry

NAME = "strikes"


@pytest.fixture(name="good", scope="module")
def good_version(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A version that can be served."""
    return make_version(tmp_path_factory.mktemp("good"), "1", 3)


def _register(url: str, served: Served) -> str:
    name = f"{NAME}-{uuid.uuid4().hex}"
    with RegistryClient(url) as registry:
        body = {"model": {"name": name}, "aliases": ["challenger"]}
        registry.register(body, served.folder, uuid.uuid4().hex)
    return name


def test_a_version_is_pinned_and_proven(good: Served, registry_url: str) -> None:
    """What comes out is its digest, and what was measured."""
    name = _register(registry_url, good)
    checked = check_deployment(
        f"{name}@challenger", requests=5, latency_limit=10_000, registry_url=registry_url
    )
    assert (checked.version.digest, checked.version.version) == (good.version.digest, "1")
    assert checked.examples > 5
    assert 0 < checked.metrics()["latency_median_ms"] <= checked.metrics()["latency_worst_ms"]


def test_a_version_that_is_too_slow_is_refused(good: Served, registry_url: str) -> None:
    """The message says how long it took, and what the limit was."""
    name = _register(registry_url, good)
    with pytest.raises(DeploymentError, match=r"more than the limit of 0\.0001 ms"):
        check_deployment(name, requests=3, latency_limit=0.0001, registry_url=registry_url)


def test_a_version_that_does_not_reproduce_its_examples_is_refused(
    tmp_path: Path, registry_url: str
) -> None:
    """The message is the server's own, and names the example."""
    name = _register(registry_url, make_version(tmp_path, "1", 3, damage=True))
    with pytest.raises(DeploymentError, match="does not reproduce example 3"):
        check_deployment(name, requests=3, registry_url=registry_url)


def test_a_version_that_cannot_prove_itself_is_refused(
    good: Served, tmp_path: Path, registry_url: str
) -> None:
    """Without examples nobody knows whether it is served rightly: no server is started for it."""
    bare = without_file(good.folder, tmp_path / "bare", "examples.json")
    name = _register(registry_url, Served(good.version, bare))
    with pytest.raises(DeploymentError, match=r"has no examples\.json"):
        check_deployment(name, requests=3, registry_url=registry_url)


def test_a_protected_alias_asks_for_an_approval_first(good: Served, tmp_path: Path) -> None:
    """It is refused before a server starts, with the command that approves; nothing is moved."""
    running = start_registry(tmp_path / "registry", REGISTRY_PROTECTED_ALIASES="deployed")
    try:
        name = _register(running.url, good)
        with pytest.raises(InputError, match=f"registry approve {name}@1"):
            check_deployment(f"{name}@1", registry_url=running.url)
        with RegistryClient(running.url) as registry:
            assert [alias.name for alias in registry.aliases(name)] == ["challenger"]
            registry.approve(name, "1", "reviewed")
        checked = check_deployment(
            f"{name}@1", requests=2, latency_limit=10_000, registry_url=running.url
        )
        assert checked.version.version == "1"
    finally:
        running.stop()


def test_a_pod_serves_nothing_by_itself(registry_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mode local is refused in a cluster, before anything is fetched."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    with pytest.raises(InputError, match="ends with its step"):
        check_deployment("any", mode="local", registry_url=registry_url)
