"""The servers that are measured: our registry, and mlflow's in an environment of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import urllib3

from tests.mlflow.programs import SETTINGS, mlflow_program
from tests.registry_service.running import free_port

START_SECONDS: Final = 120


@contextmanager
def our_registry(folder: Path, database_url: str | None, **settings: str) -> Iterator[int]:
    """Run our registry as `registry_process` does; give its port."""
    with registry_process(folder, database_url, **settings) as (port, _):
        yield port


@contextmanager
def registry_process(
    folder: Path, database_url: str | None, **settings: str
) -> Iterator[tuple[int, int]]:
    """Run our registry, on SQLite in a folder or on a PostgreSQL; give its port and process id."""
    port = free_port()
    command = [sys.executable, "-m", "registry_service", "--port", str(port)]
    if database_url is not None:
        settings["REGISTRY_DATABASE_URL"] = database_url
    command += ["--data", str(folder)]
    with running(command, port, "/readyz", folder / "log", settings) as process:
        yield port, process.pid


@contextmanager
def mlflow_server(folder: Path, database_url: str | None) -> Iterator[int]:
    """Run mlflow's server, one worker, on SQLite in a folder or on a PostgreSQL; give its port."""
    port = free_port()
    command = [mlflow_program("mlflow"), "server", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", mlflow_store(folder, database_url)]
    command += ["--default-artifact-root", str(folder / "artifacts")]
    with running(command, port, "/health", folder / "log", SETTINGS):
        yield port


def mlflow_store(folder: Path, database_url: str | None) -> str:
    """Return the URL under which mlflow knows its database."""
    if database_url is None:
        return f"sqlite:///{folder / 'mlflow.db'}"
    return database_url.replace("postgresql://", "postgresql+psycopg2://")


@contextmanager
def running(
    command: Sequence[str], port: int, probe: str, log: Path, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it writes to a log, and the block begins when it answers.

    Raises:
        RuntimeError: It ended, or does not answer; the message has the end of its log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **settings}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}{probe}", log)
        yield process
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if urllib3.request("GET", url, retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.01)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text()[-2000:]}")
