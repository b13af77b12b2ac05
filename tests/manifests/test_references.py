"""What objects say of each other is true."""

import re
from collections.abc import Iterator
from typing import Any

from tests.manifests.rendering import (
    MANIFESTS,
    Manifest,
    containers,
    matching,
    of_kind,
    pod_templates,
    port_names,
    title,
)

README = (MANIFESTS / "README.md").read_text("utf-8")
PODS_OF_OTHERS = {"pipelines.kubeflow.org/v2_component": "true"}
"""KFP makes the pods of a run, and gives them this label."""


def test_workloads_select_their_own_pods(rendered: list[Manifest]) -> None:
    """A workload's selector matches its template, and no other workload's."""
    for workload, template in pod_templates(rendered):
        if "selector" in workload["spec"]:
            selector = workload["spec"]["selector"]["matchLabels"]
            assert matching(rendered, selector) == [template], title(workload)


def test_services_select_pods_that_listen(rendered: list[Manifest]) -> None:
    """A Service selects pods of one workload, on a named port that they have."""
    for service in of_kind(rendered, "Service"):
        pods = matching(rendered, service["spec"]["selector"])
        assert len(pods) == 1, title(service)
        for port in service["spec"]["ports"]:
            assert port["targetPort"] in port_names(pods[0]), title(service)


def test_stateful_sets_have_their_service(rendered: list[Manifest]) -> None:
    """A StatefulSet names a Service that exists."""
    services = {service["metadata"]["name"] for service in of_kind(rendered, "Service")}
    for stateful_set in of_kind(rendered, "StatefulSet"):
        assert stateful_set["spec"]["serviceName"] in services


def test_network_policies_select_pods_that_exist(rendered: list[Manifest]) -> None:
    """A NetworkPolicy is about pods of ours (or of a run), and about ports that they have."""
    for policy in of_kind(rendered, "NetworkPolicy"):
        labels = policy["spec"]["podSelector"]["matchLabels"]
        pods = matching(rendered, labels)
        assert pods or labels == PODS_OF_OTHERS, title(policy)
        for rule in policy["spec"].get("ingress", []):
            for port in rule["ports"]:
                assert all(port["port"] in port_names(pod) for pod in pods), title(policy)


def test_network_policies_allow_calls_to_pods_that_exist(rendered: list[Manifest]) -> None:
    """A peer of the same namespace is a pod of ours, and a named port is one of its ports."""
    for policy in of_kind(rendered, "NetworkPolicy"):
        for rule in policy["spec"].get("egress", []):
            for peer in rule.get("to", []):
                if peer.keys() == {"podSelector"} and peer["podSelector"]:
                    pods = matching(rendered, peer["podSelector"]["matchLabels"])
                    assert pods, title(policy)
                    named = {port["port"] for port in rule["ports"]}
                    assert all(named <= port_names(pod) for pod in pods), title(policy)


def test_every_pod_has_a_network_policy(rendered: list[Manifest]) -> None:
    """Whoever listens is guarded by a policy for what comes in and what goes out."""
    policies = of_kind(rendered, "NetworkPolicy")
    for workload, template in pod_templates(rendered):
        if port_names(template):
            guarded = {
                direction
                for policy in policies
                if template in matching(rendered, policy["spec"]["podSelector"]["matchLabels"])
                for direction in policy["spec"]["policyTypes"]
            }
            assert guarded == {"Ingress", "Egress"}, title(workload)


def test_disruption_budgets_are_about_one_workload_and_let_nodes_drain(
    rendered: list[Manifest],
) -> None:
    """A PodDisruptionBudget selects one workload, and always lets a pod go."""
    for budget in of_kind(rendered, "PodDisruptionBudget"):
        assert len(matching(rendered, budget["spec"]["selector"]["matchLabels"])) == 1
        assert budget["spec"]["maxUnavailable"] >= 1


def test_service_accounts_and_roles_exist(rendered: list[Manifest]) -> None:
    """Pods and bindings name service accounts and roles that are there."""
    accounts = {
        (account["metadata"]["name"], account["metadata"].get("namespace"))
        for account in of_kind(rendered, "ServiceAccount")
    }
    for workload, template in pod_templates(rendered):
        if name := template["spec"].get("serviceAccountName"):
            assert (name, workload["metadata"].get("namespace")) in accounts, title(workload)
    roles = {role["metadata"]["name"] for role in of_kind(rendered, "ClusterRole")}
    for binding in of_kind(rendered, "ClusterRoleBinding"):
        assert binding["roleRef"]["name"] in roles
        for subject in binding["subjects"]:
            assert (subject["name"], subject.get("namespace")) in accounts


def test_the_registry_may_review_tokens_and_nothing_else(rendered: list[Manifest]) -> None:
    """The only permission in the whole cluster is to create TokenReviews."""
    rule = {
        "apiGroups": ["authentication.k8s.io"],
        "resources": ["tokenreviews"],
        "verbs": ["create"],
    }
    for role in of_kind(rendered, "ClusterRole"):
        assert role["rules"] == [rule]


def test_runs_may_change_what_a_deployment_is_made_of_and_nothing_else(
    rendered: list[Manifest],
) -> None:
    """In a namespace there is one Role: it names what it is about, and no Secret."""
    for role in of_kind(rendered, "Role"):
        assert role["metadata"]["name"] == "kfp-tabular-deployer"
        for rule in role["rules"]:
            assert not {"*", "secrets", "configmaps"} & {*rule["resources"]}
            assert {*rule["apiGroups"], *rule["resources"]} & {"*"} == set()
            looks = {*rule["resources"]} <= {"pods", "pods/log"}
            assert {*rule["verbs"]} <= (
                {"get", "list"} if looks else {"get", "create", "patch", "delete"}
            )
    roles = {role["metadata"]["name"] for role in of_kind(rendered, "Role")}
    for binding in of_kind(rendered, "RoleBinding"):
        assert binding["roleRef"]["name"] in roles


def _references(pod: Manifest, container: Manifest) -> Iterator[tuple[str, str, str | None]]:
    """Yield kind, name and key of each ConfigMap and Secret that a container needs."""
    for source in container.get("envFrom", []):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if field in source:
                yield kind, source[field]["name"], None
    for variable in container.get("env", []):
        source = variable.get("valueFrom", {})
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            if field in source:
                yield kind, source[field]["name"], source[field]["key"]
    for volume in pod.get("volumes", []):
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"], None
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"], None


def _documented(kind: str, name: str, key: str | None) -> bool:
    """Tell whether a row of the README's table says that the reader makes this object."""
    name = re.sub(r"-[2456789bcdfghkmt]{10}$", "", name)
    rows = [row for row in README.splitlines() if row.startswith(f"| {kind} `{name}`")]
    return bool(rows) and (key is None or any(f"`{key}`" in row for row in rows))


def test_config_maps_and_secrets_exist_or_are_documented(rendered: list[Manifest]) -> None:
    """Each reference is to an object that is rendered too, or that the README says to make."""
    there: dict[tuple[str, str], dict[str, Any]] = {
        (found["kind"], found["metadata"]["name"]): found.get("data", {})
        for found in of_kind(rendered, "ConfigMap", "Secret")
    }
    for container_name, pod, container in containers(rendered):
        for kind, name, key in _references(pod, container):
            keys = there.get((kind, name))
            known = keys is not None and (key is None or key in keys)
            assert known or _documented(kind, name, key), f"{container_name}: {kind} {name} {key}"
