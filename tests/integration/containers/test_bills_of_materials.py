"""The bills of materials that `make sbom` writes beside the images."""

import json
import re
from datetime import datetime
from typing import Any

import docker
import pytest

from components.shared.image import VERSION
from pipelines.definition import catalog
from tests.integration.containers.engine import (
    COMPONENTS_IMAGE,
    PREDICTOR_IMAGE,
    REGISTRY_IMAGE,
    run,
    unavailable,
)

IMAGES = [COMPONENTS_IMAGE, PREDICTOR_IMAGE, REGISTRY_IMAGE]
SECONDS = re.compile(r"^[\d:T-]+")

PYTHON_PACKAGES = """
import importlib.metadata as metadata
print(*(f"{found.name}=={found.version}" for found in metadata.distributions()))
"""
DEBIAN_PACKAGES = ["dpkg-query", "--show", "--showformat", "${Package}=${Version} "]


def _bill(engine: docker.DockerClient, image: str) -> dict[str, Any]:
    """Return the bill of an image, which must not be older than the image."""
    name = image.partition(":")[0]
    path = catalog.ROOT / "build" / f"{name}-{VERSION}.cdx.json"
    if not path.exists():
        unavailable(f"{path} is not there: make sbom writes it")
    bill: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if _time(bill["metadata"]["timestamp"]) < _time(engine.images.get(image).attrs["Created"]):
        unavailable(f"{path} is older than the image {image}: make sbom writes it anew")
    return bill


def _time(text: str) -> datetime:
    found = SECONDS.match(text)
    assert found
    return datetime.fromisoformat(found[0])


def _listed(bill: dict[str, Any], kind: str) -> set[str]:
    """Return the packages of one kind, as name and version."""
    found = [part for part in bill["components"] if part.get("purl", "").startswith(f"pkg:{kind}/")]
    return {f"{part['name'].lower().replace('_', '-')} {part['version']}" for part in found}


@pytest.mark.parametrize("image", IMAGES)
def test_a_bill_names_every_python_package(engine: docker.DockerClient, image: str) -> None:
    """Each distribution in the image is in its bill with its version, ours among them."""
    printed = run(engine, image, ["python", "-c", PYTHON_PACKAGES])
    installed = {each.lower().replace("_", "-").replace("==", " ") for each in printed.split()}
    assert f"kfp-tabular {VERSION}" in installed
    assert installed <= _listed(_bill(engine, image), "pypi")


@pytest.mark.parametrize("image", IMAGES)
def test_a_bill_names_every_package_of_the_system(engine: docker.DockerClient, image: str) -> None:
    """Each Debian package in the image is in its bill with its version."""
    installed = {each.replace("=", " ", 1) for each in run(engine, image, DEBIAN_PACKAGES).split()}
    assert len(installed) > 50
    assert installed <= _listed(_bill(engine, image), "deb")
