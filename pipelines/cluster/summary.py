"""What a training run on a cluster came to, as far as its API and its logs tell."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pipelines.cluster.connection import Connection
from pipelines.cluster.logs import Values, inputs_in, outputs_in
from pipelines.definition.packages import PipelinePackage
from pipelines.training.summary import TrainingSummary

Fetch = Callable[[str], dict[str, Any] | None]


def summary_of(
    connection: Connection, package: PipelinePackage, logs: Mapping[str, str]
) -> TrainingSummary | None:
    """Gather the summary that a local run would give; None where too little is known.

    Steps that KFP took from its cache have no log: what they made is known from the steps that
    read it, which name the artifacts and their metadata in their own logs.

    Args:
        connection: where the run is, to fetch its artifacts.
        package: the pipeline.
        logs: the logs of the steps that ran.
    """
    values = values_of(package, logs)
    evaluation = fetch_json(connection, _uri(values, "evaluate_model", "evaluation"))
    comparison = fetch_json(connection, _uri(values, "compare_with_champion", "comparison"))
    if evaluation is None or comparison is None:
        return None
    ingest, split = values.get("ingest_table", Values()), values.get("split_table", Values())
    test = split.metadata.get("test", {})
    return TrainingSummary(
        rows=_whole(ingest.parameters.get("rows")),
        columns=_whole(ingest.parameters.get("columns")),
        violations=_whole(_parameter(values, "validate_table", "violations")),
        train_rows=_whole(split.parameters.get("train_rows")),
        test_rows=_whole(split.parameters.get("test_rows", test.get("rows"))),
        dropped_rows=_whole(test.get("dropped_rows")),
        metrics=evaluation["metrics"],
        comparison=comparison,
        registered=registered(values),
        reports={},
        model=_uri(values, "train_model", "model"),
        schema=_uri(values, "validate_table", "schema"),
    )


def values_of(package: PipelinePackage, logs: Mapping[str, str]) -> dict[str, Values]:
    """Return the outputs of each step, from its own log or from those of the steps after it."""
    found: dict[str, Values] = {}
    for step, task in package.tasks():
        given = inputs_in(logs.get(step, ""))
        if given is not None:
            _credit_producers(task, given, found)
    for step, log in logs.items():
        if outputs := outputs_in(log):
            found[step] = outputs
    return found


def registered(values: Mapping[str, Values]) -> Mapping[str, Any] | None:
    """Return the metadata of the registered version, if one was registered."""
    step = values.get("register_model")
    return step.metadata.get("registered") if step else None


def fetch_json(connection: Connection, uri: str | None) -> dict[str, Any] | None:
    """Return a JSON artifact through ml-pipeline-ui; None where that is not what answers."""
    parts = urlsplit(uri or "")
    if not parts.netloc:
        return None
    text = connection.text(
        "/artifacts/get",
        source=parts.scheme,
        bucket=parts.netloc,
        key=parts.path.lstrip("/"),
        namespace=connection.pod_namespace,
    )
    try:
        content = json.loads(text or "")
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _credit_producers(task: Mapping[str, Any], given: Values, found: dict[str, Values]) -> None:
    """Note what `task` read as outputs of the steps that made it."""
    inputs = task.get("inputs", {})
    for name, source in inputs.get("artifacts", {}).items():
        made = source.get("taskOutputArtifact")
        if made and name in given.uris:
            step, key = made["producerTask"].replace("-", "_"), made["outputArtifactKey"]
            known = found.get(step, Values())
            found[step] = Values(
                known.parameters,
                {**known.metadata, key: given.metadata[name]},
                {**known.uris, key: given.uris[name]},
            )
    for name, source in inputs.get("parameters", {}).items():
        made = source.get("taskOutputParameter")
        if made and name in given.parameters:
            step, key = made["producerTask"].replace("-", "_"), made["outputParameterKey"]
            known = found.get(step, Values())
            parameters = {**known.parameters, key: given.parameters[name]}
            found[step] = Values(parameters, known.metadata, known.uris)


def _uri(values: Mapping[str, Values], step: str, artifact: str) -> str | None:
    return values[step].uris.get(artifact) if step in values else None


def _parameter(values: Mapping[str, Values], step: str, name: str) -> Any:
    return values[step].parameters.get(name) if step in values else None


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)
