"""`make kind` and `make kind-down`: what they do, once and again."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.manifests.conftest import need
from tests.manifests.machine import Machine, rendered_kfp
from tests.manifests.rendering import MANIFESTS, VERSION, render

REGISTRY_ARCHIVE = f"kfp-tabular-registry_{VERSION}.tar"
CONTROLLER = """
apiVersion: v1
kind: ConfigMap
metadata: {name: workflow-controller-configmap, namespace: kubeflow}
data:
  executor: "imagePullPolicy: IfNotPresent"
  workflowDefaults: |
    spec: {templateDefaults: {retryStrategy: {limit: '2', retryPolicy: OnError}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: workflow-controller, namespace: kubeflow}
spec:
  template:
    spec:
      containers:
        - name: workflow-controller
          image: argo
          env:
            - {name: TRANSIENT_ERROR_PATTERN, value: evict}
"""


def test_little_memory_is_only_a_warning(machine: Machine) -> None:
    """A small engine is told of, and used."""
    done = machine.run("up.sh", MEMORY="4000000000")
    assert done.returncode == 0
    assert "docker has 3814 MB of memory" in done.stdout


def test_it_makes_a_cluster_fills_it_and_says_what_to_do_next(machine: Machine) -> None:
    """up.sh creates, loads, applies in order, and ends with the commands to go on with."""
    done = machine.run("up.sh")
    assert done.returncode == 0, done.stderr
    applied = [call.split()[-1] for call in machine.calls("kubectl") if " apply " in call]
    assert [Path(file).name for file in applied] == [
        "cluster-scoped-resources.yaml",
        "platform-agnostic.yaml",
        "local",
    ]
    loaded = [call for call in machine.calls("kind") if "load docker-image" in call]
    assert len(loaded) == 7
    assert "kfp-tabular submit training --source s3://tables/bird_strikes.csv" in done.stdout


def test_kfp_is_applied_in_one_go_with_what_is_changed_in_it(machine: Machine) -> None:
    """The controller never runs with KFP's own retries: no run is disturbed by a second up.sh."""
    assert machine.run("up.sh").returncode == 0
    calls = machine.calls("kubectl")
    (rendered,) = [call.split()[-1] for call in calls if " kustomize " in call]
    assert f"{rendered}/platform-agnostic.yaml" in [call.split()[-1] for call in calls]
    assert not any(" patch " in call for call in calls)


@pytest.mark.parametrize("kind", ["ConfigMap", "Deployment"])
def test_the_controller_is_changed_where_kfp_has_it(tmp_path: Path, kind: str) -> None:
    """The pieces are merged into KFP's own objects, and leave the rest of them as it was."""
    need("kubectl", "https://kubernetes.io/docs/tasks/tools/")
    shutil.copytree(MANIFESTS / "workflow-controller", tmp_path / "workflow-controller")
    (tmp_path / "resources.yaml").write_text(CONTROLLER, "utf-8")
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [resources.yaml]\ncomponents: [workflow-controller]\n", "utf-8"
    )
    (found,) = [each for each in render(tmp_path) if each["kind"] == kind]
    if kind == "ConfigMap":
        assert found["data"]["executor"] == "imagePullPolicy: IfNotPresent"
        defaults = yaml.safe_load(found["data"]["workflowDefaults"])["spec"]
        assert defaults["ttlStrategy"] == {"secondsAfterCompletion": 3600}
        retry = defaults["templateDefaults"]["retryStrategy"]
        assert retry == {"limit": "0", "retryPolicy": "Always"}
    else:
        (container,) = found["spec"]["template"]["spec"]["containers"]
        variables = {each["name"]: each["value"] for each in container["env"]}
        assert variables == {"DEFAULT_REQUEUE_TIME": "1s", "TRANSIENT_ERROR_PATTERN": "evict"}
        assert container["image"] == "argo"


def test_it_speaks_to_its_own_cluster_alone(machine: Machine) -> None:
    """Every call of kubectl names the context of the cluster, whatever the current one is."""
    assert machine.run("up.sh", CLUSTER="mine").returncode == 0
    calls = machine.calls("kubectl")
    assert calls
    assert all(call.startswith("kubectl --context kind-mine ") for call in calls)


def test_a_second_run_keeps_cluster_and_secrets(machine: Machine) -> None:
    """up.sh may be run again: it makes no second cluster, and no new secrets."""
    assert machine.run("up.sh").returncode == 0
    secret = machine.checkout / "manifests/overlays/local/registry/secrets/registry.env"
    before = secret.read_text("utf-8")
    done = machine.run("up.sh")
    assert done.returncode == 0
    assert "cluster kfp-tabular is there" in done.stdout
    assert len([call for call in machine.calls("kind") if "create cluster" in call]) == 1
    assert machine.calls("docker").count("docker start kfp-tabular-control-plane") == 1
    assert secret.read_text("utf-8") == before


