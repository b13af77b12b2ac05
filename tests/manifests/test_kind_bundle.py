"""`make kind-bundle` saves all that a cluster without a network needs."""

import shutil
from pathlib import Path

import pytest

from tests.manifests.conftest import need
from tests.manifests.machine import FAKES, Machine
from tests.manifests.rendering import VERSION

KFP = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ml-pipeline
spec:
  template:
    spec:
      containers:
        - name: api
          image: ghcr.io/kubeflow/kfp-api-server:2.17.0
          args: ["--executor-image", "quay.io/argoproj/argoexec:v3.7.3"]
          env:
            - name: V2_LAUNCHER_IMAGE
              value: ghcr.io/kubeflow/kfp-launcher:2.17.0
        - name: database
          image: mysql:8.4
"""

DOCKER = """
case "$1 $2" in
  "info --format") echo "16000000000 2" ;;
  "save --help") echo "      --platform string   Save only the given platform" ;;
  "version --format") echo linux/arm64 ;;
  "save --platform") touch "$5" ;;
esac
"""


@pytest.fixture
def connected(machine: Machine, tmp_path: Path) -> Machine:
    """A machine with a network, and manifests of KFP like the real ones."""
    need("kubectl", "https://kubernetes.io/docs/tasks/tools/")
    (tmp_path / "kfp" / "platform-agnostic.yaml").write_text(KFP, "utf-8")
    machine.remove("kubectl")
    machine.install("kubectl", f'exec {shutil.which("kubectl")} "$@"')
    machine.install("docker", DOCKER)
    return machine


def _saves(machine: Machine) -> list[str]:
    return [call for call in machine.calls("docker") if call.startswith("docker save --platform")]


def _saved(machine: Machine) -> set[str]:
    return {call.split()[-1] for call in _saves(machine)}


def test_every_image_is_saved(connected: Machine, tmp_path: Path) -> None:
    """Our images, KFP's, those that KFP names in variables and arguments, and the node's."""
    done = connected.run("bundle.sh", BUNDLE=str(tmp_path / "bundle"))
    assert done.returncode == 0, done.stderr
    minio = {image for image in _saved(connected) if image.startswith("kfp-tabular-minio:")}
    assert len(minio) == 1
    assert _saved(connected) - minio == {
        f"kfp-tabular:{VERSION}",
        f"kfp-tabular-mlflow:{VERSION}",
        f"kfp-tabular-wandb:{VERSION}",
        f"kfp-tabular-predictor:{VERSION}",
        f"kfp-tabular-deployment:{VERSION}",
        f"kfp-tabular-registry:{VERSION}",
        "postgres:17.6",
        "ghcr.io/kubeflow/kfp-api-server:2.17.0",
        "ghcr.io/kubeflow/kfp-launcher:2.17.0",
        "quay.io/argoproj/argoexec:v3.7.3",
        "mysql:8.4",
        "kindest/node:v1.35.0",
    }


def test_up_takes_what_bundle_writes(connected: Machine, tmp_path: Path) -> None:
    """The folder is complete: up.sh accepts it and loads every archive."""
    bundle = tmp_path / "bundle"
    assert connected.run("bundle.sh", BUNDLE=str(bundle)).returncode == 0
    assert (bundle / "node.tar").is_file()
    assert len(list((bundle / "images").glob("*.tar"))) == len(_saved(connected)) - 1
    connected.remove("kubectl")
    connected.install("kubectl", FAKES["kubectl"])
    connected.remove("git")
    done = connected.run("up.sh", BUNDLE=str(bundle), KFP_MANIFESTS="")
    assert done.returncode == 0, done.stderr
    loaded = [call for call in connected.calls("kind") if "image-archive" in call]
    assert len(loaded) == len(_saved(connected)) - 1


def test_one_platform_is_saved(connected: Machine, tmp_path: Path) -> None:
    """Where docker can, each image is saved for its own machine alone: it has no other's layers."""
    assert connected.run("bundle.sh", BUNDLE=str(tmp_path / "bundle")).returncode == 0
    assert all(" --platform linux/arm64 " in call for call in _saves(connected))


def test_an_image_that_cannot_be_had_is_named(connected: Machine, tmp_path: Path) -> None:
    """An image that is neither here nor to be pulled ends it, with what to do."""
    connected.install("docker", 'case "$1" in image | pull) exit 1 ;; esac')
    done = connected.run("bundle.sh", BUNDLE=str(tmp_path / "bundle"))
    assert done.returncode != 0
    assert "error: " in done.stderr


def test_the_folder_must_be_named(machine: Machine) -> None:
    """Without BUNDLE, nothing is written, and the command is shown."""
    done = machine.run("bundle.sh")
    assert done.returncode == 2
    assert "make kind-bundle BUNDLE=folder" in done.stderr
