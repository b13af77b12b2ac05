"""The steps of a local run as processes that need not import their libraries.

Starting Python and importing Polars and scikit-learn is two seconds of each larger step. A server
imports them once, while the registry starts, and becomes each step in a fork of itself.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.reduction import send_handle
from typing import Final

from components.shared.models.threads import ENVIRONMENT
from components.shared.step import FAILURE

SHELL: Final = ["sh", "-ec"]
"""What the command of a component that installs nothing begins with: a script, the component's
code and the arguments of kfp's executor follow."""


class StepServer:
    """Runs steps, one at a time, in forks of a process that has their libraries."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "pipelines.forked_steps", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=os.environ | ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def run(self, code: str, arguments: list[str], environment: Mapping[str, str]) -> int:
        """Run a step, print what it prints, and return its exit code.

        Args:
            code: The component's, as it stands in the pipeline.
            arguments: Those of kfp's executor.
            environment: All variables of the process.

        Raises:
            EOFError, OSError: The server could not start, or is gone; the step was not started.
        """
        self._connection.recv()  # it is ready
        read, write = os.pipe()
        with os.fdopen(read, errors="replace") as output:
            with os.fdopen(write):
                send_handle(self._connection, write, self._process.pid)
                self._connection.send((code, arguments, dict(environment)))
            for line in output:
                print(line, end="")
        try:
            return int(self._connection.recv())
        except EOFError:
            print("The process of the step was killed.")
            return FAILURE

    def close(self) -> None:
        """End the server, after its last step."""
        self._connection.close()
        self._process.wait()


@contextmanager
def step_server() -> Iterator[StepServer | None]:
    """Start a server, on Linux alone: elsewhere, system libraries do not outlive a fork."""
    server = StepServer() if sys.platform == "linux" else None
    try:
        yield server
    finally:
        if server:
            server.close()


@contextmanager
def steps_run_by(server: StepServer | None) -> Iterator[None]:
    """Let `kfp.local.SubprocessRunner` have its processes from a server while the block runs."""
    from kfp.local import subprocess_task_handler as handler

    start_anew = handler.run_local_subprocess

    def run(full_command: list[str], env_vars: dict[str, str] | None = None) -> int:
        if server is None or full_command[:2] != SHELL:
            return int(start_anew(full_command, env_vars))
        _, _, _, code, *arguments = full_command
        try:
            return server.run(code, arguments, {**os.environ, **(env_vars or {})})
        except (EOFError, OSError):
            return int(start_anew(full_command, env_vars))

    handler.run_local_subprocess = run
    try:
        yield
    finally:
        handler.run_local_subprocess = start_anew
