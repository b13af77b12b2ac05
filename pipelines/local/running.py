"""Run a pipeline on this machine with `kfp.local`, and tell what its steps do."""

import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

from kfp import local
from kfp.components import BaseComponent

from components.shared.step import FAILURE, error_begun
from pipelines.definition.outputs import RunOutputs
from pipelines.errors import StepFailedError
from pipelines.local.outputs import ARTIFACTS, run_outputs, step_outputs
from pipelines.local.settings import settle_here
from pipelines.local.step_server import StepServer, steps_run_by

COLOR: Final = re.compile(r"\x1b\[\d+m")
SIGNATURE: Final = re.compile(r"(https?://[^\s\"'?]+)\?[^\s\"']+")
"""The query of an address, which may sign it: kfp prints the inputs of each step."""

STARTED: Final = re.compile(r"Executing task '(?P<step>[^']+)'")
ENDED: Final = re.compile(r"Task '(?P<step>[^']+)' finished with status (?P<status>\w+)")


class StepObserver(Protocol):
    """Is told of every step of a run as it happens."""

    def step_started(self, step: str) -> None:
        """A step was started."""

    def step_ended(self, step: str, succeeded: bool, outputs: Mapping[str, Any]) -> None:
        """A step ended; `outputs` are its parameters and the metadata of its artifacts."""


def run_locally(
    pipeline: BaseComponent,
    arguments: Mapping[str, Any],
    run_folder: Path,
    observer: StepObserver,
    runner: local.DockerRunner | None = None,
    server: StepServer | None = None,
) -> RunOutputs:
    """Run `pipeline` on this machine; return what the steps that ran left behind.

    Everything the steps print goes to `run.log` in `run_folder`, which also holds all artifacts.

    Args:
        pipeline: What to run.
        arguments: Its inputs.
        run_folder: A new folder.
        observer: Is told of every step.
        runner: Runs the steps in containers; without one they run in this environment.
        server: Starts the steps in this environment; without one each starts anew.

    Raises:
        StepFailedError: A step failed; the message is the step's own.
    """
    run_folder.mkdir(parents=True, exist_ok=True)
    log_path = run_folder / "run.log"
    local.init(
        runner=runner or local.SubprocessRunner(use_venv=False),
        pipeline_root=str(run_folder / ARTIFACTS),
    )
    with log_path.open("w", encoding="utf-8") as log:
        watcher = _Watcher(log, observer, run_folder)
        with _kfp_speaking_to(watcher), steps_run_by(server):
            runnable = deepcopy(pipeline)
            settle_here(runnable.pipeline_spec)
            cause = None
            try:
                runnable(**arguments)
            except Exception as error:
                if watcher.failed_step is None:
                    raise
                cause = error
            finally:
                watcher.close()
    if watcher.failed_step is not None:
        raise StepFailedError(
            watcher.failed_step, watcher.reason, str(log_path), watcher.exit_code
        ) from cause
    return run_outputs(pipeline, run_folder)


class _Watcher(logging.Filter):
    """Reads kfp's own messages for the steps, and the steps' output for their errors.

    kfp.local has no callbacks; its messages pass through the root logger, its steps' output
    through standard output.
    """

    def __init__(self, log: TextIO, observer: StepObserver, run_folder: Path) -> None:
        super().__init__()
        self.failed_step: str | None = None
        self.reason: str | None = None
        self.exit_code = FAILURE
        self._log = log
        self._observer = observer
        self._run_folder = run_folder
        self._partial = ""

    def filter(self, record: logging.LogRecord) -> bool:
        message = COLOR.sub("", record.getMessage())
        if started := STARTED.search(message):
            if self.failed_step is None:
                self.reason, self.exit_code = None, FAILURE
            self._observer.step_started(started["step"].replace("-", "_"))
        elif ended := ENDED.search(message):
            self._ended(ended["step"].replace("-", "_"), ended["status"] == "SUCCESS")
        return True

    def _ended(self, step: str, said_to_succeed: bool) -> None:
        # kfp takes a container that was gone before it asked for its exit code for a success:
        # only what a step wrote at its end shows that it got there.
        outputs = step_outputs(self._run_folder).get(step) if said_to_succeed else None
        if outputs is None:
            self.failed_step = self.failed_step or step
        self._observer.step_ended(step, outputs is not None, outputs.flat() if outputs else {})

    def write(self, text: str) -> int:
        """Take what the run prints: to the log, and to the search for a step's error."""
        *lines, self._partial = (self._partial + text).split("\n")
        for line in lines:
            self._log.write(SIGNATURE.sub(r"\1?…", COLOR.sub("", line)) + "\n")
            self._read(line)
        return len(text)

    def close(self) -> None:
        """Take what was printed last, if no line ends it."""
        if self._partial:
            self.write("\n")

    def _read(self, line: str) -> None:
        line = line.removeprefix("    ")
        if begun := error_begun(line):
            self.reason, self.exit_code = begun
        elif self.reason is not None and line.startswith("  ") and self.failed_step is None:
            self.reason += "\n" + line

    def flush(self) -> None:
        """Let the log be read while the run goes on."""
        self._log.flush()

    def fileno(self) -> int:
        """Return what it stands in for, which rich closes when nobody reads on (`| head`)."""
        return 1


@contextmanager
def _kfp_speaking_to(watcher: _Watcher) -> Iterator[None]:
    root = logging.getLogger()
    root.addFilter(watcher)
    try:
        with warnings.catch_warnings(), redirect_stdout(watcher):
            # kfp cannot know that this environment holds what the image holds.
            warnings.filterwarnings("ignore", message="You may be attemping to run a task")
            yield
    finally:
        root.removeFilter(watcher)
