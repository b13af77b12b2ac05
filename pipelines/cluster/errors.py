"""What can go wrong between this machine and a cluster, each said in one message."""

import json
import re
from collections.abc import Mapping
from typing import Final

from pipelines.errors import PipelineError, UsageError

LONGEST_MESSAGE: Final = 400


class UnreachableError(PipelineError, ConnectionError):
    """No answer came."""

    def __init__(self, host: str, reason: object) -> None:
        remedy = (
            "  Name the certificates that vouch for it with --ca-cert."
            if "certificate" in str(reason).lower()
            else f"  See whether it answers: curl {host}/apis/v2beta1/healthz\n"
            "  or leave --host out, and kubectl forwards a port to it."
        )
        super().__init__(
            f"cannot reach Kubeflow Pipelines at {host}: {_short(str(reason))}\n{remedy}"
        )


class NoPipelinesError(PipelineError, LookupError):
    """Something answered, and it is not Kubeflow Pipelines."""

    def __init__(self, host: str, what: str) -> None:
        super().__init__(
            f"{host} answers, but not as Kubeflow Pipelines ({what})\n"
            "  --host is the address of ml-pipeline-ui or ml-pipeline; behind the dashboard of "
            "Kubeflow it ends in /pipeline.\n"
            "  Find it with: kubectl get services --all-namespaces | grep ml-pipeline"
        )


class LoginError(PipelineError, PermissionError):
    """It wants to know who asks."""

    def __init__(self, host: str, what: str, namespace: str) -> None:
        super().__init__(
            f"{host} does not know who you are ({what})\n"
            "  Give a token that is still valid:\n"
            f"  export KFP_TOKEN=$(kubectl -n {namespace} create token default-editor "
            "--audience pipelines.kubeflow.org)\n"
            "  or the cookies of a browser that is logged in, with --cookies."
        )


class ForbiddenError(PipelineError, PermissionError):
    """It knows who asks, and says no."""

    def __init__(self, action: str, namespace: str, message: str) -> None:
        super().__init__(
            f"not allowed to {action} in namespace {namespace}: {message}\n"
            "  --namespace is the profile that you may work in. See what you may do there: "
            f"kubectl auth can-i create runs.pipelines.kubeflow.org -n {namespace}"
        )


class NotThereError(UsageError, LookupError):
    """It has no such thing."""

    def __init__(self, what: str, listing: str) -> None:
        super().__init__(f"there is no {what}; see which there are with: {listing}")


class RefusedError(PipelineError, RuntimeError):
    """It refused, or failed: any other status."""

    def __init__(self, action: str, status: int, message: str, namespace: str) -> None:
        remedy = (
            f"\n  Its own log says more: kubectl -n {namespace} logs deployment/ml-pipeline"
            if status >= 500
            else ""
        )
        super().__init__(f"could not {action} (HTTP {status}): {message}{remedy}")
        self.status = status


class ConflictError(RefusedError):
    """It has one of that name already."""


class UnexpectedAnswerError(PipelineError, ValueError):
    """An answer that is not of KFP's API."""


class RunFailedError(PipelineError, RuntimeError):
    """A run ended, and not well."""


class OrphanedRunError(PipelineError, RuntimeError):
    """A run of which nothing is left but what KFP says."""

    def __init__(self, run_id: str, schedule_id: str, state: str, page: str) -> None:
        super().__init__(
            f"run {run_id} was killed: its schedule {schedule_id} was deleted while it went on, "
            f"and with it the run's workflow and pods. KFP says {state} of it for ever, and can "
            f"neither end it nor go on with it\n  Archive and delete it on its page: {page}"
        )


class StepCannotStartError(PipelineError, RuntimeError):
    """The cluster cannot start a step's container, and goes on trying."""


class PortForwardError(PipelineError, RuntimeError):
    """`kubectl port-forward` did not work."""


def message_of(body: str | bytes | None) -> str:
    """Return what an error of KFP's API says, without its repetitions."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    try:
        content = json.loads(text)
    except ValueError:
        return _short(re.sub(r"<[^>]*>", " ", text)) or "no reason was given"
    if not isinstance(content, Mapping):
        return _short(text)
    said = content.get("error_message") or content.get("message") or content.get("error")
    return _short(str(said or text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_MESSAGE else line[:LONGEST_MESSAGE] + " …"


class WatchBrokenError(PipelineError, ConnectionError):
    """The connection broke while a run was watched, and did not come back."""


class MissingObjectError(PipelineError, LookupError):
    """A step could not start, because an object or a key of it is not there."""
