"""How far a cluster is with what was applied, and what keeps it from going on."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from components.shared.deployments.cluster import Cluster
from components.shared.deployments.pods import Manifest
from components.shared.errors import ClusterError, DeploymentError

PAUSE_SECONDS: Final = 0.5
CRASHES: Final = 2
"""So often a server may end before its version counts as one that does not start."""

LOG_LINES: Final = 5
HOPELESS: Final = {
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
}
"""What does not mend itself while somebody waits."""


@dataclass(frozen=True)
class Progress:
    """How far a roll-out is.

    Attributes:
        done: Whether all servers are of the new version, and ready.
        said: What it is at, for people.
        failure: Why it will not be done; empty while it may.
    """

    done: bool
    said: str
    failure: str = ""


def wait_until_done(look: Callable[[], Progress], what: str, seconds: float) -> None:
    """Wait for a roll-out.

    Args:
        look: Returns how far it is.
        what: What is rolled out, for the message.
        seconds: How long at the most.

    Raises:
        DeploymentError: It failed, or takes longer.
    """
    end = time.monotonic() + seconds
    while not (progress := look()).done:
        if progress.failure:
            raise DeploymentError(f"{what} does not get ready: {progress.failure}")
        if time.monotonic() > end:
            raise DeploymentError(f"{what} was not ready within {seconds:.0f} s: {progress.said}")
        time.sleep(PAUSE_SECONDS)


def deployment_progress(cluster: Cluster, name: str, labels: Mapping[str, str]) -> Progress:
    """Return how far a Deployment is, as `kubectl rollout status` does.

    Args:
        cluster: Where it is.
        name: Its name.
        labels: What its new pods carry, and no old ones.
    """
    found = cluster.find("apps/v1", "Deployment", name)
    if found is None:
        return Progress(False, "it is not there", "somebody deleted it meanwhile")
    status, wanted = found.get("status", {}), found["spec"].get("replicas", 1)
    if status.get("observedGeneration", 0) < found["metadata"].get("generation", 1):
        return Progress(False, "no controller has looked at it yet")
    for condition in status.get("conditions", ()):
        kind, reason = condition["type"], condition.get("reason", "")
        if kind == "ReplicaFailure" and condition["status"] == "True":
            return Progress(False, reason, condition.get("message", reason))
        if kind == "Progressing" and reason == "ProgressDeadlineExceeded":
            said = trouble(cluster, labels) or condition.get("message", reason)
            return Progress(False, reason, said)
    updated, all_, ready = (
        status.get(key, 0) for key in ("updatedReplicas", "replicas", "availableReplicas")
    )
    said = f"{updated} of {wanted} new servers started, {all_ - updated} old ones left"
    if updated >= wanted and all_ == updated and ready >= updated:
        return Progress(True, said)
    return Progress(False, said, trouble(cluster, labels))


def trouble(cluster: Cluster, labels: Mapping[str, str]) -> str:
    """Return what keeps pods with some labels from getting ready; empty if nothing is seen yet."""
    for pod in cluster.list("v1", "Pod", labels):
        for container in pod.get("status", {}).get("containerStatuses", ()):
            waiting = container.get("state", {}).get("waiting") or {}
            reason = str(waiting.get("reason", ""))
            if reason in HOPELESS:
                return f"{reason}: {waiting.get('message', container.get('image', ''))}"
            if int(container.get("restartCount", 0)) >= CRASHES:
                return _last_words(cluster, pod, container)
    return ""


def _last_words(cluster: Cluster, pod: Manifest, container: Mapping[str, Any]) -> str:
    name = pod["metadata"]["name"]
    ended = (container.get("lastState") or {}).get("terminated") or {}
    told = f"{name} ended {container['restartCount']} times ({ended.get('reason', 'Error')})"
    try:
        log = cluster.log(name, str(container["name"]), LOG_LINES)
    except ClusterError:
        return told
    return "\n  ".join([f"{told}; its last words:", *_lines(log)])


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.strip())
