"""A prediction server as a process of this machine."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from socket import create_server
from types import TracebackType
from typing import Final, Self

from components.shared.deployments.endpoints import OK, HttpEndpoint
from components.shared.errors import DeploymentError

HOST: Final = "127.0.0.1"
READY: Final = "/v2/health/ready"
PAUSE_SECONDS: Final = 0.02
STOP_SECONDS: Final = 40
LAST_WORDS: Final = 5
MODULE: Final = "predictor"


class ServerProcess:
    """A server of one version on a free port of the loopback address, from its start to its end.

    Args:
        arguments: What it serves, as `python -m predictor` takes it.
        log: File that what it prints is added to.
        environment: Variables besides those of this process.
    """

    def __init__(
        self, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = free_port()
        self.endpoint = HttpEndpoint(f"http://{HOST}:{self.port}")
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._began = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", MODULE, *arguments, "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A folder of one's own called `components` would be taken for ours.
                cwd=log.parent,
                env={**os.environ, **(environment or {})},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until it has reproduced the examples of its version.

        Raises:
            DeploymentError: It ended, or takes longer; its last words are in the message.
        """
        end = time.monotonic() + seconds
        while not self.is_ready():
            if self.process.poll() is not None:
                code = self.process.returncode
                raise DeploymentError(f"the server ended (exit code {code}): {self.last_words()}")
            if time.monotonic() > end:
                raise DeploymentError(
                    f"the server was not ready within {seconds:.0f} s: {self.last_words()}"
                )
            time.sleep(PAUSE_SECONDS)

    def is_ready(self) -> bool:
        """Tell whether it answers, and says that it is ready."""
        try:
            return self.endpoint.ask(READY)[0] == OK
        except DeploymentError:
            return False

    def last_words(self) -> str:
        """Return the last lines that it printed."""
        with self._log.open("rb") as log:
            log.seek(self._began)
            lines = log.read().decode("utf-8", "replace").splitlines()
        said = [line for line in lines if line.strip()][-LAST_WORDS:]
        return "\n  ".join(said).removeprefix("error: ") or "it printed nothing"

    def stop(self) -> None:
        """Let it finish its requests, and end it."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """Return a port of the loopback address that nothing listens on now."""
    with create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])
