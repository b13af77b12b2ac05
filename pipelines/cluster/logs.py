"""What the log of a step's pod tells: its error, its inputs and its outputs."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from components.shared.step import error_begun
from pipelines.cluster.connection import Connection
from pipelines.definition.outputs import StepOutputs

LOG_PATHS: Final = (
    "/k8s/pod/logs",
    "/apis/v2beta1/runs/{run}/nodes/{pod}/log",
    "/apis/v1alpha1/runs/{run}/nodes/{pod}/log",
)
"""Where logs are: at ml-pipeline-ui, or at ml-pipeline in its newer and older versions."""

OUTPUTS: Final = "ExecutorOutput: "
INPUTS: Final = "Got executor_input:"
LAST_LINES: Final = 3
GLOG_ERROR: Final = re.compile(r"[EF]\d{4} [\d:.]+ +\d+ \S+:\d+\] (?P<said>.*\S)")


def read_log(connection: Connection, run: Any, pod: str | None) -> str:
    """Return the log of a pod of `run`; empty where it cannot be had (any more)."""
    if pod is None:
        return ""
    fields = {"podname": pod, "runid": run.run_id, "podnamespace": connection.pod_namespace}
    if run.created_at:
        # The archive that holds the logs of pods that are gone has a folder for each day.
        fields["createdat"] = f"{run.created_at:%Y-%m-%d}"
    for path in LOG_PATHS:
        query = {} if "{" in path else fields
        if text := connection.text(path.format(run=run.run_id, pod=pod), **query):
            return text
    return ""


def error_in(log: str) -> str | None:
    """Return the message of the `ComponentError` that ended a step, if one did."""
    lines = log.splitlines()
    starts = [
        (number, begun[0]) for number, line in enumerate(lines) if (begun := error_begun(line))
    ]
    if not starts:
        return None
    last, first_line = starts[-1]
    message = [first_line]
    for line in lines[last + 1 :]:
        if not line.startswith("  "):
            break
        message.append(line)
    return "\n".join(message)


def failure_in(log: str) -> str | None:
    """Return the error that ended KFP's own driver, as its logger (glog) writes it."""
    errors = [found["said"] for line in log.splitlines() if (found := GLOG_ERROR.match(line))]
    return errors[-1] if errors else None


def last_words(log: str) -> str | None:
    """Return the last lines of a log."""
    return "\n  ".join([line for line in log.splitlines() if line.strip()][-LAST_LINES:]) or None


def outputs_in(log: str) -> StepOutputs | None:
    """Return what the step wrote, as KFP's launcher logs it; None where the log lacks it."""
    found = _json_after(OUTPUTS, log)
    if found is None:
        return None
    return _values(found.get("parameterValues", {}), found.get("artifacts", {}))


def inputs_in(log: str) -> StepOutputs | None:
    """Return what the step was given, as kfp's executor logs it; None where the log lacks it."""
    inputs = (_json_after(INPUTS, log) or {}).get("inputs")
    if inputs is None:
        return None
    return _values(inputs.get("parameterValues", {}), inputs.get("artifacts", {}))


def _values(parameters: Mapping[str, Any], lists: Mapping[str, Any]) -> StepOutputs:
    artifacts = {name: each["artifacts"][0] for name, each in lists.items() if each["artifacts"]}
    return StepOutputs(
        parameters=parameters,
        metadata={name: artifact.get("metadata", {}) for name, artifact in artifacts.items()},
        uris={name: artifact["uri"] for name, artifact in artifacts.items() if "uri" in artifact},
    )


def _json_after(marker: str, log: str) -> dict[str, Any] | None:
    _, found, text = log.rpartition(marker)
    if not found:
        return None
    try:
        content, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
