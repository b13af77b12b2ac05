"""Fixtures for all tests."""

import os
from collections.abc import Iterator

import pytest

from tests.minio_server import Minio, running_minio
from tests.postgres_server import available, running_postgres
from tests.registry_service.running import RunningRegistry, start_registry


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
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    """A MinIO server with an empty folder, shared by the session."""
    with running_minio(tmp_path_factory.mktemp("minio")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the session."""
    if not available():
        missing = "no PostgreSQL server: install the package postgresql (its initdb and pg_ctl)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with running_postgres() as url:
        yield url
