"""Mode kserve: an InferenceService, which KServe's controller makes true."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from components.shared.deployments import kserve_objects, objects
from components.shared.deployments.cluster import Cluster
from components.shared.deployments.deployment_place import logs_of, service_endpoint
from components.shared.deployments.endpoints import Endpoint
from components.shared.deployments.plans import DeploymentPlan
from components.shared.deployments.rollouts import Progress, wait_until_done
from components.shared.errors import ClusterRefusalError, InputError

SERVICES: Final = (f"{kserve_objects.GROUP}/v1beta1", "InferenceService")
CONTROL: Final = "kserve"
"""Namespace of KServe's controller, as its installation has it."""

CONFIGURATION: Final = "inferenceservice-config"
LAST_WITH_503: Final = (0, 20, 0)
"""The last release in which a new canary is sent requests before it is ready, which are answered
with 503 (kserve/kserve issue 5983)."""

FORBIDDEN: Final = 403


class KServePlace:
    """Deployments of a namespace, as InferenceServices in Standard mode.

    Args:
        cluster: The namespace.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def current(self, name: str) -> DeploymentPlan | None:
        """Return what a deployment is; None where there is none."""
        self._require_kserve()
        found = self._cluster.find(*SERVICES, name)
        if found is None:
            return None
        text = found["metadata"].get("annotations", {}).get(objects.PLAN)
        if text is None:
            raise InputError(
                f"namespace {self._cluster.namespace} has an InferenceService {name} that "
                "kfp-tabular did not make: choose another name (parameter `name`), or delete it"
            )
        return DeploymentPlan.parse(text)

    def check(self, plan: DeploymentPlan) -> tuple[str, ...]:
        """Refuse a KServe that would lose requests, or would not split them."""
        self._require_kserve()
        if plan.gateway:
            raise InputError(
                "in mode kserve the gateway is KServe's own: leave the parameter `gateway` empty"
            )
        told = [self._check_release()]
        if plan.canary:
            self._require_canaries()
            told.append(self._check_gateway())
        return tuple(each for each in told if each)

    def apply(self, plan: DeploymentPlan, wait_seconds: float) -> None:
        """Make a deployment what the plan says, and wait until KServe says so."""
        for each in kserve_objects.objects(plan):
            self._cluster.apply(each)
        wait_until_done(lambda: self._progress(plan), f"InferenceService {plan.name}", wait_seconds)

    def remove(self, name: str) -> None:
        """Take a deployment away, if it is there; the runtime stays, for others."""
        self._cluster.delete(*SERVICES, name)
        self._cluster.delete("policy/v1", "PodDisruptionBudget", name)
        self._cluster.delete("networking.k8s.io/v1", "NetworkPolicy", name)

    def endpoint(self, plan: DeploymentPlan) -> Endpoint:
        """Return where a deployment answers: the Service that KServe made."""
        return service_endpoint(self._cluster, f"{plan.name}-predictor", objects.SERVICE_PORT)

    def log(self, name: str, lines: int) -> str:
        """Return the last lines that the servers of a deployment printed."""
        labels = {kserve_objects.OF_SERVICE: name}
        return logs_of(self._cluster, labels, kserve_objects.CONTAINER, lines)

    def _progress(self, plan: DeploymentPlan) -> Progress:
        found = self._cluster.find(*SERVICES, plan.name)
        if found is None:
            return Progress(False, "it is not there", "somebody deleted it meanwhile")
        status = found.get("status", {})
        if status.get("observedGeneration", 0) < found["metadata"].get("generation", 1):
            return Progress(False, "no controller has looked at it yet")
        conditions = {each["type"]: each for each in status.get("conditions", ())}
        asked = ["Ready", *(["CanaryReady"] if plan.canary else [])]
        missing = [name for name in asked if conditions.get(name, {}).get("status") != "True"]
        loading = status.get("modelStatus", {})
        if not missing and loading.get("transitionStatus", "UpToDate") in ("", "UpToDate"):
            return Progress(True, "ready")
        said = ", ".join(_told(name, conditions.get(name, {})) for name in missing)
        return Progress(False, said or str(loading.get("transitionStatus")), self._trouble(status))

    def _trouble(self, status: Mapping[str, Any]) -> str:
        loading = status.get("modelStatus", {})
        if loading.get("transitionStatus") in ("BlockedByFailedLoad", "InvalidSpec"):
            failure = loading.get("lastFailureInfo", {})
            return str(failure.get("message") or loading["transitionStatus"])
        return ""

    def _require_kserve(self) -> None:
        if not self._cluster.serves(*SERVICES):
            raise InputError(
                "this cluster has no InferenceService: install KServe in Standard mode "
                "(https://kserve.github.io/website/docs/admin-guide/kubernetes-deployment), or use "
                "mode deployment, which needs nothing but Kubernetes"
            )

    def _require_canaries(self) -> None:
        schemas = self._cluster.schema(SERVICES[0]).get("components", {}).get("schemas", {})
        known = any(
            "canary" in each.get("properties", {}).get("spec", {}).get("properties", {})
            for name, each in schemas.items()
            if name.endswith(f".{SERVICES[1]}")
        )
        if not known:
            raise InputError(
                "this cluster's InferenceService has no spec.canary, which Standard mode splits "
                "requests by: install KServe 0.20.1 or later, or deploy to all"
            )

    def _check_release(self) -> str:
        """Return what is to be said of KServe's release; refuse one with known 503s."""
        try:
            control = self._cluster.elsewhere(CONTROL)
            found = control.find("apps/v1", "Deployment", "kserve-controller-manager")
        except ClusterRefusalError as refusal:
            if refusal.status != FORBIDDEN:
                raise
            found = None
        release = _release(found)
        if release is None:
            return (
                f"which release of KServe this is cannot be seen in namespace {CONTROL}: up to "
                "0.20.0, requests are answered with 503 while a canary starts"
            )
        if release <= LAST_WITH_503:
            raise InputError(
                f"this cluster has KServe {'.'.join(map(str, release))}, which answers requests "
                "with 503 while versions change (kserve/kserve issue 5983): install a release "
                "after 0.20.0, or use mode deployment"
            )
        return ""

    def _check_gateway(self) -> str:
        """Return what is to be said of KServe's gateway; refuse one that does not split."""
        try:
            found = self._cluster.elsewhere(CONTROL).find("v1", "ConfigMap", CONFIGURATION)
        except ClusterRefusalError as refusal:
            if refusal.status != FORBIDDEN:
                raise
            found = None
        if found is None:
            return (
                f"whether KServe splits requests cannot be seen: ConfigMap {CONFIGURATION} of "
                f"namespace {CONTROL} cannot be read. It does where its enableGatewayApi is true"
            )
        try:
            enabled = json.loads(found["data"]["ingress"]).get("enableGatewayApi")
        except (KeyError, ValueError, AttributeError):
            enabled = None
        if enabled is not True:
            raise InputError(
                "KServe splits requests by weights only with the Gateway API, which is off here: "
                f"set enableGatewayApi to true in `ingress` of ConfigMap {CONFIGURATION}, namespace"
                f" {CONTROL}, and name a Gateway there, or deploy to all"
            )
        return ""


def _told(name: str, condition: Mapping[str, Any]) -> str:
    return f"{name}: {condition.get('message') or condition.get('reason') or 'not yet'}"


def _release(controller: Mapping[str, Any] | None) -> tuple[int, ...] | None:
    """Return the release of KServe by the image of its controller; None where it does not tell."""
    if controller is None:
        return None
    for container in controller["spec"]["template"]["spec"]["containers"]:
        found = re.search(r":v?(\d+)\.(\d+)\.(\d+)(?![\w.-])", str(container.get("image", "")))
        if found and container.get("name") == "manager":
            return tuple(map(int, found.groups()))
    return None
