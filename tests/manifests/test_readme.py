"""What the README of the manifests shows can be applied as it stands."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from registry_service.access.access_file import AccessFile
from tests.manifests.conftest import need
from tests.manifests.rendering import MANIFESTS, Manifest, of_kind, render

README = (MANIFESTS / "README.md").read_text("utf-8")
PUBLISHED = re.compile(r"github\.com/example/kfp-tabular/manifests/overlays/(\w+)\?ref=v[\d.]+")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


OVERLAYS = [block for block in _blocks("yaml") if "kind: Kustomization" in block]
PATCHES = [block for block in _blocks("yaml") if block.startswith("patches:")]


def _render(checkout: Path, name: str, kustomization: str) -> list[Manifest]:
    need("kubectl", "https://kubernetes.io/docs/tasks/tools/")
    overlays = checkout / "manifests" / "overlays"
    folder = overlays / name
    folder.mkdir(exist_ok=True)
    shutil.copy(overlays / "production" / "registry.env", folder)
    text = PUBLISHED.sub(r"../\1", kustomization)
    (folder / "kustomization.yaml").write_text(text, "utf-8")
    return render(folder)


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda text: re.findall(r"[\w-]+$", text)[-1])
def test_every_overlay_renders_into_its_namespace(checkout: Path, overlay: str) -> None:
    """An overlay that is shown is complete, and all of it is where it says."""
    rendered = _render(checkout, "readme", overlay)
    namespace = yaml.safe_load(overlay).get("namespace", "kfp-tabular")
    cluster_wide = {"Namespace", "ClusterRole", "ClusterRoleBinding"}
    for found in rendered:
        if found["kind"] not in cluster_wide:
            assert found["metadata"]["namespace"] == namespace
    for binding in of_kind(rendered, "ClusterRoleBinding"):
        assert {subject["namespace"] for subject in binding["subjects"]} == {namespace}


@pytest.mark.parametrize("patch", PATCHES, ids=lambda text: text.split()[4])
def test_every_patch_fits_its_component(checkout: Path, patch: str) -> None:
    """A patch that is shown finds what it changes."""
    kustomization = "resources: [../../base]\ncomponents: [../../components/tls]\n" + patch
    rendered = _render(checkout, "readme-patch", kustomization)
    changed = [
        line.split(": ")[1] for line in patch.splitlines() if line.strip().startswith("value")
    ]
    assert changed
    assert all(value in yaml.safe_dump_all(rendered) for value in changed)


@pytest.mark.parametrize("example", _blocks("json"))
def test_every_access_file_is_valid(example: str) -> None:
    """The registry reads each access file that is shown."""
    assert AccessFile.model_validate_json(example).grants


def test_scripts_and_folders_that_are_named_exist() -> None:
    """A path in the text is one of the repository."""
    for path in re.findall(r"`((?:components|overlays|kind)/[\w./-]+\.(?:sh|env))`", README):
        assert (MANIFESTS / path).exists(), path
