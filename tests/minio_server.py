"""A MinIO server of the tests' own."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3
from minio import Minio as Client
from minio.credentials import StaticProvider
from minio.error import MinioException
from minio.minioadmin import MinioAdmin

from tests.registry_service.running import free_port

SECONDS_TO_START = 30


@dataclass(frozen=True)
class Minio:
    """A running MinIO server: its address and its administrator."""

    endpoint: str
    access_key: str
    secret_key: str

    def client(self) -> Client:
        """Return a client of its administrator."""
        address = self.endpoint.removeprefix("http://")
        return Client(address, self.access_key, self.secret_key, secure=False)

    def admin(self) -> MinioAdmin:
        """Return what sets quotas."""
        address = self.endpoint.removeprefix("http://")
        keys = StaticProvider(self.access_key, self.secret_key)
        return MinioAdmin(endpoint=address, credentials=keys, secure=False)

    def settings(self, bucket: str) -> dict[str, str]:
        """Return the variables by which a registry keeps its bytes in a bucket."""
        return {
            "REGISTRY_S3_ENDPOINT": self.endpoint,
            "REGISTRY_S3_BUCKET": bucket,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

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


@contextmanager
def running_minio(folder: Path, port: int | None = None) -> Iterator[Minio]:
    """Start a MinIO server on a folder, by default on a free port; give it; stop it."""
    binary = minio_binary()
    folder.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{port or free_port()}"
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
        _wait_until_ready(server, process, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(server: Minio, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until it answers as a store: it calls itself ready before, and bids wait a minute."""
    address = server.endpoint.removeprefix("http://")
    once = urllib3.PoolManager(retries=False, timeout=5)
    client = Client(address, server.access_key, server.secret_key, secure=False, http_client=once)
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.list_buckets()
        except (urllib3.exceptions.HTTPError, MinioException):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"MinIO did not start:\n{log.read_text()}")
