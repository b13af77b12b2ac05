"""What the log of a step's pod tells: its error, its inputs and its outputs."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import dropwhile
from typing import Any, Final

from components.shared.step import error_begun
from pipelines.cluster.argo_nodes import workflow_of
from pipelines.cluster.connection import Connection
from pipelines.definition.outputs import StepOutputs

LOG_PATHS: Final = (
    "/k8s/pod/logs",
    "/apis/v2beta1/runs/{run}/nodes/{pod}/log",
    "/apis/v1alpha1/runs/{run}/nodes/{pod}/log",
)
"""Where logs are: at ml-pipeline-ui, or at ml-pipeline in its newer and older versions."""

ARCHIVE: Final = "minio://mlpipeline/private-artifacts/{namespace}/{workflow}/{day}/{pod}/main.log"
"""Where Argo keeps a log, as KFP's manifests tell it to (`keyFormat` of its controller)."""
WORKFLOW_MADE_WITHIN: Final = timedelta(minutes=1)

OUTPUTS: Final = "ExecutorOutput: "
INPUTS: Final = "Got executor_input:"
LAST_LINES: Final = 3
GLOG: Final = re.compile(r"(?P<level>[IWEF])\d{4} [\d:.]+ +\d+ \S+:\d+\] (?P<said>.*\S)")
"""A line of the launcher's or the driver's own."""
EXIT_STATUS: Final = re.compile(r"(.*: )?exit status \d+")
ARGOEXEC: Final = re.compile(r"time=.* argo=true\b|Error: exit status \d+$")
"""Lines that Argo's executor adds to what a container says."""
TRACEBACK: Final = "Traceback (most recent call last):"


def read_log(connection: Connection, run: Any, pod: str | None) -> str:
    """Return the log of a pod of `run`, there or archived; empty where it cannot be had."""
    if pod is None:
        return ""
    return pod_log(connection, run, pod) or archived_log(connection, run, pod)[1]


def pod_log(connection: Connection, run: Any, pod: str) -> str:
    """Return the log of a pod that is still there; empty where it cannot be had (any more)."""
    fields = {"podname": pod, "runid": run.run_id, "podnamespace": connection.pod_namespace}
    if run.created_at:
        # Older installs have it in an archive that ml-pipeline-ui finds by the day.
        fields["createdat"] = f"{run.created_at:%Y-%m-%d}"
    for path in LOG_PATHS:
        query = {} if "{" in path else fields
        if text := connection.text(path.format(run=run.run_id, pod=pod), **query):
            return text
    return ""


def archived_log(connection: Connection, run: Any, pod: str) -> tuple[str, str]:
    """Return where Argo keeps the log of a pod that is gone, and the log; empty if it is not there.

    Argo deletes the pods of a run an hour after its end, and their logs stay in the object store.
    """
    # The workflow is made within seconds after the run, which may be on the next day.
    made = {run.created_at, run.created_at + WORKFLOW_MADE_WITHIN} if run.created_at else ()
    for day in dict.fromkeys(f"{time:%Y/%m/%d}" for time in sorted(made)):
        uri = ARCHIVE.format(
            namespace=connection.pod_namespace, workflow=workflow_of(pod), day=day, pod=pod
        )
        if text := connection.artifact(uri):
            return uri, text
    return "", ""


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
    """Return the error that ended KFP's own driver or launcher, as its logger (glog) writes it.

    That a process ended with a status says nothing of why, and is not returned.
    """
    errors = [
        found["said"]
        for line in log.splitlines()
        if (found := GLOG.match(line)) and found["level"] in "EF"
    ]
    return next((said for said in reversed(errors) if not EXIT_STATUS.fullmatch(said)), None)


def last_words(log: str) -> str | None:
    """Return what an exception said that ended a step, or else the last lines that it printed.

    The lines that KFP's launcher and Argo's executor add are left out.
    """
    printed = [
        line
        for line in log.splitlines()
        if line.strip() and not GLOG.match(line) and not ARGOEXEC.match(line)
    ]
    return "\n  ".join(_said_by_exception(printed) or printed[-LAST_LINES:]) or None


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


def _said_by_exception(lines: list[str]) -> list[str]:
    """Return the first lines of the message under the last traceback; none where there is none."""
    starts = [number for number, line in enumerate(lines) if line.startswith(TRACEBACK)]
    below = lines[starts[-1] + 1 :] if starts else []
    return list(dropwhile(lambda line: line.startswith(" "), below))[:LAST_LINES]


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
