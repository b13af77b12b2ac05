"""The run that a step in a cluster belongs to, as the registry keeps it.

The steps themselves tell it, as nobody else learns why one failed: each joins the run of
`KFP_TABULAR_RUN_ID`, in the experiment `KFP_TABULAR_PIPELINE`, one that fails says why, and the
last one how the run ended. A registry that is away, or refuses, never fails a step.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from components.shared.errors import ComponentError

if TYPE_CHECKING:
    from components.shared.registry.experiments import TrackedRun

RUN_VARIABLE: Final = "KFP_TABULAR_RUN_ID"
PIPELINE_VARIABLE: Final = "KFP_TABULAR_PIPELINE"
REGISTRY_VARIABLE: Final = "REGISTRY_URL"
FUNCTION_OPTION: Final = "--function_to_execute"


class StepRun:
    """What a step tells the registry of the run that it belongs to; nothing, if of none."""

    def __init__(self) -> None:
        self._run: TrackedRun | None = None
        self._step = _own_name()

    def join(self) -> None:
        """Join the run, which the first step begins; where none is named, of no run."""
        run_id = os.environ.get(RUN_VARIABLE)
        if not run_id or not os.environ.get(REGISTRY_VARIABLE):
            return
        with self._told():
            # Only steps of a run in a cluster pay for these imports.
            from components.shared.registry.client import RegistryClient

            client = RegistryClient.from_environment(retries=0)
            experiment = os.environ.get(PIPELINE_VARIABLE) or "pipelines"
            self._run = client.join_run(experiment, run_id, place="cluster", at=self._step)

    def log_metrics(self, metrics: Mapping[str, float]) -> None:
        """Tell what was measured."""
        with self._told():
            if self._run is not None:
                self._run.log_metrics(metrics)

    def log_data(self, digest: str, source: str) -> None:
        """Tell which table was read."""
        with self._told():
            if self._run is not None:
                self._run.log_data(self._step, digest, source)

    def finished(
        self, outcome: str, version: str = "", metrics: Mapping[str, float] | None = None
    ) -> None:
        """Tell that the run ended well, what came of it, and which version it made, if any."""
        with self._told():
            if self._run is not None:
                if metrics:
                    self._run.log_metrics(metrics)
                self._run.end("FINISHED", outcome=outcome, version=version)

    def failed(self, message: str) -> None:
        """Tell that the run fails by this step, and why."""
        with self._told():
            if self._run is not None:
                self._run.end("FAILED", step=self._step, outcome=message)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ComponentError as error:
            self._run = None
            print(f"note: the registry does not keep this run: {error}", flush=True)


def _own_name() -> str:
    """Return the name of the component, as KFP's executor was told it."""
    arguments = sys.argv
    found = arguments.index(FUNCTION_OPTION) + 1 if FUNCTION_OPTION in arguments else 0
    return arguments[found] if 0 < found < len(arguments) else "step"
