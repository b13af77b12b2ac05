"""Running registries for the tests."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.minio_server import Minio
from tests.postgres_server import new_database
from tests.registry_service.people import GATEWAY, GRANTS, TOKENS
from tests.registry_service.running import (
    KUBEFLOW,
    OURS,
    Caller,
    RunningRegistry,
    start_registry,
)

ON_ONE_MACHINE = "sqlite-folder"
ON_SERVERS = "postgresql-minio"
# For what only a registry can show whose bytes pass through it.
in_a_folder = pytest.mark.parametrize("registry", [ON_ONE_MACHINE], indirect=True, scope="session")


@pytest.fixture(scope="session", params=[ON_ONE_MACHINE, ON_SERVERS])
def registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningRegistry]:
    """A registry on each pair of stores, shared by the session."""
    with stores_of(request, request.param) as settings:
        running = start_registry(tmp_path_factory.mktemp("registry"), **settings)
        yield running
        running.stop()


@pytest.fixture(scope="session", params=[ON_ONE_MACHINE, ON_SERVERS])
def guarded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A registry that knows a few people and protects the alias `champion`, on both stores."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    access = folder / "access.json"
    tokens = [
        {"token": token, "subject": GATEWAY if name == "gateway" else name}
        for name, token in TOKENS.items()
    ]
    access.write_text(json.dumps({"tokens": tokens, "grants": GRANTS}))
    with stores_of(request, request.param) as settings:
        running = start_registry(
            folder / "data",
            REGISTRY_ACCESS_FILE=str(access),
            REGISTRY_PROTECTED_ALIASES="champion",
            REGISTRY_GATEWAY_SUBJECT=GATEWAY,
            REGISTRY_TRUST_DOMAIN="cluster.local",
            REGISTRY_SIDECAR="injected",
            **settings,
        )
        yield running.url
        running.stop()


@pytest.fixture(params=[ON_ONE_MACHINE, ON_SERVERS])
def stores(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings of a registry on each pair of stores, empty and the test's own."""
    with stores_of(request, request.param) as settings:
        yield settings


@contextmanager
def stores_of(request: pytest.FixtureRequest, which: str) -> Iterator[dict[str, str]]:
    """Give the settings of a registry on a new pair of stores."""
    if which == ON_ONE_MACHINE:
        yield {}
        return
    server: Minio = request.getfixturevalue("minio")
    name = uuid.uuid4().hex
    server.client().make_bucket(name)
    with new_database(request.getfixturevalue("postgres_url"), name) as url:
        yield {"REGISTRY_DATABASE_URL": url} | server.settings(name)


@pytest.fixture(scope="session")
def registry_url(registry: RunningRegistry) -> str:
    """The URL of the session's registry."""
    return registry.url


@pytest.fixture(scope="session")
def ours(registry_url: str) -> Caller:
    """Calls our own API of the session's registry."""
    return Caller(registry_url, OURS)


@pytest.fixture(scope="session")
def kubeflow(registry_url: str) -> Caller:
    """Calls the Kubeflow API of the session's registry."""
    return Caller(registry_url, KUBEFLOW)


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return f"model-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], RunningRegistry]]:
    """Starts registries on one data folder of the test's own; stops them at its end."""
    started: list[RunningRegistry] = []

    def run() -> RunningRegistry:
        started.append(start_registry(tmp_path / "data"))
        return started[-1]

    yield run
    for registry in started:
        if registry.process.poll() is None:
            registry.stop()
