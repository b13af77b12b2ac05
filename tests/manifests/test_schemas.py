"""Every rendered object is what the API servers of the last four minor versions accept."""

import functools
import json

import kubernetes_validate
import pytest
from kubernetes_validate.utils import all_versions

from tests.manifests.rendering import Manifest, title

VERSIONS = list(dict.fromkeys(all_versions()))[-4:]
CUSTOM = {
    "cert-manager.io/v1",
    "monitoring.coreos.com/v1",
    "networking.istio.io/v1",
    "security.istio.io/v1",
}
"""Of operators; Kubernetes has no schema for them, test_custom_resources.py looks at them."""


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_passes_the_schema(rendered: list[Manifest], version: str) -> None:
    """Each object is valid, without an unknown field, for this version of Kubernetes."""
    for manifest in rendered:
        if manifest["apiVersion"] in CUSTOM:
            continue
        error = schema_error(json.dumps(manifest), version)
        assert error is None, f"{title(manifest)}: {error}"


@functools.cache
def schema_error(manifest: str, version: str) -> str | None:
    """Return what is wrong with an object; most of them are in several overlays."""
    try:
        kubernetes_validate.validate(json.loads(manifest), version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{error.json_path}: {error.message}"
    return None


def test_an_unknown_field_is_an_error() -> None:
    """The check can fail: a misspelt field is found, and named."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "a"},
        "spec": {"prts": []},
    }
    assert "prts" in (schema_error(json.dumps(service), VERSIONS[-1]) or "")


def test_no_object_is_applied_twice(rendered: list[Manifest]) -> None:
    """No two objects have kind, namespace and name in common."""
    names = [(title(manifest), manifest["metadata"].get("namespace", "")) for manifest in rendered]
    assert len(names) == len(set(names))


def test_four_versions_are_checked() -> None:
    """The schemas are those of four successive minor versions."""
    minors = [int(version.split(".")[1]) for version in VERSIONS]
    assert minors == list(range(minors[0], minors[0] + 4))
