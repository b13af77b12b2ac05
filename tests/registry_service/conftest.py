"""Running registries for the tests."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.registry_service.running import (
    KUBEFLOW,
    OURS,
    Caller,
    RunningRegistry,
    start_registry,
)


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    """A registry on a fresh data folder, shared by the session."""
    running = start_registry(tmp_path_factory.mktemp("registry"))
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
