"""Two replicas on one database and one bucket."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import urllib3

from tests.registry_service.api.test_registration import registration
from tests.registry_service.conftest import ON_SERVERS
from tests.registry_service.running import OURS, Caller, start_registry, upload

CALLERS = 32


@pytest.fixture
def replicas(stores: dict[str, str], tmp_path: Path) -> Iterator[tuple[Caller, Caller]]:
    """Two services, started at the same time on empty stores."""
    with ThreadPoolExecutor(2) as pool:
        started = list(
            pool.map(lambda name: start_registry(tmp_path / name, **stores), ("one", "two"))
        )
    one, two = (Caller(replica.url, OURS) for replica in started)
    yield one, two
    for replica in started:
        assert replica.stop() in (0, -15)


@pytest.mark.parametrize("stores", [ON_SERVERS], indirect=True)
def test_they_behave_as_one(replicas: tuple[Caller, Caller]) -> None:
    """Bytes are one version, retries replay on the other, aliases move once."""
    one, two = replicas
    entry = {"path": "model.joblib", **upload(one, b"shared")}
    body = registration("shared", [entry], version={"name": "v1"}, aliases=[])

    def race(number: int) -> int:
        caller = replicas[number % 2]
        return caller("POST", "/register", body, Idempotency_Key=f"race-{number}")[0]

    with ThreadPoolExecutor(CALLERS) as pool:
        statuses = list(pool.map(race, range(CALLERS)))
    # Whoever comes while the model is being made is told of the name, not yet of the bytes.
    assert statuses.count(201) == 1
    assert set(statuses) <= {200, 201, 409}
    for caller in replicas:
        _, listed = caller("GET", "/models/shared/versions/v1/files")
        assert urllib3.request("GET", listed["files"][0]["url"]).data == b"shared"

    def retry(number: int) -> int:
        caller = replicas[number % 2]
        plain = registration("shared", [], version={}, aliases=[])
        return caller("POST", "/register", plain, Idempotency_Key="the-same")[0]

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(retry, range(16)))
    assert sorted(statuses) == [200] * 15 + [201]
    assert len(one("GET", "/models/shared/versions")[1]["items"]) == 2

    def promote(number: int) -> int:
        wish = {"version": "v1", "expected": None}
        return replicas[number % 2]("PUT", "/models/shared/aliases/champion", wish)[0]

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(promote, range(16)))
    assert sorted(statuses) == [200] + [409] * 15
    assert two("POST", "/models/shared/aliases/champion/rollback")[0] == 409