def test_a_registry_that_was_built_anew_is_restarted(machine: Machine) -> None:
    """The tag is the same, and so is every manifest: only a restart takes the new image."""
    restarts = "kubectl --context kind-kfp-tabular rollout restart -n kfp-tabular"
    counted = []
    for image in ("sha256:first", "sha256:first", "sha256:second", "sha256:second"):
        assert machine.run("up.sh", IMAGE_ID=image).returncode == 0
        calls = machine.calls("kubectl")
        counted.append(len([call for call in calls if call.startswith(restarts)]))
    assert counted == [0, 0, 1, 1]


def test_no_secret_is_on_a_command_line(machine: Machine) -> None:
    """The keys of the store go through a pipe, before the table."""
    assert machine.run("up.sh").returncode == 0
    assert (machine.state / "uploaded").read_text("utf-8") == "tables key\na,b\n1,2\n"
    assert not any("tables key" in call for call in machine.calls("kubectl"))


def test_the_node_and_kfp_are_parameters(machine: Machine, tmp_path: Path) -> None:
    """Another node image and another rendering of KFP are used when they are named."""
    other = str(rendered_kfp(tmp_path / "other"))
    done = machine.run("up.sh", NODE_IMAGE="kindest/node:v1.99.0", KFP_MANIFESTS=other)
    assert done.returncode == 0
    assert any("--image kindest/node:v1.99.0 " in call for call in machine.calls("kind"))
    assert any(
        call.endswith(f"{other}/cluster-scoped-resources.yaml") for call in machine.calls("kubectl")
    )


@pytest.mark.parametrize(
    ("release", "node"),
    [("0.31.0", "v1.35.0"), ("0.32.0", "v1.35.5"), ("0.33.0", "v1.35.8"), ("1.0.0", "v1.35.8")],
)
def test_the_node_is_built_for_the_release_of_kind(
    machine: Machine, release: str, node: str
) -> None:
    """Each release of kind gets the Kubernetes 1.35 of its own release notes, by digest."""
    assert machine.run("up.sh", KIND_VERSION=release).returncode == 0
    (created,) = [call for call in machine.calls("kind") if "create cluster" in call]
    assert f"--image kindest/node:{node}@sha256:" in created


def test_a_bundle_takes_the_place_of_the_network(machine: Machine, tmp_path: Path) -> None:
    """With a bundle, images and manifests come from it, and nothing is fetched or built."""
    bundle = tmp_path / "bundle"
    (bundle / "images").mkdir(parents=True)
    rendered_kfp(bundle / "kfp")
    (bundle / "node-image").write_text("kindest/node:v1.35.0\n", "utf-8")
    (bundle / "images" / "a.tar").touch()
    (bundle / "images" / REGISTRY_ARCHIVE).touch()
    machine.remove("git")
    done = machine.run("up.sh", BUNDLE=str(bundle), KFP_MANIFESTS="", ABSENT_IMAGE="*")
    assert done.returncode == 0, done.stderr
    archives = [call for call in machine.calls("kind") if "image-archive" in call]
    assert [call.split("/")[-1] for call in archives] == ["a.tar", REGISTRY_ARCHIVE]
    assert any(call.endswith("/bundle/node.tar") for call in machine.calls("docker"))
    assert any("--image kindest/node:v1.35.0 " in call for call in machine.calls("kind"))
    assert not any("/env/" in call for call in machine.calls("kubectl"))


def test_down_deletes_cluster_and_secrets_and_may_run_again(machine: Machine) -> None:
    """down.sh removes what up.sh has made; without a cluster it says so."""
    assert machine.run("up.sh").returncode == 0
    assert machine.run("down.sh").returncode == 0
    assert not (machine.state / "cluster").exists()
    assert not list((machine.checkout / "manifests").rglob("secrets"))
    done = machine.run("down.sh")
    assert done.returncode == 0
    assert "there is no cluster kfp-tabular" in done.stdout


def test_the_owner_is_told_the_token_that_the_registry_knows(machine: Machine) -> None:
    """owner-token.sh prints the one token of the access file that is the owner's."""
    access = machine.checkout / "manifests/overlays/local/registry/secrets/access.json"
    machine.install("kubectl", f'cat "{access}"')
    told = machine.run("owner-token.sh").stdout.strip()
    owners = [
        e["token"] for e in json.loads(access.read_text())["tokens"] if e["subject"] == "owner"
    ]
    assert [told] == owners


def test_a_running_cluster_gives_its_secrets_back(machine: Machine) -> None:
    """A fresh checkout takes the secrets of the cluster, since its volumes know them."""
    secrets = machine.checkout / "manifests/overlays/local/registry/secrets"
    (secrets / "registry.env").unlink()
    machine.install("kubectl", 'echo "FROM=the-cluster"')
    done = machine.run("secrets.sh")
    assert done.returncode == 0, done.stderr
    assert (secrets / "registry.env").read_text("utf-8") == "FROM=the-cluster\n"
