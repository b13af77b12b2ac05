"""How often a page, or an answer, asks the database."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import urllib3
from sqlalchemy import Engine, event

from registry_service.app import create_app
from registry_service.server import serve
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import (
    KUBEFLOW,
    OURS,
    START_SECONDS,
    Caller,
    free_port,
    settings_of,
)
from tests.registry_service.ui.conftest import Browser


@dataclass
class Counted:
    """A registry in this process, and the statements that it has run."""

    url: str
    statements: list[str] = field(default_factory=list)

    def during(self, path: str) -> int:
        """Return how many statements a page takes."""
        self.statements.clear()
        assert Browser(self.url)(path).status == 200
        return len(self.statements)


@pytest.fixture
def counted(stores: dict[str, str], tmp_path: Path) -> Iterator[Counted]:
    """A registry on each pair of stores whose statements are counted."""
    port = free_port()
    found = Counted(f"http://127.0.0.1:{port}")
    settings = settings_of(stores, data_dir=tmp_path)

    def count(_: object, __: object, statement: str, *___: object) -> None:
        # Those that begin and end transactions are not asked of the data.
        if not statement.startswith("BEGIN"):
            found.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    serving = serve(create_app(settings), settings, ("127.0.0.1", port), stop)
    thread = threading.Thread(target=loop.run_until_complete, args=(serving,))
    thread.start()
    patient = urllib3.Retry(connect=START_SECONDS, backoff_factor=0.05, backoff_max=1)
    assert urllib3.request("GET", f"{found.url}/readyz", retries=patient).status == 200
    yield found
    event.remove(Engine, "before_cursor_execute", count)
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def test_a_page_asks_the_same_however_much_it_shows(counted: Counted) -> None:
    """A page of many models, versions and metrics takes as many statements as one of few."""
    ours, kubeflow = Caller(counted.url, OURS), Caller(counted.url, KUBEFLOW)

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            metrics = {f"m{each}": each / 7 for each in range(number)}
            body = registration("churn", [], metrics=metrics, aliases=[f"alias-{number}"])
            assert ours("POST", "/register", body, Idempotency_Key=str(number))[0] == 201
            assert kubeflow("POST", "/registered_models", {"name": f"m{number}"})[0] == 201

    def pages(versions: range) -> dict[str, int]:
        chosen = "&".join(f"version={number}" for number in versions)
        paths = ("", "models/1", "versions/1", f"compare?{chosen}", "audit", "data?digest=d1")
        return {path.partition("?")[0]: counted.during(path) for path in paths}

    fill(1, 3)
    few = pages(range(1, 3))
    fill(3, 8)
    assert pages(range(1, 8)) == few
    assert max(few.values()) <= 17


def test_a_registration_reads_the_aliases_once(counted: Counted) -> None:
    """However many it sets: each takes what writes it, and all entries in the log one more."""
    ours = Caller(counted.url, OURS)

    def statements(aliases: int) -> int:
        names = [f"alias-{aliases}-{number}" for number in range(aliases)]
        body = registration("churn", [], aliases=names)
        counted.statements.clear()
        assert ours("POST", "/register", body, Idempotency_Key=str(aliases))[0] == 201
        return len(counted.statements)

    statements(1)
    assert statements(52) - statements(2) == 2 * 50


def test_mlflow_is_told_all_aliases_at_once(counted: Counted) -> None:
    """A model of many aliases takes as many statements as one of few."""
    ours, mlflow = Caller(counted.url, OURS), Caller(counted.url, "/api/2.0/mlflow")
    taken = []
    for count in (2, 20):
        body = registration(f"m{count}", [], aliases=[f"alias-{each}" for each in range(count)])
        assert ours("POST", "/register", body, Idempotency_Key=str(count))[0] == 201
        counted.statements.clear()
        shown = mlflow("GET", f"/registered-models/get?name=m{count}")[1]["registered_model"]
        assert [alias["version"] for alias in shown["aliases"]] == ["1"] * count
        taken.append(len(counted.statements))
    assert taken[0] == taken[1]
