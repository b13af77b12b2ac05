"""A registry in a process of its own, and the little that tests need to talk to it."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

START_SECONDS = 60
OURS = "/api/registry/v1"
KUBEFLOW = "/api/model_registry/v1"


@dataclass
class RunningRegistry:
    """A started service."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> int:
        """Ask it to stop, wait, and return its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=START_SECONDS)


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_registry(data: Path, *arguments: str, **environment: str) -> RunningRegistry:
    """Start a service on a data folder and wait until it is ready."""
    port = free_port()
    command = [sys.executable, "-m", "registry_service", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen([*command, *arguments], env=os.environ | environment)
    registry = RunningRegistry(f"http://127.0.0.1:{port}", data, process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the registry did not start"
        try:
            if urllib3.request("GET", registry.url + "/readyz", retries=False).status == 200:
                return registry
        except urllib3.exceptions.HTTPError:
            time.sleep(0.02)
    raise AssertionError("the registry was not ready in time")


class Caller:
    """Sends JSON to a registry and returns status and JSON."""

    def __init__(
        self, url: str, prefix: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        self.url = url
        self._headers = dict(headers or {})
        self._prefix = prefix
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send a request; underscores in header names become dashes."""
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        named = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        response = self._pool.request(method, self.url + self._prefix + path, raw, headers=named)
        is_json = response.headers.get("Content-Type") == "application/json"
        return response.status, json.loads(response.data) if is_json else response.data


def upload(ours: Caller, content: bytes) -> dict[str, Any]:
    """Bring bytes to a registry; return their entry for a registration, without a path."""
    sha256 = hashlib.sha256(content).hexdigest()
    status, answer = ours("PUT", f"/blobs/{sha256}", content)
    assert status == 201, answer
    return {"sha256": sha256, "size": len(content)}
