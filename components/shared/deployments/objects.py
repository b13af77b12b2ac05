"""The objects of mode deployment: Kubernetes' own, and an HTTPRoute where there is a gateway."""

from typing import Any, Final

from components.shared.deployments import pods
from components.shared.deployments.plans import ALL, DeploymentPlan, PinnedVersion
from components.shared.deployments.pods import Manifest

PLAN: Final = "kfp-tabular/plan"
"""Annotation that holds what a deployment is to be, by which it is found and restored."""

FIRST: Final = 1
SERVICE_PORT: Final = 80
CPU_PERCENT: Final = 80


def objects(plan: DeploymentPlan, wait_seconds: int) -> list[Manifest]:
    """Return all objects of a deployment, in the order that they are applied in.

    Args:
        plan: What it is to be.
        wait_seconds: After how long without progress a roll-out counts as failed.
    """
    stable = deployment(plan, plan.stable, pods.STABLE, wait_seconds)
    stable["metadata"]["annotations"][PLAN] = plan.to_json()
    made = [
        network_policy(plan, {pods.INSTANCE: plan.name}),
        disruption_budget(plan, _selector(plan, pods.STABLE)),
        service(plan, pods.STABLE),
    ]
    if plan.canary:
        canary = deployment(plan, plan.canary.version, pods.CANARY, wait_seconds)
        made += [service(plan, pods.CANARY), canary]
    made += [stable, autoscaler(plan)]
    return [*made, route(plan)] if plan.gateway else made


def track_name(plan: DeploymentPlan, track: str) -> str:
    """Return the name of what belongs to the stable version, or to its canary."""
    return plan.name if track == pods.STABLE else f"{plan.name}-{track}"


def deployment(
    plan: DeploymentPlan, version: PinnedVersion, track: str, wait_seconds: int
) -> Manifest:
    """Return the Deployment of one version: no pod of the old one ends before a new one is ready.

    The stable one says no number of replicas, which its autoscaler owns.
    """
    selector = _selector(plan, track)
    described = pods.labels(plan) | pods.version_labels(version) | {pods.TRACK: track}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            **_metadata(plan, track_name(plan, track)),
            "annotations": pods.version_annotations(version),
        },
        "spec": {
            **({"replicas": FIRST} if track == pods.CANARY else {}),
            "selector": {"matchLabels": selector},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
            },
            "progressDeadlineSeconds": wait_seconds,
            "revisionHistoryLimit": 3,
            "template": {
                "metadata": {
                    "labels": described,
                    "annotations": pods.version_annotations(version),
                },
                "spec": pods.pod(plan, version),
            },
        },
    }


def service(plan: DeploymentPlan, track: str) -> Manifest:
    """Return the Service of the stable version, or of its canary."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(plan, track_name(plan, track)),
        "spec": {
            "selector": _selector(plan, track),
            "ports": [
                {
                    "name": pods.PORT_NAME,
                    "port": SERVICE_PORT,
                    "targetPort": pods.PORT_NAME,
                    "protocol": "TCP",
                    "appProtocol": "http",
                }
            ],
        },
    }


def autoscaler(plan: DeploymentPlan) -> Manifest:
    """Return the autoscaler of the stable version, by the cores that its servers take."""
    target = {"type": "Utilization", "averageUtilization": CPU_PERCENT}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _metadata(plan, plan.name),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": plan.name},
            "minReplicas": plan.scale.replicas,
            "maxReplicas": plan.scale.most_replicas,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    }


def disruption_budget(plan: DeploymentPlan, selector: dict[str, str]) -> Manifest:
    """Return what keeps a drained node from taking more than one server at a time."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(plan, plan.name),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector},
        },
    }


def network_policy(plan: DeploymentPlan, selector: dict[str, str]) -> Manifest:
    """Return who may ask the servers, and whom these may ask."""
    callers: list[Manifest] = [
        {"podSelector": {}},
        {"namespaceSelector": {"matchLabels": {pods.CLIENTS: "true"}}},
    ]
    if plan.gateway:
        gateways = {"kubernetes.io/metadata.name": _gateway(plan)["namespace"]}
        callers.append({"namespaceSelector": {"matchLabels": gateways}})
    ours = {
        "namespaceSelector": {},
        "podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "kfp-tabular"}},
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(plan, plan.name),
        "spec": {
            "podSelector": {"matchLabels": selector},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": callers, "ports": [_tcp(pods.PORT)]}],
            "egress": [
                {"ports": [{"port": 53, "protocol": "UDP"}, _tcp(53)]},
                # The registry and its store here, whatever namespace they live in.
                {"to": [ours]},
                # A registry or a store elsewhere.
                {"ports": [_tcp(80), _tcp(443)]},
            ],
        },
    }


def route(plan: DeploymentPlan) -> Manifest:
    """Return the route from the gateway: `/serving/NAMESPACE/NAME/` is the server's `/`."""
    share = plan.canary.percent if plan.canary else 0
    backends = [_backend(plan, pods.STABLE, ALL - share)]
    if plan.canary:
        backends.append(_backend(plan, pods.CANARY, share))
    rewritten = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": _metadata(plan, plan.name),
        "spec": {
            "parentRefs": [_gateway(plan)],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": route_path(plan)}}],
                    "filters": [{"type": "URLRewrite", "urlRewrite": {"path": rewritten}}],
                    "backendRefs": backends,
                }
            ],
        },
    }


def route_path(plan: DeploymentPlan) -> str:
    """Return the path under which the gateway leads to a deployment."""
    return f"/serving/{plan.place}/{plan.name}"


def _backend(plan: DeploymentPlan, track: str, weight: int) -> Manifest:
    return {"name": track_name(plan, track), "port": SERVICE_PORT, "weight": weight}


def _gateway(plan: DeploymentPlan) -> dict[str, str]:
    namespace, _, name = plan.gateway.partition("/")
    return {"namespace": namespace, "name": name}


def _selector(plan: DeploymentPlan, track: str) -> dict[str, str]:
    return {pods.INSTANCE: plan.name, pods.TRACK: track}


def _metadata(plan: DeploymentPlan, name: str) -> dict[str, Any]:
    return {"name": name, "namespace": plan.place, "labels": pods.labels(plan)}


def _tcp(port: int) -> Manifest:
    return {"port": port, "protocol": "TCP"}
