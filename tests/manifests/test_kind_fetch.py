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


def test_kfp_is_fetched_once_by_its_tag(machine: Machine, tmp_path: Path) -> None:
    """The manifests alone are cloned, and kept for the next run."""
    repository = _repository(tmp_path / "pipelines")
    variables = {"KFP_MANIFESTS": "", "KFP_REPOSITORY": f"file://{repository}"}
    variables["PATH"] = f"{machine.bin}:{os.environ['PATH']}"
    machine.remove("git")
    done = machine.run("up.sh", **variables)
    assert done.returncode == 0, done.stderr
    copy = tmp_path / ".cache" / "kfp-tabular" / "pipelines-2.17.0"
    assert (copy / "manifests/kustomize/cluster-scoped-resources/kustomization.yaml").is_file()
    assert not (copy / "backend").exists()
    again = machine.run("up.sh", **variables)
    assert "fetching" in done.stdout
    assert "fetching" not in again.stdout


def test_an_unknown_version_of_kfp_is_named(machine: Machine, tmp_path: Path) -> None:
    """A tag that does not exist ends in one message, and leaves nothing half fetched."""
    repository = _repository(tmp_path / "pipelines")
    machine.remove("git")
    done = machine.run(
        "up.sh",
        KFP_MANIFESTS="",
        KFP_VERSION="9.9.9",
        KFP_REPOSITORY=f"file://{repository}",
        PATH=f"{machine.bin}:{os.environ['PATH']}",
    )
    assert done.returncode == 2
    assert "Kubeflow Pipelines 9.9.9 could not be fetched" in done.stderr
    assert not (tmp_path / ".cache" / "kfp-tabular" / "pipelines-9.9.9").exists()
