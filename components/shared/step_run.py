"""The run that a step belongs to, as the registry keeps it and an OpenLineage server hears of it.

The steps themselves tell it, as nobody else learns why one failed. In a cluster each joins the run
of `KFP_TABULAR_RUN_ID`, in the experiment `KFP_TABULAR_PIPELINE`, one that fails says why, and the
last one how the run ended. On one machine what runs the steps does so, and they tell what data
they read and wrote, of the run `KFP_TABULAR_LINEAGE_RUN`; its folder is `KFP_TABULAR_LOCAL_RUN`.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from components.shared.kept_run import KeptRun

if TYPE_CHECKING:
    from components.shared.openlineage.datasets import LineageDataset
    from components.shared.openlineage.telling import LineageTeller
    from components.shared.registry.experiments import TrackedRun

RUN_VARIABLE: Final = "KFP_TABULAR_RUN_ID"
LINEAGE_VARIABLE: Final = "KFP_TABULAR_LINEAGE_RUN"
LOCAL_VARIABLE: Final = "KFP_TABULAR_LOCAL_RUN"
IMAGE_VARIABLE: Final = "KFP_TABULAR_IN_IMAGE"
"""Set in the images of steps, and nowhere else."""
PIPELINE_VARIABLE: Final = "KFP_TABULAR_PIPELINE"
REGISTRY_VARIABLE: Final = "REGISTRY_URL"
SERVER_VARIABLE: Final = "OPENLINEAGE_URL"
FUNCTION_OPTION: Final = "--function_to_execute"


class StepRun:
    """What a step tells of the run that it belongs to; nothing, if of none."""

    def __init__(self) -> None:
        self._step = _own_name()
        self._of_cluster = os.environ.get(RUN_VARIABLE, "")
        self._run = KeptRun(_note, self._teller(), ends_lineage=bool(self._of_cluster))

    def _teller(self) -> "LineageTeller | None":
        run_id = self._of_cluster or os.environ.get(LINEAGE_VARIABLE, "")
        if not run_id or not os.environ.get(SERVER_VARIABLE):
            return None
        # Only steps whose lineage somebody wants pay for this import.
        from components.shared.openlineage.telling import LineageTeller

        return LineageTeller.from_environment(_pipeline(), run_id, _note)

    @property
    def tells_lineage(self) -> bool:
        """Whether it is worth while to find out what there is to tell of data."""
        return self._run.has_lineage

    @staticmethod
    def named(run_id: str) -> str:
        """Return what a run is known by: where it is of one machine, the name of its folder.

        What runs the steps there gives them an id that leads nowhere.
        """
        return os.environ.get(LOCAL_VARIABLE) or run_id

    @staticmethod
    def image(named: str) -> str:
        """Return the image that a pipeline names, where the step runs in one; else none.

        A run of one machine may start its steps as processes, whatever image the pipeline names.
        """
        return named if os.environ.get(IMAGE_VARIABLE) else ""

    def join(self) -> None:
        """Join the run, which the first step begins; where none is named, of no run."""
        of_registry = self._of_cluster and os.environ.get(REGISTRY_VARIABLE)
        if of_registry and self._run.keep(self._join):
            self._run.tell_lineage("START")

    def _join(self) -> "TrackedRun":
        # Only steps of a run in a cluster pay for these imports.
        from components.shared.registry.client import RegistryClient

        client = RegistryClient.from_environment(retries=0)
        return client.join_run(_pipeline(), self._of_cluster, place="cluster", at=self._step)

    def log_metrics(self, metrics: Mapping[str, float]) -> None:
        """Tell what was measured."""
        self._run.log_metrics(metrics)

    def log_data(self, digest: str, source: str) -> None:
        """Tell which table was read."""
        self._run.log_data(self._step, digest, source)

    def read(self, *inputs: "LineageDataset") -> None:
        """Tell what is known of the data that the run reads."""
        self._run.tell_lineage(inputs=inputs)

    def finished(
        self,
        outcome: str,
        version: str = "",
        metrics: Mapping[str, float] | None = None,
        inputs: "Sequence[LineageDataset]" = (),
        outputs: "Sequence[LineageDataset]" = (),
        properties: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Tell that the run ended well, what came of it, and which version it made, if any.

        `properties` are what else there is to say of it.
        """
        if metrics:
            self._run.log_metrics(metrics)
        told = {**properties, "outcome": outcome, "version": version}
        self._run.end("FINISHED", inputs, outputs, **told)

    def failed(self, message: str) -> None:
        """Tell that the run fails by this step, and why."""
        self._run.end("FAILED", step=self._step, outcome=message)


def _note(text: str) -> None:
    print(f"note: {text}", flush=True)


def _pipeline() -> str:
    return os.environ.get(PIPELINE_VARIABLE) or "pipelines"


def _own_name() -> str:
    """Return the name of the component, as KFP's executor was told it."""
    arguments = sys.argv
    found = arguments.index(FUNCTION_OPTION) + 1 if FUNCTION_OPTION in arguments else 0
    return arguments[found] if 0 < found < len(arguments) else "step"
