"""A prediction server in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import urllib3

from tests.registry_service.running import Caller, free_port

START_SECONDS = 60


@dataclass
class RunningPredictor:
    """A started server."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def call(self) -> Caller:
        """Sends JSON to it, and returns status and JSON."""
        return Caller(self.url)

    def stop(self) -> int:
        """Ask it to stop, wait, and return its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=START_SECONDS)


@contextmanager
def running_predictor(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[RunningPredictor]:
    """Start a server, wait until it is ready, and end it with the block."""
    port = free_port()
    command = [sys.executable, "-m", "predictor", "--port", str(port), *arguments]
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PREDICT")}
    with subprocess.Popen(command, env={**variables, **(environment or {})}) as process:
        running = RunningPredictor(f"http://127.0.0.1:{port}", process)
        try:
            _wait(running)
            yield running
        finally:
            process.kill()


def ended(*arguments: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Start a server that does not come up; return its exit code and what it said."""
    command = [sys.executable, "-m", "predictor", "--port", "0", *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    return done.returncode, done.stderr


def _wait(running: RunningPredictor) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert running.process.poll() is None, "the server did not start"
        try:
            health = f"{running.url}/v2/health/ready"
            if urllib3.request("GET", health, retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.02)
    raise AssertionError("the server was not ready in time")
