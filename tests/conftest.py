"""Fixtures for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.minio_server import Minio, running_minio
from tests.postgres_server import available, running_postgres
from tests.registry_service.running import RunningRegistry, start_registry

TESTS: Final = Path(__file__).parent
ONE_PROCESS: Final = ("integration/containers", "integrations/airflow", "manifests", "mlflow")
"""Folders whose tests share what takes long to start: containers, servers, an API server."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes test, keep those of one file, or of such a folder, in one of them."""
    for item in items:
        file = item.path.relative_to(TESTS)
        group = file.parent if file.parent.as_posix() in ONE_PROCESS else file
        item.add_marker(pytest.mark.xdist_group(group.as_posix()))


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
