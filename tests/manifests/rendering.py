"""Rendering the manifests, and walking over what comes out."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "manifests"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
Manifest = dict[str, Any]

COMPONENTS = sorted(path.name for path in (MANIFESTS / "components").iterdir() if path.is_dir())
OVERLAYS = sorted(path.name for path in (MANIFESTS / "overlays").iterdir() if path.is_dir())
WITHOUT_BASE = {"deployments", "pipeline-namespace"}
"""Components for a namespace that the registry does not live in."""


def copy_manifests(folder: Path) -> Path:
    """Copy the manifests into a checkout of their own, with fresh secrets; return its top."""
    ignored = shutil.ignore_patterns("secrets")
    shutil.copytree(MANIFESTS, folder / "manifests", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    write_secrets = folder / "manifests" / "kind" / "secrets.sh"
    subprocess.run([write_secrets], check=True, env={"PATH": "/usr/bin:/bin", "CLUSTER": "none"})
    compositions = {name: [name] for name in COMPONENTS}
    compositions["all"] = [name for name in COMPONENTS if name not in WITHOUT_BASE]
    for name, components in compositions.items():
        _compose(folder / "manifests" / "overlays" / f"component-{name}", components)
    return folder


def _compose(folder: Path, components: list[str]) -> None:
    """Write an overlay of the base and some components."""
    overlay = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "somewhere",
        "resources": [] if set(components) <= WITHOUT_BASE else ["../../base"],
        "components": [f"../../components/{name}" for name in components],
    }
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(overlay), "utf-8")


def render(folder: Path) -> list[Manifest]:
    """Return what `kubectl apply -k` would apply."""
    command = ["kubectl", "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "deprecated" not in done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def title(manifest: Manifest) -> str:
    """Return kind and name, for messages."""
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    """Return the objects of some kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def pod_templates(manifests: list[Manifest]) -> list[tuple[Manifest, Manifest]]:
    """Return every workload with its pod template."""
    workloads = of_kind(manifests, "Deployment", "StatefulSet", "DaemonSet", "Job")
    return [(workload, workload["spec"]["template"]) for workload in workloads]


def containers(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest, Manifest]]:
    """Yield every container with the name of its workload and the spec of its pod."""
    for workload, template in pod_templates(manifests):
        spec = template["spec"]
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            yield f"{title(workload)}, container {container['name']}", spec, container


def matching(manifests: list[Manifest], labels: dict[str, str]) -> list[Manifest]:
    """Return the pod templates that carry all of some labels."""
    return [
        template
        for _, template in pod_templates(manifests)
        if labels.items() <= template["metadata"]["labels"].items()
    ]


def port_names(template: Manifest) -> set[str]:
    """Return the names of the ports that a pod's containers listen on."""
    return {
        port["name"]
        for container in template["spec"]["containers"]
        for port in container.get("ports", [])
    }
