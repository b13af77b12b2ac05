"""The pod of a prediction server, and what every object of a deployment is labelled with.

A pod is of one version, by its digest; it fetches it from the registry itself, and is ready only
once it has reproduced the version's examples.
"""

import re
from typing import Any, Final

from components.shared.deployments.plans import DeploymentPlan, PinnedVersion, Scale
from components.shared.trust import CONFIG_MAP as AUTHORITIES
from components.shared.trust import MOUNTED

Manifest = dict[str, Any]

SETTINGS: Final = "kfp-tabular"
"""ConfigMap and Secret of a pipeline's namespace, which the servers read the registry's address
and token from as steps do."""

OWN_SETTINGS: Final = "kfp-tabular-predictor"
"""ConfigMap and Secret of what the servers alone read, such as where the prediction log goes; they
need not exist."""

USER: Final = 65532
PORT: Final = 8080
PORT_NAME: Final = "http"
READY: Final = "/v2/health/ready"
LIVE: Final = "/v2/health/live"

INSTANCE: Final = "app.kubernetes.io/instance"
TRACK: Final = "kfp-tabular/track"
STABLE, CANARY = "stable", "canary"
DIGEST: Final = "kfp-tabular/digest"
CLIENTS: Final = "kfp-tabular/predictor-client"
"""Label of namespaces whose pods may ask for predictions."""

LONGEST_LABEL: Final = 63


def labels(plan: DeploymentPlan) -> dict[str, str]:
    """Return what every object of a deployment is labelled with."""
    return {
        "app.kubernetes.io/name": "kfp-tabular-predictor",
        INSTANCE: plan.name,
        "app.kubernetes.io/component": "predictor",
        "app.kubernetes.io/part-of": "kfp-tabular",
        "app.kubernetes.io/managed-by": "kfp-tabular",
    }


def version_labels(version: PinnedVersion) -> dict[str, str]:
    """Return the labels of what serves one version; the whole digest is an annotation."""
    text = re.sub(r"[^A-Za-z0-9._-]+", "-", version.version)[:LONGEST_LABEL].strip("._-")
    named = {"app.kubernetes.io/version": text} if text else {}
    return {**named, DIGEST: version.digest[:LONGEST_LABEL]}


def version_annotations(version: PinnedVersion) -> dict[str, str]:
    """Return the annotations of what serves one version."""
    return {
        "kfp-tabular/model": version.model_name,
        "kfp-tabular/version": version.version,
        DIGEST: version.digest,
    }


def arguments(version: PinnedVersion) -> list[str]:
    """Return the arguments of a server of one version."""
    return [*version.arguments(), "--port", str(PORT)]


def environment() -> list[Manifest]:
    """Return the variables of a server: where the registry is, and who it and its callers are."""

    def secret(key: str) -> Manifest:
        reference = {"name": SETTINGS, "key": key, "optional": True}
        return {"name": key, "valueFrom": {"secretKeyRef": reference}}

    url = {"name": SETTINGS, "key": "REGISTRY_URL"}
    return [
        {"name": "PREDICTOR_HOST", "value": "0.0.0.0"},  # noqa: S104 - a pod's own address
        {"name": "REGISTRY_URL", "valueFrom": {"configMapKeyRef": url}},
        secret("REGISTRY_TOKEN"),
        secret("PREDICTOR_TOKEN"),
    ]


def container(name: str, image: str, scale: Scale) -> Manifest:
    """Return the container of a server, without what is of one version."""
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python", "-m", "predictor"],
        "ports": [{"name": PORT_NAME, "containerPort": PORT, "protocol": "TCP"}],
        "env": environment(),
        "envFrom": [
            {"configMapRef": {"name": OWN_SETTINGS, "optional": True}},
            {"secretRef": {"name": OWN_SETTINGS, "optional": True}},
        ],
        "resources": resources(scale),
        # It is ready when it has its version from the registry, in which there is no haste.
        "startupProbe": _probe(READY) | {"periodSeconds": 1, "failureThreshold": 120},
        "readinessProbe": _probe(READY) | {"periodSeconds": 5},
        "livenessProbe": _probe(LIVE) | {"periodSeconds": 10, "failureThreshold": 3},
        # Requests go on coming until all endpoints have forgotten the pod.
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a volume of the pod's own
            {"name": "authorities", "mountPath": str(MOUNTED), "readOnly": True},
        ],
    }


def resources(scale: Scale) -> Manifest:
    """Return what one server asks of its node."""
    return {
        "requests": {"cpu": scale.cpu, "memory": scale.memory},
        "limits": {"cpu": scale.most_cpu, "memory": scale.memory},
    }


def volumes() -> list[Manifest]:
    """Return the volumes of a server: where its version is unpacked, and whom it trusts."""
    return [
        {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
        {"name": "authorities", "configMap": {"name": AUTHORITIES, "optional": True}},
    ]


def pod_security() -> Manifest:
    """Return the security context of the pod."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def pod(plan: DeploymentPlan, version: PinnedVersion) -> Manifest:
    """Return the spec of a pod that serves one version."""
    server = container("predictor", plan.image, plan.scale) | {"args": arguments(version)}
    same = {"matchLabels": {INSTANCE: plan.name}}
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # 5 s until nobody sends requests any more, and 30 s for those that came.
        "terminationGracePeriodSeconds": 40,
        "securityContext": pod_security(),
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": same,
            }
        ],
        "containers": [server],
        "volumes": volumes(),
    }


def _probe(path: str) -> Manifest:
    return {"httpGet": {"path": path, "port": PORT_NAME}, "timeoutSeconds": 5}
