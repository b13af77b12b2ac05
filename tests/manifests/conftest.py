"""The manifests, rendered once for all tests."""

import os
import shutil
from pathlib import Path

import pytest

from tests.manifests.machine import Machine
from tests.manifests.rendering import COMPONENTS, OVERLAYS, Manifest, copy_manifests, render

RENDERED = [
    "base",
    *(f"overlays/{name}" for name in OVERLAYS),
    *(f"overlays/component-{name}" for name in [*COMPONENTS, "all"]),
]


def need(tool: str, remedy: str) -> None:
    """Skip a test without its tool; in CI, where nothing may be skipped, fail it."""
    if shutil.which(tool) is None:
        message = f"{tool} is not installed: {remedy}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the manifests, random secrets, and an overlay for each component."""
    return copy_manifests(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="session", params=RENDERED)
def rendered(request: pytest.FixtureRequest, checkout: Path) -> list[Manifest]:
    """What one overlay renders to."""
    need("kubectl", "https://kubernetes.io/docs/tasks/tools/")
    return render(checkout / "manifests" / str(request.param))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with all tools."""
    (tmp_path / "checkout").mkdir()
    return Machine(tmp_path)
