"""Every pod is secure by default, and says what it needs."""

import re

from tests.manifests.rendering import Manifest, containers, pod_templates, title

PINNED = re.compile(r"^[a-z0-9./-]+:(?!latest$)[\w.-]*\d[\w.-]*$")


def test_no_container_runs_as_root(rendered: list[Manifest]) -> None:
    """Each pod runs as a numeric user other than 0, and the kubelet would refuse root."""
    for name, pod, container in containers(rendered):
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["runAsGroup"] > 0, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert container["securityContext"]["runAsNonRoot"] is True, name
        assert container["securityContext"].get("runAsUser") != 0, name


def test_containers_are_locked_down(rendered: list[Manifest]) -> None:
    """Each container keeps the restricted pod security standard on a read-only root."""
    for name, _, container in containers(rendered):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True, name
        assert context["allowPrivilegeEscalation"] is False, name
        assert context["privileged"] is False, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name


def test_pods_share_nothing_with_their_node(rendered: list[Manifest]) -> None:
    """No pod uses the node's network, processes or files."""
    for workload, template in pod_templates(rendered):
        pod = template["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), title(workload)
        for volume in pod.get("volumes", []):
            assert "hostPath" not in volume, title(workload)


def test_only_the_registry_is_given_a_token_of_the_cluster(rendered: list[Manifest]) -> None:
    """A pod without business with the API server has no token for it."""
    for workload, template in pod_templates(rendered):
        given = template["spec"]["automountServiceAccountToken"]
        assert given is (workload["metadata"]["name"] == "kfp-tabular-registry"), title(workload)


def test_images_are_pinned(rendered: list[Manifest]) -> None:
    """Each image has a tag with a version, and never `latest`."""
    for name, _, container in containers(rendered):
        assert PINNED.match(container["image"]), f"{name}: {container['image']}"


def test_requests_and_limits_are_set(rendered: list[Manifest]) -> None:
    """Each container says what it needs of CPU and memory, and what it never exceeds."""
    for name, _, container in containers(rendered):
        for bound in ("requests", "limits"):
            assert {"cpu", "memory"} <= container["resources"][bound].keys(), f"{name}: {bound}"


def test_servers_have_all_three_probes(rendered: list[Manifest]) -> None:
    """A container that listens is probed when it starts, for life and for readiness."""
    for name, _, container in containers(rendered):
        if container.get("ports"):
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys(), name


def test_http_probes_name_a_port_of_their_container(rendered: list[Manifest]) -> None:
    """A probe's port is a name among the container's ports."""
    for name, _, container in containers(rendered):
        names = {port["name"] for port in container.get("ports", [])}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if "httpGet" in container.get(probe, {}):
                assert container[probe]["httpGet"]["port"] in names, f"{name}: {probe}"


def test_what_is_mounted_is_a_volume_of_the_pod(rendered: list[Manifest]) -> None:
    """Each mount has its volume or claim, and scratch volumes are bounded."""
    for workload, template in pod_templates(rendered):
        pod = template["spec"]
        claims = workload["spec"].get("volumeClaimTemplates", [])
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        volumes |= {claim["metadata"]["name"] for claim in claims}
        for container in pod["containers"]:
            mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
            assert mounted <= volumes, title(workload)
        for volume in pod.get("volumes", []):
            assert "sizeLimit" in volume.get("emptyDir", {"sizeLimit": ""}), title(workload)
