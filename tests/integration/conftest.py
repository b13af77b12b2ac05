"""Real servers for the tests in this folder."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from tests.registry_service.running import free_port

SECONDS_TO_START = 30


@dataclass(frozen=True)
class Minio:
    """A running MinIO server: its address and its administrator."""

    endpoint: str
    access_key: str
    secret_key: str

    def environment(self) -> dict[str, str]:
        """Return the variables by which a component finds it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }


def minio_binary() -> str:
    """Find the MinIO server; without one, fail in CI and skip elsewhere."""
    named = os.environ.get("KFP_TABULAR_MINIO")
    built = Path.home() / ".cache" / "kfp-tabular" / "bin" / "minio"
    found = named or (str(built) if built.is_file() else shutil.which("minio"))
    if found:
        return found
    reason = "no MinIO server: name its binary in KFP_TABULAR_MINIO, or build it with make minio"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    """Start a MinIO server on a free port, with an empty folder, for the session."""
    binary, folder = minio_binary(), tmp_path_factory.mktemp("minio")
    address = f"127.0.0.1:{free_port()}"
    server = Minio(f"http://{address}", "test-administrator", "test-secret-key")
    environment = {
        **os.environ,
        "MINIO_ROOT_USER": server.access_key,
        "MINIO_ROOT_PASSWORD": server.secret_key,
        "MINIO_BROWSER": "off",
    }
    command = [binary, "server", str(folder / "data"), "--address", address, "--quiet"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_ready(server.endpoint, process, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(endpoint: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ready = urllib3.request("GET", f"{endpoint}/minio/health/ready", retries=False)
            if ready.status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail(f"MinIO did not start:\n{log.read_text()}")
