"""A registry in a process of its own, and the little that tests need to talk to it."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import urllib3

from registry_service.settings import PREFIX, Settings

START_SECONDS = 60
OURS = "/api/registry/v1"
KUBEFLOW = "/api/model_registry/v1"
OCTETS = {"Content_Type": "application/octet-stream"}
"""The header that bytes come with, as `Caller` takes headers."""


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


def settings_of(environment: Mapping[str, str], **given: object) -> Settings:
    """Return the settings of a registry in an environment that has these variables alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith((PREFIX, "AWS_")):
                patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        return Settings.read(**given)


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_registry(
    data: Path,
    program: Sequence[str] = ("-m", "registry_service"),
    probe: str = "/readyz",
    **environment: str,
) -> RunningRegistry:
    """Start a service on a data folder and wait until it is ready, or answers another probe."""
    port = free_port()
    command = [sys.executable, *program, "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, env=os.environ | environment)
    registry = RunningRegistry(f"http://127.0.0.1:{port}", data, process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the registry did not start"
        try:
            if urllib3.request("GET", registry.url + probe, retries=False).status == 200:
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
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self._prefix = prefix
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send a request; underscores in header names become dashes."""
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        response = self._pool.request(method, self.url + self._prefix + path, raw, headers=named)
        is_json = response.headers.get("Content-Type") == "application/json"
        return response.status, json.loads(response.data) if is_json else response.data


def upload(ours: Caller, content: bytes) -> dict[str, Any]:
    """Bring bytes to a registry; return their entry for a registration, without a path."""
    entry = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    status, plan = ours("POST", "/uploads", {"files": [{"path": "file", **entry}]})
    assert status == 200, plan
    send(ours.url, plan["files"][0], content, ours.headers)
    return entry


def send(
    url: str, planned: dict[str, Any], content: bytes, own: Mapping[str, str] | None = None
) -> None:
    """Bring bytes as a registry at `url` planned it, unless it has them.

    The headers `own`, such as a token, are for the registry and for no store.
    """
    if planned["state"] == "present":
        return
    target = urljoin(url, planned["url"])
    headers = (
        {**(own or {}), **planned["headers"]} if target.startswith(url) else planned["headers"]
    )
    answer = urllib3.request(
        planned["method"], target, body=content, headers=headers, retries=False
    )
    assert answer.status in (200, 201), answer.data
