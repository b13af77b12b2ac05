"""Running registries for the tests."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.registry_service.postgres import available, running_postgres
from tests.registry_service.running import (
    KUBEFLOW,
    OURS,
    Caller,
    RunningRegistry,
    start_registry,
)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the session."""
    if not available():
        missing = "no PostgreSQL server: install the package postgresql (its initdb and pg_ctl)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def registry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningRegistry]:
    """A registry on a fresh data folder and each kind of database, shared by the session."""
    environment = {}
    if request.param == "postgresql":
        environment["REGISTRY_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    running = start_registry(tmp_path_factory.mktemp("registry"), **environment)
    yield running
    running.stop()


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
