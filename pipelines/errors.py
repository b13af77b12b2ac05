"""The errors of the command line: one root, messages for people."""

from typing import Final

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C, as shells give it back."""


class PipelineError(Exception):
    """Root of the errors that the command line shows as `error: …` and no traceback."""

    exit_code = 1


class UsageError(PipelineError, ValueError):
    """What the user asked for cannot be done as asked."""

    exit_code = 2


class StepFailedError(PipelineError, RuntimeError):
    """A step of a run failed: `step`, for the `reason` that it gave; its exit code is the run's."""

    def __init__(self, step: str, message: str | None, log: str, exit_code: int) -> None:
        self.exit_code = exit_code
        self.step = step
        self.reason = message or "the step failed unexpectedly"
        super().__init__(f"{step}: {self.reason}\nlog: {log}")


class StageError(PipelineError, RuntimeError):
    """A stage of a training failed; the message begins as a step's does in its log."""


class RegistryStartError(PipelineError, RuntimeError):
    """The registry on this machine did not come up."""


class RegistryCallError(PipelineError, RuntimeError):
    """The registry could not be reached or failed, or its bytes are damaged."""


class ServingError(PipelineError, RuntimeError):
    """A version cannot be served: it cannot be loaded here, or proves to be another one."""


class ServerGoneError(Exception):
    """A step was not started, as there is no server to start it."""


class DemoError(PipelineError, RuntimeError):
    """A step of the walk failed: its title, what it said, and the command."""
