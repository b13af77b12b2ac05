"""Why a pod does not start, or was ended: read from its status."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipelines.cluster.connection import Connection
from pipelines.cluster.step_environment import creation

IMAGE_REASONS: Final = {
    "ErrImagePull",
    "ErrImageNeverPull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RegistryUnavailable",
}
KFP_IMAGES: Final = ("kubeflow/", "ml-pipeline/", "argoproj/")
"""Owners of the images of KFP's drivers and launchers and of Argo's helper; steps have them too."""

ONCE: Final = "Once it is there, the step starts by itself."
CONFIGURATION_REASONS: Final = {"CreateContainerConfigError", "CreateContainerError"}
ABSENT_KEY: Final = re.compile(
    r"couldn't find key (?P<key>\S+) in (?P<kind>ConfigMap|Secret) [^/\s]+/(?P<name>[\w.-]+)"
)
ABSENT_OBJECT: Final = re.compile(r'(?P<kind>configmap|secret) "(?P<name>[^"]+)" not found')
"""What the kubelet says of an object that a container needs."""


@dataclass(frozen=True)
class PodTrouble:
    """What keeps a pod from running.

    Attributes:
        reason: Kubernetes' word for it, such as ImagePullBackOff.
        message: What Kubernetes says of it.
        remedy: What to run.
    """

    reason: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}\n  {self.remedy}"


def why_not_started(connection: Connection, pod: str | None) -> PodTrouble | None:
    """Return what keeps a pod from starting, as long as its status is to be had and tells."""
    for container in _containers(_status(connection, pod)):
        waiting = container.get("state", {}).get("waiting") or {}
        if trouble := _trouble(connection, container, waiting):
            return trouble
    return None


def why_not_scheduled(connection: Connection, pod: str | None) -> str | None:
    """Return why no node takes a pod; more nodes, or others' end, may still let it start."""
    for condition in _status(connection, pod).get("conditions") or []:
        if condition.get("reason") == "Unschedulable":
            return " ".join(str(condition.get("message")).split())
    return None


def trouble_in(messages: tuple[str, ...], namespace: str) -> PodTrouble | None:
    """Return the trouble that the API itself tells of, if it does."""
    for message in messages:
        for reason in IMAGE_REASONS | CONFIGURATION_REASONS:
            if reason in message:
                text = message.partition(reason)[2].lstrip(": ") or message
                return PodTrouble(reason, text, _remedy(reason, None, text, namespace))
    return None


def why_ended(connection: Connection, pod: str | None, step: str) -> str | None:
    """Return why Kubernetes ended a pod: memory, time, eviction; None where the step did itself."""
    status = _status(connection, pod)
    for container in _containers(status):
        ended = container.get("state", {}).get("terminated") or {}
        if ended.get("reason") == "OOMKilled":
            return (
                "it was killed, because it took more memory than its limit (OOMKilled)\n"
                f"  {more_memory(step)}"
            )
    if reason := status.get("reason"):
        return f"{reason}: {status.get('message', 'no message')}"
    return None


def more_memory(step: str) -> str:
    """Return what gives a step more memory."""
    return f"Give it more: --set-resource {step}.memory=16Gi"


def _status(connection: Connection, pod: str | None) -> Mapping[str, Any]:
    if pod is None:
        return {}
    text = connection.text("/k8s/pod", podname=pod, podnamespace=connection.pod_namespace)
    try:
        status: Mapping[str, Any] = json.loads(text or "{}").get("status", {})
    except (ValueError, AttributeError):
        return {}
    return status


def _containers(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from status.get("initContainerStatuses") or []
    yield from status.get("containerStatuses") or []


def _trouble(
    connection: Connection, container: Mapping[str, Any], waiting: Mapping[str, Any]
) -> PodTrouble | None:
    reason = str(waiting.get("reason"))
    if reason not in IMAGE_REASONS | CONFIGURATION_REASONS:
        return None
    message = " ".join(str(waiting.get("message") or "no message").split())
    remedy = _remedy(reason, container.get("image"), message, connection.pod_namespace)
    return PodTrouble(reason, message, remedy)


def _remedy(reason: str, image: str | None, message: str, namespace: str) -> str:
    if reason in IMAGE_REASONS:
        name = image or "IMAGE"
        put = (
            f"Put {name} where the nodes pull from (into the cluster of make kind with: kind load "
            f"docker-image --name kfp-tabular {name})"
        )
        if any(owner in name for owner in KFP_IMAGES):
            return f"{put}, or see that the nodes reach its registry. {ONCE}"
        return (
            f"{put}, or name another one: KFP_TABULAR_IMAGE="
            "registry.example.com/kfp-tabular:TAG kfp-tabular compile, and submit again."
        )
    if found := ABSENT_KEY.search(message):
        what = f"{found['kind'].lower()} {found['name']}"
        return (
            f"See which keys it has: kubectl -n {namespace} describe {what}\n"
            f"  and add {found['key']}: kubectl -n {namespace} edit {what}\n  {ONCE}"
        )
    if found := ABSENT_OBJECT.search(message):
        return f"Make it: {creation(found['kind'], found['name'], namespace)}\n  {ONCE}"
    return f"See what happened to it: kubectl -n {namespace} get events --sort-by .lastTimestamp"
