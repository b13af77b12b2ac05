"""Component `kubeflow`: the link in the central dashboard's menu."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_service.ui.rendering import PREFIX
from tests.manifests.rendering import MANIFESTS

COMPONENT = MANIFESTS / "components" / "kubeflow"
NOTEBOOKS = {"type": "item", "link": "/jupyter/", "text": "Notebooks", "icon": "book"}
PAGES = "/kfp-tabular/ui/"
KUBECTL = """#!/bin/sh
case "$1" in
  get) [ -e "$STATE" ] || { echo 'configmaps "centraldashboard-config" not found' >&2; exit 1; }
       cat "$STATE" ;;
  patch) cat >"$STATE.patch" ;;
esac
"""


@pytest.fixture
def dashboard(tmp_path: Path) -> Path:
    """The dashboard's ConfigMap as a file, behind a kubectl that reads and patches it."""
    state = tmp_path / "dashboard.json"
    (tmp_path / "bin").mkdir()
    kubectl = tmp_path / "bin" / "kubectl"
    kubectl.write_text(KUBECTL, "utf-8")
    kubectl.chmod(0o700)
    links = {"menuLinks": [NOTEBOOKS], "externalLinks": ["kept"]}
    state.write_text(json.dumps({"data": {"links": json.dumps(links), "settings": "{}"}}), "utf-8")
    return state


def _add_link(dashboard: Path) -> "subprocess.CompletedProcess[str]":
    tools = f"{dashboard.parent / 'bin'}:{Path(sys.executable).parent}:/usr/bin:/bin"
    return subprocess.run(
        [COMPONENT / "menu-link.sh"],
        env={"PATH": tools, "STATE": str(dashboard)},
        capture_output=True,
        text=True,
        check=False,
    )


def _patched(dashboard: Path) -> dict[str, Any]:
    """Return the links after the patch, which becomes the ConfigMap's state."""
    patch = json.loads(Path(f"{dashboard}.patch").read_text("utf-8"))
    assert patch["data"].keys() == {"links"}
    dashboard.write_text(json.dumps(patch), "utf-8")
    links: dict[str, Any] = json.loads(patch["data"]["links"])
    return links


def test_the_link_is_added_and_all_others_are_kept(dashboard: Path) -> None:
    """The menu gains one item, and nothing else of the dashboard changes."""
    assert _add_link(dashboard).returncode == 0
    links = _patched(dashboard)
    assert links["externalLinks"] == ["kept"]
    assert links["menuLinks"][0] == NOTEBOOKS
    assert [item["link"] for item in links["menuLinks"]] == ["/jupyter/", PAGES]


def test_the_link_is_one_that_the_gateway_sends_to_the_registry() -> None:
    """What the VirtualService leaves of the path is where the registry has its pages."""
    service = yaml.safe_load((COMPONENT / "virtual-service.yaml").read_text("utf-8"))
    (rule,) = service["spec"]["http"]
    prefix = rule["match"][0]["uri"]["prefix"]
    assert rule["rewrite"]["uri"] + PAGES.removeprefix(prefix) == f"{PREFIX}/"


def test_the_link_is_added_once(dashboard: Path) -> None:
    """Running it again changes nothing."""
    assert _add_link(dashboard).returncode == 0
    _patched(dashboard)
    Path(f"{dashboard}.patch").unlink()
    assert _add_link(dashboard).returncode == 0
    assert not Path(f"{dashboard}.patch").exists()


def test_a_link_in_a_section_is_enough(dashboard: Path) -> None:
    """Where someone has put it into a section of the menu, there is no second link."""
    section = {"type": "section", "items": [{"type": "item", "link": PAGES}]}
    menu = json.dumps({"menuLinks": [NOTEBOOKS, section]})
    dashboard.write_text(json.dumps({"data": {"links": menu}}), "utf-8")
    done = _add_link(dashboard)
    assert "already" in done.stdout
    assert not Path(f"{dashboard}.patch").exists()


def test_without_a_dashboard_nothing_is_patched(dashboard: Path) -> None:
    """A cluster without Kubeflow's dashboard is an error that says what was not found."""
    dashboard.unlink()
    done = _add_link(dashboard)
    assert done.returncode != 0
    assert "centraldashboard-config" in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path(f"{dashboard}.patch").exists()
