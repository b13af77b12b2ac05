"""Runs of this machine in the registry, as runs of an experiment that is named after the pipeline.

An OpenLineage server hears of them too. Either that is away, or refuses, never fails a run: the
run says once that it is not told.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from getpass import getuser
from typing import Final, Protocol

from components.shared.kept_run import KeptRun
from components.shared.openlineage.telling import LineageTeller
from components.shared.registry.client import RegistryClient
from components.shared.registry.experiments import TrackedRun
from components.shared.step_run import LINEAGE_VARIABLE, LOCAL_VARIABLE, PIPELINE_VARIABLE
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
    pipeline: str,
    run_id: str,
    arguments: Arguments,
    warn: Callable[[str], None],
    started_at: datetime | None = None,
) -> Iterator[Ended]:
    """Keep a run in the registry that `REGISTRY_URL` names, from its start to its end.

    Args:
        pipeline: What is run, the name of the experiment.
        run_id: The name of the run.
        arguments: Its inputs, without what may hold credentials.
        warn: Is told if it cannot be kept.
        started_at: When it began; None: now.

    Yields:
        What takes the outputs of a run that ended well, and its outcome in one line. Otherwise the
        run is kept as failed, with the step and its message, or as killed.
    """
    kept = KeptRun(warn, LineageTeller.from_environment(pipeline, run_id, warn))

    def begin() -> TrackedRun:
        client = RegistryClient.from_environment(retries=RETRIES)
        return client.begin_run(
            pipeline, run_id, started_at=started_at, place="local", user=getuser()
        )

    if kept.keep(begin):
        kept.log_parameters(arguments)
    try:
        with _lineage_told(kept, pipeline, run_id):
            yield partial(_finish, kept)
    except KeyboardInterrupt:
        kept.end("KILLED", outcome="interrupted")
        raise
    except StepFailedError as error:
        kept.end("FAILED", step=error.step, outcome=error.reason)
        raise
    except Exception as error:
        kept.end("FAILED", outcome=str(error))
        raise


def _finish(kept: KeptRun, outputs: RunOutputs, outcome: str) -> None:
    """Tell what a run came to that ended well."""
    for step, table in outputs.tables.items():
        kept.log_data(step, table["digest"], str(table.get("source", "")))
    kept.log_metrics(outputs.metrics)
    version = outputs.registered or outputs.fetched or {}
    made = f"{version['model_name']}@{version['version']}" if version else ""
    told = {**outputs.properties, "outcome": outcome, "version": made}
    kept.end("FINISHED", (), (), **told)


@contextmanager
def _lineage_told(kept: KeptRun, pipeline: str, run_id: str) -> Iterator[None]:
    """Name the run to its steps; while a server listens, they tell what they read and wrote."""
    kept.tell_lineage("START")
    names = {LOCAL_VARIABLE: run_id}
    if kept.has_lineage:
        names |= {LINEAGE_VARIABLE: run_id, PIPELINE_VARIABLE: pipeline}
    os.environ.update(names)
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
