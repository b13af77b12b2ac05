"""Mode deployment: a Deployment of Kubernetes with what belongs to it."""

import os
from typing import Final

from components.shared.deployments import objects, pods
from components.shared.deployments.cluster import Cluster
from components.shared.deployments.endpoints import Endpoint, HttpEndpoint, ServiceEndpoint
from components.shared.deployments.plans import DeploymentPlan, PinnedVersion
from components.shared.deployments.rollouts import deployment_progress, wait_until_done
from components.shared.errors import InputError

ROUTES: Final = ("gateway.networking.k8s.io/v1", "HTTPRoute")
IN_CLUSTER: Final = "KUBERNETES_SERVICE_HOST"
"""Kubernetes sets it in every pod."""


class DeploymentPlace:
    """Deployments of a namespace, in terms of Kubernetes' own objects.

    Args:
        cluster: The namespace.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def current(self, name: str) -> DeploymentPlan | None:
        """Return what a deployment is; None where there is none."""
        found = self._cluster.find("apps/v1", "Deployment", name)
        if found is None:
            return None
        text = found["metadata"].get("annotations", {}).get(objects.PLAN)
        if text is None:
            raise InputError(
                f"namespace {self._cluster.namespace} has a Deployment {name} that kfp-tabular did "
                "not make: choose another name (parameter `name`), or delete it"
            )
        return DeploymentPlan.parse(text)

    def check(self, plan: DeploymentPlan) -> tuple[str, ...]:
        """Refuse weights where nothing would keep to them."""
        if plan.canary and not plan.gateway:
            raise InputError(
                "a canary takes a part of the requests by the weights of a gateway, and none is "
                "named: name one as namespace/name (parameter `gateway`), or deploy to all"
            )
        if plan.gateway and not self._cluster.serves(*ROUTES):
            raise InputError(
                "this cluster has no HTTPRoute (gateway.networking.k8s.io/v1), by which a gateway "
                "splits requests: install the Gateway API and a controller of it "
                "(https://gateway-api.sigs.k8s.io/guides/), or deploy without gateway and canary"
            )
        return ()

    def apply(self, plan: DeploymentPlan, wait_seconds: float) -> None:
        """Make a deployment what the plan says, and wait until it is.

        Requests are routed to a canary when it is ready, and away from it before it ends.
        """
        made = objects.objects(plan, int(wait_seconds))
        routes = [each for each in made if each["kind"] == ROUTES[1]]
        for each in made:
            if each not in routes:
                self._cluster.apply(each)
        self._wait(plan, plan.stable, pods.STABLE, wait_seconds)
        if plan.canary:
            self._wait(plan, plan.canary.version, pods.CANARY, wait_seconds)
        for each in routes:
            self._cluster.apply(each)
        if not plan.gateway and self._cluster.serves(*ROUTES):
            self._cluster.delete(*ROUTES, plan.name)
        if not plan.canary:
            self._remove_canary(plan.name)

    def remove(self, name: str) -> None:
        """Take a deployment away, if it is there."""
        if self._cluster.serves(*ROUTES):
            self._cluster.delete(*ROUTES, name)
        self._remove_canary(name)
        for api, kind in (
            ("autoscaling/v2", "HorizontalPodAutoscaler"),
            ("apps/v1", "Deployment"),
            ("v1", "Service"),
            ("policy/v1", "PodDisruptionBudget"),
            ("networking.k8s.io/v1", "NetworkPolicy"),
        ):
            self._cluster.delete(api, kind, name)

    def endpoint(self, plan: DeploymentPlan) -> Endpoint:
        """Return where a deployment answers: its Service."""
        return service_endpoint(self._cluster, plan.name, objects.SERVICE_PORT)

    def log(self, name: str, lines: int) -> str:
        """Return the last lines that the servers of a deployment printed."""
        return logs_of(self._cluster, {pods.INSTANCE: name}, "predictor", lines)

    def _wait(
        self, plan: DeploymentPlan, version: PinnedVersion, track: str, wait_seconds: float
    ) -> None:
        name = objects.track_name(plan, track)
        labels = {
            pods.INSTANCE: plan.name,
            pods.TRACK: track,
            pods.DIGEST: pods.version_labels(version)[pods.DIGEST],
        }
        wait_until_done(
            lambda: deployment_progress(self._cluster, name, labels),
            f"{version} as Deployment {name}",
            wait_seconds,
        )

    def _remove_canary(self, name: str) -> None:
        self._cluster.delete("apps/v1", "Deployment", f"{name}-{pods.CANARY}")
        self._cluster.delete("v1", "Service", f"{name}-{pods.CANARY}")


def service_endpoint(cluster: Cluster, service: str, port: int) -> Endpoint:
    """Return a Service as it is reached from here: by itself in a pod, else by the API server."""
    shown = "" if port == objects.SERVICE_PORT else f":{port}"
    address = f"http://{service}.{cluster.namespace}.svc{shown}"
    if IN_CLUSTER in os.environ:
        return HttpEndpoint(address)
    return ServiceEndpoint(address, cluster, service, port)


def logs_of(cluster: Cluster, labels: dict[str, str], container: str, lines: int) -> str:
    """Return the last lines of each pod with some labels, each below its name."""
    told = []
    for pod in cluster.list("v1", "Pod", labels):
        name = pod["metadata"]["name"]
        told.append(f"==> {name}\n{cluster.log(name, container, lines)}")
    return "\n".join(told)
