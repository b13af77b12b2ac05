"""Two replicas on one database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.registry_service.api.test_registration import registration
from tests.registry_service.postgres import available, running_postgres
from tests.registry_service.running import OURS, Caller, start_registry


@pytest.mark.skipif(not available(), reason="PostgreSQL is not installed")
def test_replicas_on_one_postgresql_behave_as_one(tmp_path: Path) -> None:
    """Races across both have one winner, retries replay on the other, aliases move once."""
    with running_postgres() as url:
        data = tmp_path / "data"
        with ThreadPoolExecutor(2) as pool:
            replicas = list(
                pool.map(lambda _: start_registry(data, REGISTRY_DATABASE_URL=url), range(2))
            )
        one, two = (Caller(replica.url, OURS) for replica in replicas)
        body = registration("shared", [], version={"name": "v1"}, aliases=[])

        def race(number: int) -> int:
            caller = (one, two)[number % 2]
            return caller("POST", "/register", body, Idempotency_Key=f"race-{number}")[0]

        with ThreadPoolExecutor(32) as pool:
            statuses = list(pool.map(race, range(32)))
        assert sorted(statuses) == [201] + [409] * 31

        def retry(number: int) -> int:
            caller = (one, two)[number % 2]
            plain = registration("shared", [], version={}, aliases=[])
            return caller("POST", "/register", plain, Idempotency_Key="the-same")[0]

        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(retry, range(16)))
        assert sorted(statuses) == [200] * 15 + [201]
        assert len(one("GET", "/models/shared/versions")[1]["items"]) == 2

        def promote(number: int) -> int:
            caller = (one, two)[number % 2]
            wish = {"version": "v1", "expected": None}
            return caller("PUT", "/models/shared/aliases/champion", wish)[0]

        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(promote, range(16)))
        assert sorted(statuses) == [200] + [409] * 15
        for replica in replicas:
            assert replica.stop() in (0, -15)
