"""Kubeflow Pipelines' manifests are fetched by a real git."""

import os
import subprocess
from pathlib import Path

from tests.manifests.machine import Machine


def _repository(folder: Path) -> Path:
    """Make a git repository like KFP's, with one tag."""
    manifests = folder / "manifests" / "kustomize" / "cluster-scoped-resources"
    manifests.mkdir(parents=True)
    (manifests / "kustomization.yaml").write_text("resources: []\n", "utf-8")
    (folder / "backend").mkdir()
    (folder / "backend" / "main.go").write_text("package main\n", "utf-8")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (
        ["init", "-q"],
        ["add", "."],
        [*identity, "commit", "-qm", "a"],
        ["tag", "2.17.0"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def _network(machine: Machine, repository: Path) -> dict[str, str]:
    """Return the variables of a machine with git, which fetches from `repository`."""
    machine.remove("git")
    path = f"{machine.bin}:{os.environ['PATH']}"
    return {"KFP_MANIFESTS": "", "KFP_REPOSITORY": f"file://{repository}", "PATH": path}


def test_kfp_is_fetched_and_rendered_once(machine: Machine, tmp_path: Path) -> None:
    """The manifests of the tag are rendered in their order, and kept for the next run."""
    variables = _network(machine, _repository(tmp_path / "pipelines"))
    done = machine.run("up.sh", **variables)
    assert done.returncode == 0, done.stderr
    kept = tmp_path / ".cache" / "kfp-tabular" / "kfp-2.17.0"
    assert {path.name for path in kept.iterdir()} == {
        "cluster-scoped-resources.yaml",
        "platform-agnostic.yaml",
    }
    rendered = (kept / "platform-agnostic.yaml").read_text("utf-8")
    assert rendered.endswith("manifests/kustomize/env/platform-agnostic\n")
    again = machine.run("up.sh", **variables)
    assert "fetching" in done.stdout
    assert "fetching" not in again.stdout


def test_a_copy_of_the_manifests_is_rendered(machine: Machine, tmp_path: Path) -> None:
    """KFP_MANIFESTS may be a checkout's manifests/kustomize: it is rendered, and not fetched."""
    copy = _repository(tmp_path / "pipelines") / "manifests" / "kustomize"
    done = machine.run("up.sh", KFP_MANIFESTS=str(copy))
    assert done.returncode == 0, done.stderr
    assert "fetching" not in done.stdout
    assert f"kubectl kustomize {copy}/env/platform-agnostic" in machine.calls("kubectl")


def test_manifests_that_argos_cannot_be_added_to(machine: Machine, tmp_path: Path) -> None:
    """After three tries, the network or a bundle is the way out, and nothing half is kept."""
    (machine.state / "no-argo").touch()
    done = machine.run("up.sh", **_network(machine, _repository(tmp_path / "pipelines")))
    assert done.returncode == 2
    assert "could not be rendered" in done.stderr
    assert "make kind-bundle" in done.stderr
    assert len([call for call in machine.calls("kubectl") if "kustomize" in call]) == 3
    assert not (tmp_path / ".cache" / "kfp-tabular" / "kfp-2.17.0").exists()


def test_an_unknown_version_of_kfp_is_named(machine: Machine, tmp_path: Path) -> None:
    """A tag that does not exist ends in one message, and leaves nothing half fetched."""
    variables = _network(machine, _repository(tmp_path / "pipelines"))
    done = machine.run("up.sh", **variables, KFP_VERSION="9.9.9")
    assert done.returncode == 2
    assert "Kubeflow Pipelines 9.9.9 could not be fetched" in done.stderr
    assert not (tmp_path / ".cache" / "kfp-tabular" / "kfp-9.9.9").exists()


def test_no_image_is_looked_for_anew(machine: Machine, tmp_path: Path) -> None:
    """KFP's pods take the images that the node has, as they must without a network."""
    copy = _repository(tmp_path / "pipelines") / "manifests" / "kustomize"
    pods = '[ "$1" != kustomize ] || echo "          imagePullPolicy: Always"'
    machine.install("kubectl", pods)
    machine.run("up.sh", "check", KFP_MANIFESTS=str(copy))
    kept = list((tmp_path / ".cache" / "kfp-tabular").rglob("platform-agnostic.yaml"))
    assert [path.read_text("utf-8").strip() for path in kept] == ["imagePullPolicy: IfNotPresent"]
