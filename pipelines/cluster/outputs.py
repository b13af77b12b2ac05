"""Read what the steps of a run on a cluster left behind, as far as its API and its logs tell."""

from collections.abc import Mapping
from typing import Any

from pipelines.cluster.connection import Connection
from pipelines.cluster.logs import inputs_in, outputs_in
from pipelines.definition.outputs import NOTHING, RunOutputs, StepOutputs
from pipelines.definition.packages import PipelinePackage


def run_outputs(
    connection: Connection, package: PipelinePackage, logs: Mapping[str, str]
) -> RunOutputs:
    """Return what the steps of a run left behind.

    Steps that KFP took from its cache have no log: what they made is known from the steps that
    read it, which name the artifacts and their metadata in their own logs.

    Args:
        connection: Where the run is, to fetch its artifacts.
        package: The pipeline.
        logs: The logs of the steps that ran.
    """
    found: dict[str, StepOutputs] = {}
    for step, task in package.tasks():
        given = inputs_in(logs.get(step, ""))
        if given is not None:
            _credit_producers(task, given, found)
    for step, log in logs.items():
        if outputs := outputs_in(log):
            found[step] = outputs
    return RunOutputs(found, connection.artifact)


def _credit_producers(
    task: Mapping[str, Any], given: StepOutputs, found: dict[str, StepOutputs]
) -> None:
    """Note what `task` read as outputs of the steps that made it."""
    inputs = task.get("inputs", {})
    for name, source in inputs.get("artifacts", {}).items():
        made = source.get("taskOutputArtifact")
        if made and name in given.uris:
            step, key = made["producerTask"].replace("-", "_"), made["outputArtifactKey"]
            known = found.get(step, NOTHING)
            found[step] = StepOutputs(
                known.parameters,
                {**known.metadata, key: given.metadata[name]},
                {**known.uris, key: given.uris[name]},
            )
    for name, source in inputs.get("parameters", {}).items():
        made = source.get("taskOutputParameter")
        if made and name in given.parameters:
            step, key = made["producerTask"].replace("-", "_"), made["outputParameterKey"]
            known = found.get(step, NOTHING)
            parameters = {**known.parameters, key: given.parameters[name]}
            found[step] = StepOutputs(parameters, known.metadata, known.uris)
