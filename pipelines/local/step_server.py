"""The steps of a local run as processes that need not import their libraries.

Starting Python and importing Polars and scikit-learn is two seconds of each larger step. A server
imports them once, while the registry starts, and becomes each step in a fork of itself; steps that
need no scikit-learn, or no matplotlib, do not wait until these are imported.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from threading import Lock
from typing import Final

from components.shared.models.threads import ENVIRONMENT
from components.shared.step import FAILURE
from components.shared.step_run import FUNCTION_OPTION
from pipelines.errors import ServerGoneError
from pipelines.local.forked_steps import STAGES, stage_of

MODULE: Final = "pipelines.local.forked_steps"

SHELL: Final = ["sh", "-ec"]
"""What the command of a component that installs nothing begins with: a script, the component's
code and the arguments of kfp's executor follow."""


class StepServer:
    """Runs steps, one at a time, in forks of processes that have their libraries.

    The tasks of a loop, which kfp starts in threads, wait for each other.

    Args:
        steps: Names of the components that it is to become.
    """

    def __init__(self, steps: Sequence[str]) -> None:
        self._stages = {step: stage_of(step) for step in steps}
        self._servers, theirs = zip(*(Pipe() for _ in range(STAGES)), strict=True)
        self._turn = Lock()
        with ExitStack() as stack:
            ends = [stack.enter_context(each).fileno() for each in theirs]
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", MODULE, *map(str, ends), *steps],
                pass_fds=ends,
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
            ServerGoneError: The server could not start, or was killed; the step was not started.
        """
        with self._turn:
            return self._run(code, arguments, environment)

    def _run(self, code: str, arguments: list[str], environment: Mapping[str, str]) -> int:
        step = arguments[arguments.index(FUNCTION_OPTION) + 1]
        server = self._servers[self._stages.get(step, STAGES - 1)]
        try:
            output = self._start(server, code, arguments, environment)
        except (EOFError, OSError) as error:
            raise ServerGoneError from error
        with os.fdopen(output, errors="replace") as lines:
            for line in lines:
                print(line, end="")
        try:
            return int(server.recv())
        except (EOFError, OSError):
            print("The process of the step was killed.")
            return FAILURE

    def _start(
        self,
        server: Connection,
        code: str,
        arguments: list[str],
        environment: Mapping[str, str],
    ) -> int:
        """Start a step; return the descriptor that its output is read from."""
        server.recv()  # it is ready
        read, write = os.pipe()
        try:
            send_handle(server, write, self._process.pid)
            server.send((code, arguments, dict(environment)))
        except OSError:
            os.close(read)
            raise
        finally:
            os.close(write)
        return read

    def close(self) -> None:
        """End the server, after its last step."""
        for server in self._servers:
            server.close()
        self._process.wait()


@contextmanager
def step_server(steps: Sequence[str]) -> Iterator[StepServer | None]:
    """Start a server of some steps, on Linux alone: elsewhere, libraries do not outlive a fork."""
    server = StepServer(steps) if sys.platform == "linux" else None
    try:
        yield server
    finally:
        if server:
            server.close()


@contextmanager
def steps_run_by(server: StepServer | None) -> Iterator[None]:
    """Let `kfp.local.SubprocessRunner` have its processes from a server while the block runs.

    The one place where a function of a library is exchanged: kfp 2.17 takes its own two runners
    alone, and has no hook where a process starts. Starting each step anew instead costs a training
    the import of Polars, pandas and scikit-learn in five of its steps.
    """
    from kfp.local import subprocess_task_handler as handler

    start_anew = handler.run_local_subprocess

    def run(full_command: list[str], env_vars: dict[str, str] | None = None) -> int:
        if server is None or full_command[:2] != SHELL:
            return int(start_anew(full_command, env_vars))
        _, _, _, code, *arguments = full_command
        try:
            return server.run(code, arguments, {**os.environ, **(env_vars or {})})
        except ServerGoneError:
            return int(start_anew(full_command, env_vars))

    handler.run_local_subprocess = run
    try:
        yield
    finally:
        handler.run_local_subprocess = start_anew
