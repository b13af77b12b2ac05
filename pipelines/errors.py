"""The errors of the command line: one root, messages for people."""


class PipelineError(Exception):
    """Root of the errors that the command line shows as `error: …` and no traceback."""

    exit_code = 1


class UsageError(PipelineError, ValueError):
    """What the user asked for cannot be done as asked."""

    exit_code = 2


class StepFailedError(PipelineError, RuntimeError):
    """A step of a run failed."""

    def __init__(self, step: str, message: str | None, log: str) -> None:
        self.exit_code = 2 if message else 1
        reason = message or "the step failed unexpectedly"
        super().__init__(f"{step}: {reason}\nlog: {log}")


class RegistryStartError(PipelineError, RuntimeError):
    """The registry on this machine did not come up."""
