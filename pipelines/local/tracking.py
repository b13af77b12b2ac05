"""Runs of this machine in the registry, as runs of an experiment that is named after the pipeline.

A registry that is away, or refuses, never fails a run: the run says once that it is not tracked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getuser
from typing import Final, Protocol

from components.shared.errors import ComponentError
from components.shared.registry.client import RegistryClient
from components.shared.registry.experiments import End, TrackedRun
from pipelines.definition.interface import Arguments
from pipelines.definition.outputs import RunOutputs
from pipelines.errors import StepFailedError

RETRIES: Final = 1
"""A run does not wait for a registry to be kept in it."""


class Ended(Protocol):
    """Takes what a run came to."""

    def __call__(self, outputs: RunOutputs, outcome: str) -> None:
        """Say that it ended well."""


@contextmanager
def tracked(
    pipeline: str, run_id: str, arguments: Arguments, warn: Callable[[str], None]
) -> Iterator[Ended]:
    """Keep a run in the registry that `REGISTRY_URL` names, from its start to its end.

    Args:
        pipeline: What is run, the name of the experiment.
        run_id: The name of the run.
        arguments: Its inputs, without what may hold credentials.
        warn: Is told if it cannot be kept.

    Yields:
        What takes the outputs of a run that ended well, and its outcome in one line. Otherwise the
        run is kept as failed, with the step and its message, or as killed.
    """
    tracking = _Tracking(warn)
    tracking.begin(pipeline, run_id, arguments)
    try:
        yield tracking.finished
    except KeyboardInterrupt:
        tracking.end("KILLED", outcome="interrupted")
        raise
    except StepFailedError as error:
        tracking.end("FAILED", step=error.step, outcome=error.reason)
        raise
    except Exception as error:
        tracking.end("FAILED", outcome=str(error))
        raise


class _Tracking:
    """A run in the registry, for as long as the registry takes what is said of it."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._run: TrackedRun | None = None

    def begin(self, pipeline: str, run_id: str, arguments: Arguments) -> None:
        with self._kept():
            client = RegistryClient.from_environment(retries=RETRIES)
            self._run = client.begin_run(pipeline, run_id, place="local", user=getuser())
            self._run.log_parameters(arguments)

    def finished(self, outputs: RunOutputs, outcome: str) -> None:
        version = outputs.registered or {}
        with self._kept():
            if self._run is None:
                return
            for step, table in outputs.tables.items():
                self._run.log_data(step, table["digest"], str(table.get("source", "")))
            self._run.log_metrics(outputs.metrics)
            made = f"{version['model_name']}@{version['version']}" if version else ""
            self._run.end("FINISHED", outcome=outcome, version=made)

    def end(self, status: End, **properties: str) -> None:
        with self._kept():
            if self._run is not None:
                self._run.end(status, **properties)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except ComponentError as error:
            self._run = None
            self._warn(f"the registry does not keep this run: {error}")
