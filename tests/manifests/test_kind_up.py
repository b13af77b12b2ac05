"""`make kind` and `make kind-down`: what they do, once and again."""

from pathlib import Path

from tests.manifests.machine import Machine


def test_little_memory_is_only_a_warning(machine: Machine) -> None:
    """A small engine is told of, and used."""
    done = machine.run("up.sh", MEMORY="4000000000")
    assert done.returncode == 0
    assert "docker has 3814 MB of memory" in done.stdout


def test_it_makes_a_cluster_fills_it_and_says_what_to_do_next(machine: Machine) -> None:
    """up.sh creates, loads, applies in order, and ends with the commands to go on with."""
    done = machine.run("up.sh")
    assert done.returncode == 0, done.stderr
    applied = [
        call.split(" apply -k ")[1] for call in machine.calls("kubectl") if " apply " in call
    ]
    assert [Path(folder).name for folder in applied] == [
        "cluster-scoped-resources",
        "platform-agnostic",
        "local",
    ]
    loaded = [call for call in machine.calls("kind") if "load docker-image" in call]
    assert len(loaded) == 3
    assert "kfp-tabular submit training --source s3://tables/bird_strikes.csv" in done.stdout


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
    assert secret.read_text("utf-8") == before


def test_no_secret_is_on_a_command_line(machine: Machine) -> None:
    """The keys of the store go through a pipe, before the table."""
    assert machine.run("up.sh").returncode == 0
    assert (machine.state / "uploaded").read_text("utf-8") == "tables key\na,b\n1,2\n"
    assert not any("tables key" in call for call in machine.calls("kubectl"))


def test_the_node_and_kfp_are_parameters(machine: Machine, tmp_path: Path) -> None:
    """Another node image and another copy of KFP are used when they are named."""
    (tmp_path / "other" / "cluster-scoped-resources").mkdir(parents=True)
    other = {"NODE_IMAGE": "kindest/node:v1.99.0", "KFP_MANIFESTS": str(tmp_path / "other")}
    assert machine.run("up.sh", **other).returncode == 0
    assert any("--image kindest/node:v1.99.0 " in call for call in machine.calls("kind"))
    assert any(f"apply -k {tmp_path}/other/env" in call for call in machine.calls("kubectl"))


def test_a_bundle_takes_the_place_of_the_network(machine: Machine, tmp_path: Path) -> None:
    """With a bundle, images and manifests come from it, and nothing is fetched or built."""
    bundle = tmp_path / "bundle"
    (bundle / "images").mkdir(parents=True)
    (bundle / "kfp" / "cluster-scoped-resources").mkdir(parents=True)
    (bundle / "images" / "a.tar").touch()
    (bundle / "images" / "b.tar").touch()
    machine.remove("git")
    done = machine.run("up.sh", BUNDLE=str(bundle), KFP_MANIFESTS="", ABSENT_IMAGE="*")
    assert done.returncode == 0, done.stderr
    archives = [call for call in machine.calls("kind") if "image-archive" in call]
    assert [call.split("/")[-1] for call in archives] == ["a.tar", "b.tar"]
    assert any(call.endswith("/bundle/node.tar") for call in machine.calls("docker"))
    assert not any("@sha256" in call for call in machine.calls("kind"))


def test_down_deletes_cluster_and_secrets_and_may_run_again(machine: Machine) -> None:
    """down.sh removes what up.sh has made; without a cluster it says so."""
    assert machine.run("up.sh").returncode == 0
    assert machine.run("down.sh").returncode == 0
    assert not (machine.state / "cluster").exists()
    assert not list((machine.checkout / "manifests").rglob("secrets"))
    done = machine.run("down.sh")
    assert done.returncode == 0
    assert "there is no cluster kfp-tabular" in done.stdout


def test_a_running_cluster_gives_its_secrets_back(machine: Machine) -> None:
    """A fresh checkout takes the secrets of the cluster, since its volumes know them."""
    secrets = machine.checkout / "manifests/overlays/local/registry/secrets"
    (secrets / "registry.env").unlink()
    machine.install("kubectl", 'echo "FROM=the-cluster"')
    done = machine.run("secrets.sh")
    assert done.returncode == 0, done.stderr
    assert (secrets / "registry.env").read_text("utf-8") == "FROM=the-cluster\n"
