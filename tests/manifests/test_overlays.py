"""What each overlay promises."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from components.shared.registry.client import TOKEN_VARIABLE, URL_VARIABLE
from pipelines.definition import needs as cluster
from tests.manifests.conftest import need
from tests.manifests.rendering import (
    COMPONENTS,
    MANIFESTS,
    OVERLAYS,
    ROOT,
    Manifest,
    containers,
    copy_manifests,
    of_kind,
    render,
    title,
)

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
SECRET_NAME = re.compile(
    r"PASSWORD|SECRET|TOKEN$|CREDENTIAL|ACCESS_KEY|DATABASE_URL", re.IGNORECASE
)
SOURCES = [path for path in MANIFESTS.rglob("*.yaml") if "secrets" not in path.parts]


@pytest.fixture
def manifests(checkout: Path) -> Path:
    """The folder of manifests with secrets written."""
    need("kubectl", "https://kubernetes.io/docs/tasks/tools/")
    return checkout / "manifests"


def test_the_base_hard_codes_no_namespace(manifests: Path) -> None:
    """Whoever uses the base says where it goes."""
    assert all("namespace" not in found["metadata"] for found in render(manifests / "base"))


@pytest.mark.parametrize("overlay", ["production", "local"])
def test_an_overlay_puts_everything_into_its_namespaces(manifests: Path, overlay: str) -> None:
    """The registry has a namespace of its own; KFP's gets what pipelines need, and no pods."""
    rendered = render(manifests / "overlays" / overlay)
    cluster_wide = {"Namespace", "ClusterRole", "ClusterRoleBinding"}
    namespaced = [found for found in rendered if found["kind"] not in cluster_wide]
    assert {found["metadata"]["namespace"] for found in namespaced} <= {"kfp-tabular", "kubeflow"}
    for found in of_kind(rendered, "Deployment", "StatefulSet", "Job", "Service"):
        assert found["metadata"]["namespace"] == "kfp-tabular", title(found)


@pytest.mark.parametrize("name", [*COMPONENTS, *OVERLAYS])
def test_the_readme_names_every_component_and_overlay(name: str) -> None:
    """The tables of the README link to each folder that can be used."""
    readme = (MANIFESTS / "README.md").read_text("utf-8")
    assert re.search(rf"^\| \[`[a-z/-]*{name}`\]\([a-z/]+/{name}\) \|", readme, re.MULTILINE)


def test_the_image_tag_is_the_version_and_stands_in_one_place() -> None:
    """Only the base names the version of the registry's image, and it is the package's."""
    named = [path for path in SOURCES if f"newTag: {VERSION}" in path.read_text("utf-8")]
    assert named == [MANIFESTS / "base" / "kustomization.yaml"]


def test_another_registry_for_images_is_set_in_one_place(manifests: Path) -> None:
    """An overlay's `images` changes every container of the registry's image, Jobs too."""
    overlay = manifests / "overlays" / "component-minio" / "kustomization.yaml"
    before = overlay.read_text("utf-8")
    images = "images:\n- name: kfp-tabular-registry\n  newName: images.example.com/registry\n"
    try:
        overlay.write_text(before + images, "utf-8")
        used = {container["image"] for _, _, container in containers(render(overlay.parent))}
    finally:
        overlay.write_text(before, "utf-8")
    assert f"images.example.com/registry:{VERSION}" in used
    assert not any(image.startswith("kfp-tabular-registry") for image in used)


def test_no_secret_is_in_the_manifests(manifests: Path) -> None:
    """Only the overlay for a laptop makes Secrets, from files that git ignores."""
    for name in ("base", "overlays/production", "overlays/component-all"):
        assert not of_kind(render(manifests / name), "Secret"), name
    subprocess.run(["git", "init", "-q"], cwd=manifests, check=True)
    for secret in manifests.rglob("secrets/*"):
        ignored = subprocess.run(["git", "check-ignore", "-q", secret], cwd=manifests, check=False)
        assert ignored.returncode == 0, secret


