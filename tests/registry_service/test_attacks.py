"""All that has ever taken the service from others, at once, and an honest client beside it."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
import urllib3

from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain import limits
from registry_service.domain.resources import RegisteredModel
from tests.benchmarks.registry.process_memory import peak_mib
from tests.postgres_server import running_postgres
from tests.registry_service.access.test_kubernetes import ApiServer
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import (
    KUBEFLOW,
    OURS,
    Caller,
    RunningRegistry,
    free_port,
    settings_of,
    start_registry,
)
from tests.registry_service.test_heads import send_endless

SECONDS = 10
MODELS = 10_000
LONG_TEXTS = 100
FILE = 200 << 20
# Between two attacks of one attacker: the test shares its processors with the service.
PAUSE_SECONDS = 0.2
MOST_MIB = 300
PROBE_SECONDS = 1.0
TOKENS = {name: f"{name}-token-0123456789abcdef" for name in ("writer", "stranger")}
GRANTS = [{"subject": "writer", "role": "approver"}]


def fill(url: str) -> None:
    """Store many models, some with texts that patterns take long on."""
    engine = open_engine(url, 1)
    migrate(engine)
    database = SqlDatabase(engine)
    for first in range(0, MODELS, 10_000):
        with database.write() as transaction:
            several = [RegisteredModel(name=f"m{first + each:06}") for each in range(10_000)]
            transaction.resources.add_all(several)
    with database.write() as transaction:
        text = "a" * limits.TEXT
        several = [RegisteredModel(name=f"x{n}", description=text) for n in range(LONG_TEXTS)]
        transaction.resources.add_all(several)
    database.close()


@pytest.fixture
def attacked(stores: dict[str, str], tmp_path: Path) -> Iterator[RunningRegistry]:
    """A registry with much in it, whose API server takes three seconds for a token."""
    access, own = tmp_path / "access.json", tmp_path / "token"
    tokens = [{"token": token, "subject": name} for name, token in TOKENS.items()]
    access.write_text(json.dumps({"tokens": tokens, "grants": GRANTS}))
    own.write_text("own-token")
    data = tmp_path / "data"
    data.mkdir()
    fill(settings_of(stores, data_dir=data).url())
    with ApiServer() as reviewer:
        reviewer.seconds = 3
        threading.Thread(target=reviewer.serve_forever, daemon=True).start()
        running = start_registry(
            data,
            **stores,
            REGISTRY_ACCESS_FILE=str(access),
            REGISTRY_KUBERNETES_AUDIENCE="registry",
            REGISTRY_KUBERNETES_URL=f"http://127.0.0.1:{reviewer.server_port}",
            REGISTRY_KUBERNETES_TOKEN_FILE=str(own),
            REGISTRY_LOG_LEVEL="error",
        )
        yield running
        running.stop()
        reviewer.shutdown()


def caller(registry: RunningRegistry, prefix: str, token: str = TOKENS["writer"]) -> Caller:
    """Calls as somebody."""
    return Caller(registry.url, prefix, {"Authorization": f"Bearer {token}"})


def register(ours: Caller, name: str, **more: object) -> int:
    """Register a version; return the status."""
    key = f"{name}-{time.monotonic_ns()}"
    return ours("POST", "/register", registration(name, [], **more), Idempotency_Key=key)[0]


def body(**more: object) -> bytes:
    """Return the body of a registration."""
    return json.dumps(registration("attacked", [], **more)).encode()


def attacks(registry: RunningRegistry) -> list[Callable[[], object]]:
    """Return what is done again and again, each with as many at a time as it took."""
    ours, kubeflow = caller(registry, OURS), caller(registry, KUBEFLOW)
    stranger = caller(registry, OURS, TOKENS["stranger"])
    braces = b"[" + b"{}," * ((8 << 20) // 3 - 2) + b"{}]"
    many = body(metrics={f"m{each}": each / 7 for each in range(100_000)})
    most = body(metrics={f"m{each}": each / 7 for each in range(limits.METRICS)}, aliases=[])
    aliases = body(aliases=[f"a{each}" for each in range(2_500)])
    pattern = quote(f"description LIKE '%{'a' * 400}b'")
    numbers = iter(range(1_000_000))
    long = urllib3.PoolManager(maxsize=32, retries=False)

    def drain(path: str) -> None:
        headers = {"Authorization": f"Bearer {TOKENS['writer']}"}
        response = long.request("GET", registry.url + path, headers=headers, preload_content=False)
        for _ in response.stream(1 << 20):
            pass

    part = {"sha256": "0" * 64, "size": 10, "parts": ["1" * 64] * 100}
    return [
        *[lambda: send_endless(registry)] * 6,
        *[lambda: stranger("POST", "/register", braces, Idempotency_Key="k")] * 4,
        *[lambda: ours("POST", "/register", braces, Idempotency_Key="k")] * 4,
        *[lambda: drain(f"{KUBEFLOW}/registered_models")] * 3,
        *[lambda: drain(f"{OURS}/models?pageSize=100000")] * 3,
        *[
            lambda raw=raw: ours("POST", "/register", raw, Idempotency_Key=f"k{next(numbers)}")
            for raw in (many, most, aliases)
        ],
        *[lambda: kubeflow("GET", f"/registered_models?filterQuery={pattern}")] * 6,
        *[lambda: ours("POST", "/models/large/versions/1/verification")] * 8,
        *[lambda: caller(registry, OURS, f"unknown-{next(numbers)}")("GET", "/models")] * 32,
        lambda: ours("POST", "/uploads/assembly", part),
    ]


@contextmanager
def under_attack(registry: RunningRegistry) -> Iterator[None]:
    """Let all attacks run until the block ends."""
    done = threading.Event()

    def again(attack: Callable[[], object]) -> int:
        times = 0
        while not done.is_set():
            with suppress(urllib3.exceptions.HTTPError):
                attack()
            times += 1
            time.sleep(PAUSE_SECONDS)
        return times

    every = attacks(registry)
    with ThreadPoolExecutor(len(every)) as pool:
        running = [pool.submit(again, attack) for attack in every]
        try:
            yield
        finally:
            done.set()
    assert all(each.result() for each in running)


def watch(registry: RunningRegistry, end: float) -> tuple[list[float], float]:
    """Ask the probe again and again, in a process of its own.

    Returns:
        How many seconds each answer took, and by how many the machine woke a sleeper too late.
    """
    code = (
        "import sys, time, urllib3\n"
        "pool = urllib3.PoolManager(retries=False)\n"
        "end = time.monotonic() + float(sys.argv[2])\n"
        "while time.monotonic() < end:\n"
        "    begun = time.monotonic()\n"
        "    status = pool.request('GET', sys.argv[1]).status\n"
        "    answered = time.monotonic()\n"
        "    time.sleep(0.1)\n"
        "    print(status, answered - begun, time.monotonic() - answered - 0.1)\n"
    )
    command = [sys.executable, "-c", code, f"{registry.url}/readyz", str(end)]
    answers = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in answers.splitlines()]
    assert {status for status, _, _ in lines} == {"200"}
    return [float(took) for _, took, _ in lines], max(float(late) for _, _, late in lines)


@pytest.mark.timeout(600)
def test_attacks_take_the_service_from_nobody(attacked: RunningRegistry) -> None:
    """Memory stays small, the probe is answered in time, and an honest client gets its answers."""
    ours = caller(attacked, OURS)
    content = bytes(FILE)
    entry = {"path": "model.bin", "sha256": hashlib.sha256(content).hexdigest(), "size": FILE}
    _, plan = ours("POST", "/uploads", {"files": [entry]})
    planned = plan["files"][0]
    target = planned["url"] if "://" in planned["url"] else attacked.url + planned["url"]
    headers = planned["headers"] | (
        {} if "://" in planned["url"] else {"Authorization": f"Bearer {TOKENS['writer']}"}
    )
    sent = urllib3.request("PUT", target, body=content, headers=headers, timeout=120)
    assert sent.status in (200, 201)
    large = registration("large", [entry], aliases=[])
    assert ours("POST", "/register", large, Idempotency_Key="large")[0] == 201
    served: list[float] = []
    with under_attack(attacked), ThreadPoolExecutor(1) as pool:
        probing = pool.submit(watch, attacked, SECONDS)
        while not probing.done():
            begun = time.monotonic()
            assert register(ours, "honest", aliases=["newest"]) == 201
            assert ours("GET", "/models/honest/versions/newest")[0] == 200
            assert ours("GET", "/models/honest/versions?pageSize=5")[0] == 200
            served.append(time.monotonic() - begun)
    probes, late = probing.result()
    peak = peak_mib(attacked.process.pid)
    print(f"peak {peak:.0f} MiB; probe {max(probes):.2f} s at worst of {len(probes)},", end=" ")
    print(f"the machine {late:.2f} s late;", end=" ")
    print(f"honest client {max(served):.1f} s at worst of {len(served)}")
    assert peak < MOST_MIB
    # What a busy machine is late by is not the service's.
    assert max(probes) < PROBE_SECONDS + late
    assert len(served) > 1


def test_a_frozen_database_holds_nobody_for_ever(tmp_path: Path) -> None:
    """Requests of a server that says nothing any more end with 503, and go on when it wakes up."""
    port = free_port()
    with running_postgres(port) as url:
        registry = start_registry(tmp_path, REGISTRY_DATABASE_URL=url)
        root, ours = Caller(registry.url), Caller(registry.url, OURS)
        found = subprocess.run(
            ["pgrep", "-f", f"postgres.* -p {port} |postgres: registry "],
            capture_output=True,
            text=True,
            check=True,
        )
        processes = [int(each) for each in found.stdout.split()]
        try:
            for process in processes:
                os.kill(process, signal.SIGSTOP)
            begun = time.monotonic()
            assert root("GET", "/readyz")[0] == 503
            assert time.monotonic() - begun < 5
            with ThreadPoolExecutor(20) as pool:
                answers = list(pool.map(lambda _: ours("GET", "/models/none")[0], range(20)))
            assert set(answers) == {503}
            assert time.monotonic() - begun < 60
            assert root("GET", "/livez")[0] == 200
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)
        time.sleep(1)
        assert root("GET", "/readyz")[0] == 200
        assert ours("GET", "/models/none")[0] == 404
        registry.stop()
