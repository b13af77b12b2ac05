"""The objects of mode kserve: a ServingRuntime of ours, and an InferenceService that takes it.

The InferenceService is in KServe's Standard mode, in which KServe makes a Deployment, a Service and
an autoscaler of it. It names no storage, so that no initializer runs: the server fetches its
version from the registry.
"""

from typing import Any, Final

from components.shared.deployments import pods
from components.shared.deployments.objects import (
    CPU_PERCENT,
    PLAN,
    disruption_budget,
    network_policy,
)
from components.shared.deployments.plans import DeploymentPlan, PinnedVersion, Scale
from components.shared.deployments.pods import Manifest

GROUP: Final = "serving.kserve.io"
RUNTIME: Final = "kfp-tabular"
MODEL_FORMAT: Final = "kfp-tabular"
CONTAINER: Final = "kserve-container"
"""What KServe calls the container of the server."""

OF_SERVICE: Final = f"{GROUP}/inferenceservice"
"""KServe's label of every pod of an InferenceService."""


def objects(plan: DeploymentPlan) -> list[Manifest]:
    """Return all objects of a deployment, in the order that they are applied in."""
    selector = {OF_SERVICE: plan.name}
    return [
        serving_runtime(plan),
        network_policy(plan, selector),
        disruption_budget(plan, selector),
        inference_service(plan),
    ]


def serving_runtime(plan: DeploymentPlan) -> Manifest:
    """Return the runtime of our model format; all deployments of a namespace share it.

    What differs between them, the image and what a server takes, each says in its InferenceService.
    """
    common = pods.labels(plan)
    del common[pods.INSTANCE]
    server = pods.container(CONTAINER, plan.image, Scale())
    return {
        "apiVersion": f"{GROUP}/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {"name": RUNTIME, "namespace": plan.place, "labels": common},
        "spec": {
            "supportedModelFormats": [{"name": MODEL_FORMAT, "version": "1", "autoSelect": True}],
            "protocolVersions": ["v2"],
            "containers": [server],
            "volumes": pods.volumes(),
        },
    }


def inference_service(plan: DeploymentPlan) -> Manifest:
    """Return the InferenceService, with its canary where there is one."""
    scale = plan.scale
    predictor = {
        **_predictor(plan, plan.stable),
        "minReplicas": scale.replicas,
        "maxReplicas": scale.most_replicas,
        "scaleMetric": "cpu",
        "scaleTarget": CPU_PERCENT,
        "deploymentStrategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
    }
    spec: dict[str, Any] = {"predictor": predictor}
    if plan.canary:
        canary = {
            "name": canary_name(plan.canary.version),
            "minReplicas": 1,
            **_predictor(plan, plan.canary.version),
        }
        spec["canary"] = [{"trafficPercent": plan.canary.percent, "predictor": canary}]
    return {
        "apiVersion": f"{GROUP}/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": plan.name,
            "namespace": plan.place,
            "labels": pods.labels(plan),
            "annotations": {
                f"{GROUP}/deploymentMode": "Standard",
                **pods.version_annotations(plan.stable),
                PLAN: plan.to_json(),
            },
        },
        "spec": spec,
    }


def canary_name(version: PinnedVersion) -> str:
    """Return the name of a canary, which is in the names of KServe's objects for it."""
    return f"c{version.digest[:8]}"


def _predictor(plan: DeploymentPlan, version: PinnedVersion) -> Manifest:
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 40,
        "securityContext": pods.pod_security(),
        "labels": pods.labels(plan) | pods.version_labels(version),
        "annotations": pods.version_annotations(version),
        "model": {
            "name": CONTAINER,
            "modelFormat": {"name": MODEL_FORMAT, "version": "1"},
            "runtime": RUNTIME,
            "protocolVersion": "v2",
            "image": plan.image,
            "args": pods.arguments(version),
            "resources": pods.resources(plan.scale),
        },
    }