def test_no_setting_is_a_secret(rendered: list[Manifest]) -> None:
    """Neither a ConfigMap nor a plain variable holds what belongs into a Secret."""
    settings: dict[str, Any] = {}
    for found in of_kind(rendered, "ConfigMap"):
        settings.update(found["data"])
    for _, _, container in containers(rendered):
        settings.update(
            {item["name"]: item["value"] for item in container.get("env", []) if "value" in item}
        )
    assert not [name for name in settings if SECRET_NAME.search(name)]


def test_the_secrets_of_two_checkouts_differ(checkout: Path, tmp_path: Path) -> None:
    """Each checkout has random secrets of its own, which nobody else may read."""
    other = copy_manifests(tmp_path)
    for path in (checkout / "manifests").rglob("secrets/*"):
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
        twin = other / path.relative_to(checkout)
        secrets = set(re.findall(r"[0-9a-f]{48}", path.read_text("utf-8")))
        assert secrets
        assert not secrets & set(re.findall(r"[0-9a-f]{48}", twin.read_text("utf-8")))


def test_the_dashboard_discovers_the_registry(rendered: list[Manifest]) -> None:
    """The registry's Service has the label and the port name that Kubeflow looks for."""
    for service in of_kind(rendered, "Service"):
        if service["metadata"]["name"] == "kfp-tabular-registry":
            assert service["metadata"]["labels"]["component"] == "model-registry"
            (port,) = service["spec"]["ports"]
            assert port["name"] == f"{port['appProtocol']}-api"


def test_production_has_two_replicas_and_no_state_of_its_own(manifests: Path) -> None:
    """The registry runs twice, spread, on a database and a store from outside."""
    rendered = render(manifests / "overlays" / "production")
    (registry,) = of_kind(rendered, "Deployment")
    assert registry["spec"]["replicas"] == 2
    assert registry["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert not of_kind(rendered, "StatefulSet", "PersistentVolumeClaim")


def _unchangeable(manifests: Path) -> dict[str, Any]:
    """Return what an API server refuses to change, of each workload with a volume."""
    changeable = {"template", "replicas", "updateStrategy", "revisionHistoryLimit"}
    changeable |= {"persistentVolumeClaimRetentionPolicy", "minReadySeconds", "ordinals"}
    return {
        found["metadata"]["name"]: {
            key: value for key, value in found["spec"].items() if key not in changeable
        }
        for found in of_kind(render(manifests / "overlays" / "local"), "StatefulSet")
    }


def test_volumes_survive_a_new_version(manifests: Path, tmp_path: Path) -> None:
    """Applying the next version changes no claim, and no field that would need a deletion."""
    before = _unchangeable(manifests)
    other = copy_manifests(tmp_path) / "manifests"
    base = other / "base" / "kustomization.yaml"
    base.write_text(base.read_text("utf-8").replace(f"newTag: {VERSION}", "newTag: 99.0.0"))
    assert _unchangeable(other) == before
    assert set(before) == {"kfp-tabular-minio", "kfp-tabular-postgresql"}


def test_volumes_survive_a_deletion(manifests: Path) -> None:
    """Claims are made by StatefulSets that leave them behind; none is applied or pruned."""
    rendered = render(manifests / "overlays" / "local")
    assert not of_kind(rendered, "PersistentVolumeClaim")
    for found in of_kind(rendered, "StatefulSet"):
        policy = found["spec"]["persistentVolumeClaimRetentionPolicy"]
        assert policy == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_pipelines_find_what_the_compiled_steps_ask_for(manifests: Path) -> None:
    """The ConfigMap and the Secret of a pipeline's namespace have the keys that steps read."""
    rendered = render(manifests / "overlays" / "local")
    (settings,) = [f for f in of_kind(rendered, "ConfigMap") if _is(f, cluster.CONFIG_MAP)]
    (secret,) = [f for f in of_kind(rendered, "Secret") if _is(f, cluster.SECRET)]
    assert set(settings["data"]) == {URL_VARIABLE, *cluster.STORE_SETTINGS}
    keys = {TOKEN_VARIABLE, *cluster.STORE_CREDENTIALS} - {"AWS_SESSION_TOKEN"}
    assert set(secret["data"]) == keys


def _is(manifest: Manifest, name: str) -> bool:
    metadata = manifest["metadata"]
    return (metadata["name"], metadata["namespace"]) == (name, "kubeflow")
