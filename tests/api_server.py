"""A real API server of Kubernetes on its etcd, without the controllers and nodes of a cluster.

What controllers would do, such as start the pods of a Deployment and say how many are ready, tests
do in their place, and say so.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
import urllib3
from kubernetes import client

from pipelines.definition.compiled_yaml import documents

BINARY = Path.home() / ".cache" / "kfp-tabular" / "bin" / "kube-apiserver"
TOKEN = "of-an-administrator"
DEPLOYER_TOKEN, DEPLOYER = "of-a-run", "a-run"
"""Somebody who may do nothing but what a Role gives."""

START_SECONDS = 60
SCHEMAS = Path(
    os.environ.get("KFP_TABULAR_SCHEMAS", Path(__file__).parents[2] / "shared" / "schemas")
)
"""CustomResourceDefinitions of KServe and of the Gateway API, as their projects publish them."""


@dataclass(frozen=True)
class ApiServer:
    """A running API server.

    Attributes:
        url: Where it listens.
        admin: A client that may do everything.
        folder: Where its files are.
    """

    url: str
    admin: client.ApiClient
    folder: Path

    def client(self, token: str) -> client.ApiClient:
        """Return a client of somebody else."""
        return client.ApiClient(configuration(self.url, token))

    def call(self, method: str, path: str, body: Any = None, kind: str = "json") -> Any:
        """Send a request as the administrator; a merge patch where `kind` is merge."""
        header = {"json": "application/json", "merge": "application/merge-patch+json"}[kind]
        return self.admin.call_api(
            path,
            method,
            body=body,
            header_params={"Content-Type": header, "Accept": "application/json"},
            response_type="object",
            auth_settings=["BearerToken"],
            _return_http_data_only=True,
        )

    def install(self, definitions: Sequence[Path]) -> None:
        """Make custom resources known, and wait until they are served."""
        for path in definitions:
            (definition,) = documents(path)
            made = self.call(
                "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition
            )
            name = made["metadata"]["name"]
            end = time.monotonic() + START_SECONDS
            while time.monotonic() < end:
                found = self.call(
                    "GET", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
                )
                states = {
                    c["type"]: c["status"] for c in found.get("status", {}).get("conditions") or ()
                }
                if states.get("Established") == "True":
                    break
                time.sleep(0.1)


def configuration(url: str, token: str) -> client.Configuration:
    """Return the configuration of a client."""
    settings = client.Configuration()
    settings.host = url
    settings.verify_ssl = False
    settings.api_key = {"authorization": f"Bearer {token}"}
    return settings


def need_schemas() -> Path:
    """Return the folder of custom resources' definitions; skip a test where there is none."""
    if not SCHEMAS.is_dir():
        pytest.skip(f"no definitions of KServe's resources in {SCHEMAS} (KFP_TABULAR_SCHEMAS)")
    return SCHEMAS


def need_api_server() -> None:
    """Skip a test where there is no API server to start; on CI that is a failure."""
    missing = ""
    if not BINARY.is_file():
        missing = f"no {BINARY}: `make kube-apiserver` builds it with Go"
    elif shutil.which("etcd") is None:
        missing = "no etcd: install the package etcd-server of your system"
    if missing:
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


@contextmanager
def running_api_server(folder: Path) -> Iterator[ApiServer]:
    """Run an API server with a user who may do everything, and one who may do nothing."""
    peers, clients, port = (_free_port() for _ in range(3))
    (folder / "tokens.csv").write_text(
        f"{TOKEN},admin,admin,system:masters\n{DEPLOYER_TOKEN},{DEPLOYER},{DEPLOYER}\n"
    )
    for name, command in {
        "key": ["genrsa", "-out", "key.pem", "2048"],
        "public": ["rsa", "-in", "key.pem", "-pubout", "-out", "public.pem"],
    }.items():
        done = subprocess.run(
            ["openssl", *command], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{name}: {done.stderr}"
    store = f"http://127.0.0.1:{clients}"
    etcd = [
        *("etcd", "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync"),
        *("--listen-client-urls", store, "--advertise-client-urls", store),
        *("--listen-peer-urls", f"http://127.0.0.1:{peers}"),
        *("--initial-advertise-peer-urls", f"http://127.0.0.1:{peers}"),
        *("--initial-cluster", f"default=http://127.0.0.1:{peers}"),
    ]
    server = [
        *(str(BINARY), "--etcd-servers", store, "--cert-dir", str(folder / "certificates")),
        *("--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1"),
        *("--secure-port", str(port), "--service-cluster-ip-range", "10.0.0.0/24"),
        *("--token-auth-file", str(folder / "tokens.csv"), "--authorization-mode", "RBAC"),
        *("--service-account-issuer", "https://kubernetes.default.svc"),
        *("--service-account-key-file", str(folder / "public.pem")),
        *("--service-account-signing-key-file", str(folder / "key.pem")),
        *("--disable-admission-plugins", "ServiceAccount", "--watch-cache=false"),
    ]
    with (folder / "log").open("wb") as log:
        processes = [
            subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
            for command in (etcd, server)
        ]
        try:
            url = f"https://127.0.0.1:{port}"
            urllib3.disable_warnings()
            running = ApiServer(url, client.ApiClient(configuration(url, TOKEN)), folder)
            _wait(running, processes)
            yield running
        finally:
            for process in reversed(processes):
                process.kill()
                process.wait()


def _wait(server: ApiServer, processes: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        dead = [each for each in processes if each.poll() is not None]
        assert not dead, (server.folder / "log").read_text("utf-8", "replace")[-2000:]
        try:
            server.call("GET", "/api/v1/namespaces/default")
        except Exception:
            time.sleep(0.1)
        else:
            return
    raise AssertionError((server.folder / "log").read_text("utf-8", "replace")[-2000:])


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
