"""Nothing lost, nothing half: the service is killed at random moments."""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import urllib3

from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import OURS, Caller, RunningRegistry, start_registry

REGISTRATIONS = 500
CLIENTS = 16
KILLS = 6
# Registrations between two kills: their sum over all kills stays below REGISTRATIONS.
MOST_BETWEEN_KILLS = 80
METRICS = {"roc_auc", "log_loss"}
PARAMETERS = 4


class Mortal:
    """A registry that is killed at random moments while a block runs, and started again."""

    def __init__(self, start: Callable[[], RunningRegistry]) -> None:
        self._start = start
        self._running = start()
        self.ours = Caller(self._running.url, OURS)
        self.acknowledged = threading.Semaphore(0)

    @contextmanager
    def dying(self) -> Iterator[None]:
        """Kill it KILLS times, each time soon after some more registrations were acknowledged."""
        with ThreadPoolExecutor(1) as pool:
            killing = pool.submit(self._kill_and_restart)
            yield
            killing.result()

    def _kill_and_restart(self) -> None:
        chance = random.Random(7)  # noqa: S311 - no secret
        for _ in range(KILLS):
            for _ in range(chance.randint(20, MOST_BETWEEN_KILLS)):
                assert self.acknowledged.acquire(timeout=60), "the registrations came to a halt"
            time.sleep(chance.uniform(0.0, 0.2))
            self._running.process.kill()
            self._running.process.wait()
            self._running = self._start()
            self.ours = Caller(self._running.url, OURS)

    def stop(self) -> None:
        """Let it end in peace."""
        self._running.stop()


class Retrying:
    """A client that tries again with the same key until it is answered, as ours does."""

    def __init__(self, registry: Mortal) -> None:
        self._registry = registry

    def until_answered(self, method: str, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Send a request until the service answers it."""
        answer: Any = None
        for _ in range(2000):
            try:
                status, answer = self._registry.ours(method, path, body, **headers)
                if status != 503:
                    return status, answer
            except urllib3.exceptions.HTTPError as error:
                answer = error
            time.sleep(0.05)
        raise AssertionError(f"the registry did not come back: {answer}")

    def bring(self, content: bytes) -> dict[str, Any]:
        """Upload bytes until the store has taken them; return their entry without a path."""
        entry = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for _ in range(2000):
            _, plan = self.until_answered(
                "POST", "/uploads", {"files": [{"path": "file", **entry}]}
            )
            planned = plan["files"][0]
            target = urljoin(self._registry.ours.url, planned["url"])
            try:
                answer = urllib3.request(
                    planned["method"], target, body=content, headers=planned["headers"]
                )
            except urllib3.exceptions.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status in (200, 201):
                return entry
        raise AssertionError("the bytes never came through")

    def register(self, number: int) -> str:
        """Upload a file and register it as a version; return the file's digest."""
        entry = self.bring(f"model {number} ".encode() * 5000)
        files = [{"path": "model.joblib", **entry}]
        body = registration("killed", files, version={"name": f"v{number}"}, aliases=["newest"])
        status, answer = self.until_answered(
            "POST", "/register", body, Idempotency_Key=f"key-{number}"
        )
        assert status in (200, 201), answer
        self._registry.acknowledged.release()
        return str(entry["sha256"])


def is_whole(detail: dict[str, Any]) -> bool:
    """Tell whether a version has all that was registered with it."""
    parts = (len(detail["files"]), set(detail["metrics"]), len(detail["parameters"]))
    return parts == (1, METRICS, PARAMETERS) and len(detail["datasets"]) == 1


class Watcher:
    """Looks at the newest version all the time."""

    def __init__(self, registry: Mortal) -> None:
        self._registry = registry
        self._done = threading.Event()
        self.seen = 0
        self.halves: list[Any] = []
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            try:
                status, detail = self._registry.ours("GET", "/models/killed/versions/newest")
            except urllib3.exceptions.HTTPError:
                continue
            if status == 200:
                self.seen += 1
                self.halves += [] if is_whole(detail) else [detail]


def test_every_acknowledged_version_survives_kill_9(stores: dict[str, str], tmp_path: Path) -> None:
    """Killed amid registrations, each version is there once, whole and verifiable."""
    registry = Mortal(lambda: start_registry(tmp_path, **stores))
    client = Retrying(registry)
    with Watcher(registry) as watcher, registry.dying(), ThreadPoolExecutor(CLIENTS) as pool:
        digests = list(pool.map(client.register, range(REGISTRATIONS)))
    assert watcher.seen > 10
    assert watcher.halves == []

    ours = registry.ours
    _, listed = ours("GET", "/models/killed/versions")
    names = [item["name"] for item in listed["items"]]
    assert sorted(names) == sorted(f"v{number}" for number in range(REGISTRATIONS))
    assert len({item["number"] for item in listed["items"]}) == REGISTRATIONS

    def verify(number: int) -> bool:
        _, detail = ours("GET", f"/models/killed/versions/v{number}")
        _, where = ours("GET", f"/models/killed/versions/v{number}/files")
        content = urllib3.request("GET", urljoin(ours.url, where["files"][0]["url"])).data
        return is_whole(detail) and hashlib.sha256(content).hexdigest() == digests[number]

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert all(pool.map(verify, range(REGISTRATIONS)))
    registry.stop()
