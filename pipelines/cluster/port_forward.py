"""Reach Kubeflow Pipelines in a cluster through `kubectl port-forward`."""

import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pipelines.cluster.errors import PortForwardError

SERVICES: Final = {"ml-pipeline-ui": 80, "ml-pipeline": 8888}
"""The services of KFP and their ports, the better one first: it also serves logs and artifacts."""

READY: Final = re.compile(r"Forwarding from 127\.0\.0\.1:(?P<port>\d+)")
LOGGED: Final = re.compile(r"[EWI]\d{4} ")
"""How lines of kubectl's own log begin, which come before what it says to its user."""

START_SECONDS: Final = 20
STOP_SECONDS: Final = 5
LOOK_SECONDS: Final = 0.05
PAUSE_SECONDS: Final = 1.0


@contextmanager
def forwarded(namespace: str) -> Iterator[str]:
    """Forward a free port of this machine to KFP in `namespace`; yield the URL.

    Where kubectl loses the connection, it is started again on the same port.

    Raises:
        PortForwardError: There is no kubectl, no cluster, or no KFP in the namespace.
    """
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise PortForwardError(
            "there is no kubectl on the PATH to forward a port with: install it "
            "(https://kubernetes.io/docs/tasks/tools/), or name the address of KFP with --host"
        )
    with tempfile.TemporaryDirectory() as folder:
        forward = _first_that_works(kubectl, namespace, Path(folder))
        try:
            yield f"http://127.0.0.1:{forward.port}"
        finally:
            forward.close()


def _first_that_works(kubectl: str, namespace: str, folder: Path) -> "_Forward":
    said = ""
    for service, port in SERVICES.items():
        forward = _Forward(
            [kubectl, "-n", namespace, "port-forward", f"svc/{service}"], port, folder
        )
        if forward.port:
            return forward
        said = said or forward.said
        if f'"{service}" not found' not in forward.said:
            break
    raise PortForwardError(_explained(namespace, said))


def _explained(namespace: str, said: str) -> str:
    lines = [line for line in said.splitlines() if not LOGGED.match(line)]
    line = " ".join(" ".join(lines).split()) or f"kubectl said nothing for {START_SECONDS} s"
    if "not found" in line:
        return (
            f"there is no Kubeflow Pipelines in namespace {namespace} of this cluster ({line})\n"
            "  Find its namespace with: kubectl get services --all-namespaces | grep ml-pipeline\n"
            "  and name it with --kfp-namespace, or install KFP."
        )
    return (
        f"kubectl could not forward a port to KFP in namespace {namespace}: {line}\n"
        "  See whether the cluster answers (kubectl cluster-info) and KFP runs "
        f"(kubectl -n {namespace} get pods), or name its address with --host."
    )


class _Forward:
    """One `kubectl port-forward`, started again when it ends by itself.

    Attributes:
        port: The port of this machine; 0 where it did not start.
        said: What kubectl said on standard error.
    """

    def __init__(self, command: list[str], port: int, folder: Path) -> None:
        self.port = 0
        self.said = ""
        self._command = command
        self._remote = port
        self._log = folder / f"{port}.log"
        self._closed = threading.Event()
        self._process = self._start()
        self._wait_until_ready()
        if self.port:
            threading.Thread(target=self._keep_alive, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._closed.set()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        local = str(self.port) if self.port else ""
        with self._log.open("wb") as log:
            # In a session of its own, Ctrl-C does not end it before the last question is asked.
            return subprocess.Popen(  # noqa: S603 - kubectl with our own arguments
                [*self._command, f"{local}:{self._remote}", "--address", "127.0.0.1"],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None
            self.said = self._log.read_text("utf-8", "replace")
            if ready := READY.search(self.said):
                self.port = int(ready["port"])
                return
            if ended:
                return
            time.sleep(LOOK_SECONDS)
        self.close()

    def _keep_alive(self) -> None:
        while True:
            self._process.wait()
            if self._closed.wait(PAUSE_SECONDS):
                return
            self._process = self._start()
            if self._closed.is_set():
                self._process.terminate()
