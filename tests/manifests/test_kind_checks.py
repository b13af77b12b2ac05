"""`make kind` checks what it needs before it makes anything."""

import subprocess

import pytest

from tests.manifests.conftest import need
from tests.manifests.machine import Machine
from tests.manifests.rendering import MANIFESTS


@pytest.mark.parametrize(
    ("tool", "remedy"),
    [
        ("docker", "https://docs.docker.com/engine/install/"),
        ("kind", "go install sigs.k8s.io/kind@v0.31.0"),
        ("kubectl", "https://kubernetes.io/docs/tasks/tools/"),
    ],
)
def test_an_absent_tool_is_named_with_its_remedy(machine: Machine, tool: str, remedy: str) -> None:
    """Without a tool, up.sh says which and where to get it, and touches nothing."""
    machine.remove(tool)
    done = machine.run("up.sh")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {tool} is not installed")
    assert remedy in done.stderr
    assert not (machine.state / "cluster").exists()


def test_git_is_only_needed_to_fetch(machine: Machine) -> None:
    """Without git and without a copy of KFP's manifests, both ways out are named."""
    machine.remove("git")
    done = machine.run("up.sh", KFP_MANIFESTS="")
    assert done.returncode == 2
    assert "git is not installed" in done.stderr
    assert "KFP_MANIFESTS=" in done.stderr
    assert machine.run("up.sh").returncode == 0


@pytest.mark.parametrize(
    ("variables", "problem", "remedy"),
    [
        ({"ENGINE_DOWN": "1"}, "its engine does not answer", "systemctl start docker"),
        ({"KIND_VERSION": "0.30.0"}, "kind 0.30.0 is older than 0.31", "go install"),
        ({"KFP_MANIFESTS": "/nowhere"}, "/nowhere is not the folder", "KFP_MANIFESTS="),
        ({"ABSENT_IMAGE": "kfp-tabular:*"}, "no image kfp-tabular:", "make images"),
        ({"ABSENT_IMAGE": "kfp-tabular-registry:*"}, "kfp-tabular-registry:", "make images"),
        ({"BUNDLE": "/nowhere"}, "/nowhere is not a bundle", "make kind-bundle"),
        ({"CGROUPS": "1"}, "docker is on cgroups v1", "NODE_IMAGE=kindest/node:v1.34"),
    ],
)
def test_what_is_amiss_is_said_before_anything_is_made(
    machine: Machine, variables: dict[str, str], problem: str, remedy: str
) -> None:
    """Each thing that up.sh needs is checked first, and its absence names the remedy."""
    done = machine.run("up.sh", **variables)
    assert done.returncode == 2
    assert problem in done.stderr
    assert remedy in done.stderr
    assert not (machine.state / "cluster").exists()


def test_put_table_asks_for_a_file(machine: Machine) -> None:
    """Without a file that exists, put-table.sh shows how it is used."""
    done = machine.run("put-table.sh", "absent.csv")
    assert done.returncode == 2
    assert "put-table.sh my.csv" in done.stderr


def test_shellcheck_has_nothing_to_say() -> None:
    """The scripts keep shellcheck's rules."""
    need("shellcheck", "apt-get install shellcheck")
    scripts = sorted(MANIFESTS.rglob("*.sh"))
    command = ["shellcheck", "--external-sources", *map(str, scripts)]
    done = subprocess.run(
        command, cwd=MANIFESTS.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_check_makes_nothing(machine: Machine) -> None:
    """`up.sh check` says what is missing, and otherwise does nothing."""
    done = machine.run("up.sh", "check", ABSENT_IMAGE="*")
    assert done.returncode == 0
    assert done.stdout == ""
    assert not (machine.state / "cluster").exists()
    machine.remove("kind")
    assert machine.run("up.sh", "check").returncode == 2
