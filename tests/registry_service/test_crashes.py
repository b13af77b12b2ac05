"""Nothing lost, nothing half: the service is killed at random moments."""

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3

from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import OURS, Caller, RunningRegistry, start_registry

REGISTRATIONS = 120
CLIENTS = 16
KILLS = 5


class Retrying:
    """A client that tries again with the same key until it is answered, as ours does."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address

    def until_answered(self, method: str, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Send a request until the service answers it."""
        answer: Any = None
        for _ in range(2000):
            try:
                status, answer = Caller(self._address(), OURS)(method, path, body, **headers)
                if status != 503:
                    return status, answer
            except urllib3.exceptions.HTTPError as error:
                answer = error
            time.sleep(0.05)
        raise AssertionError(f"the registry did not come back: {answer}")

    def register(self, number: int) -> str:
        """Upload a file and register it as a version; return the file's digest."""
        content = f"model {number} ".encode() * 5000
        sha256 = hashlib.sha256(content).hexdigest()
        status, answer = self.until_answered("PUT", f"/blobs/{sha256}", content)
        assert status == 201, answer
        entry = {"path": "model.joblib", "sha256": sha256, "size": len(content)}
        body = registration("killed", [entry], version={"name": f"v{number}"}, aliases=["newest"])
        status, answer = self.until_answered(
            "POST", "/register", body, Idempotency_Key=f"key-{number}"
        )
        assert status in (200, 201), answer
        return sha256


def test_every_acknowledged_version_survives_kill_9(tmp_path: Path) -> None:
    """After five kills amid registrations, each version is there once, whole and verifiable."""
    current: list[RunningRegistry] = [start_registry(tmp_path)]
    chance = random.Random(7)  # noqa: S311 - moments of a test, no secret
    done = threading.Event()

    def kill_and_restart() -> None:
        for _ in range(KILLS):
            if done.wait(chance.uniform(0.2, 1.0)):
                return
            current[0].process.kill()
            current[0].process.wait()
            current[0] = start_registry(tmp_path)

    killer = threading.Thread(target=kill_and_restart)
    killer.start()
    client = Retrying(lambda: current[0].url)
    with ThreadPoolExecutor(CLIENTS) as pool:
        digests = list(pool.map(client.register, range(REGISTRATIONS)))
    done.set()
    killer.join()

    ours = Caller(current[0].url, OURS)
    _, listed = ours("GET", "/models/killed/versions")
    names = [item["name"] for item in listed["items"]]
    assert sorted(names) == sorted(f"v{number}" for number in range(REGISTRATIONS))
    assert len({item["number"] for item in listed["items"]}) == REGISTRATIONS
    for number, sha256 in enumerate(digests):
        _, version = ours("GET", f"/models/killed/versions/v{number}")
        assert [file["sha256"] for file in version["files"]] == [sha256]
        assert set(version["metrics"]) == {"roc_auc", "log_loss"}
        assert len(version["parameters"]) == 4
        _, content = ours("GET", f"/blobs/{sha256}")
        assert hashlib.sha256(content).hexdigest() == sha256
    current[0].stop()


def test_collection_beside_registrations_takes_nothing_registered(
    start: Callable[[], RunningRegistry],
) -> None:
    """While bytes are collected all the time, every registered version keeps its own."""
    running = start()
    ours = Caller(running.url, OURS)
    stop = threading.Event()
    old = time.time() - 7200

    def age_and_collect() -> None:
        while not stop.is_set():
            for path in (running.data / "blobs").glob("[0-9a-f][0-9a-f]/*"):
                try:
                    os.utime(path, (old, old))
                except FileNotFoundError:
                    continue
            status, answer = ours("POST", "/gc", {"olderThanHours": 1, "dryRun": False})
            assert status == 200, answer

    def register(number: int) -> str:
        content = f"collected {number}".encode()
        sha256 = hashlib.sha256(content).hexdigest()
        body = registration(
            "collected", [{"path": "m", "sha256": sha256, "size": len(content)}], aliases=[]
        )
        for _ in range(200):
            ours("PUT", f"/blobs/{sha256}", content)
            status, answer = ours("POST", "/register", body, Idempotency_Key=f"c-{number}")
            if status == 201:
                return sha256
            assert (status, answer["code"]) == (409, "unknown_blob")
        raise AssertionError("the bytes were always gone")

    collector = threading.Thread(target=age_and_collect)
    collector.start()
    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(register, range(60)))
    stop.set()
    collector.join()
    for sha256 in digests:
        assert ours("GET", f"/blobs/{sha256}")[0] == 200
