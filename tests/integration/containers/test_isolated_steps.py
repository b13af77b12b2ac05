"""Each step once more, alone: as a random user, with no privileges and no way to the outside."""

import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.networks import Network

from pipelines.definition import catalog
from tests.integration.containers.conftest import ContainerRun, Servers
from tests.integration.containers.engine import (
    COMPONENTS_IMAGE,
    LOCKED_DOWN,
    remove_folder,
    run,
)
from tests.pipelines.conftest import TRAINING_STEPS

# Prints what a process may do: its user and privileges, where packets can go, where it can write.
WHO_AM_I = """
import os, pathlib
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
print(os.getuid(), int(status["CapEff"], 16), status["NoNewPrivs"].strip())
print(*sorted(os.listdir("/sys/class/net")))
try:
    pathlib.Path("/opt/kfp-tabular/written").touch()
except OSError as error:
    print(error.strerror)
"""


def random_user() -> str:
    """Return a user and a group that exist nowhere."""
    return f"{10_000 + secrets.randbelow(50_000)}:{10_000 + secrets.randbelow(50_000)}"


@pytest.fixture(name="folder")
def copied_run(
    engine: docker.DockerClient, trained: ContainerRun, tmp_path: Path
) -> Iterator[Path]:
    """A copy of the folder of the run in which anyone may write."""
    folder = tmp_path / "run"
    shutil.copytree(trained.folder / "runs", folder)
    for path in (folder, *filter(Path.is_dir, folder.glob("**/*"))):
        path.chmod(0o777)
    yield folder
    remove_folder(engine, folder)


@pytest.fixture(name="network_of")
def networks(servers: Servers) -> dict[str, str]:
    """The network of each step: none, unless it speaks to the registry or to the store."""
    needs = {step: catalog.needs(step) for step in TRAINING_STEPS}
    return {
        step: servers.network if need.registry or need.store else "none"
        for step, need in needs.items()
    }


def test_most_steps_need_no_network(network_of: dict[str, str]) -> None:
    """Only those that read what is elsewhere, or register, have a network at all."""
    with_network = {step for step, network in network_of.items() if network != "none"}
    assert with_network == {
        "fingerprint_source",
        "ingest_table",
        "validate_table",
        "compare_with_champion",
        "register_model",
    }


@pytest.mark.parametrize("step", TRAINING_STEPS)
def test_a_step_needs_no_privilege(
    engine: docker.DockerClient,
    trained: ContainerRun,
    servers: Servers,
    folder: Path,
    network_of: dict[str, str],
    step: str,
) -> None:
    """A step writes all that it wrote in the run, as a user that nobody knows."""
    again = _run_again(trained, step, folder, engine, network_of[step], servers.environment)
    (before,) = trained.folder.glob(f"**/{again.name}")
    assert _files(again) == _files(before)
    # In the meantime there is a champion: the same model.
    changed = {"Output": False} if step == "compare_with_champion" else {}
    assert _parameters(again) == _parameters(before) | changed


def test_the_walls_of_a_step_without_network(engine: docker.DockerClient) -> None:
    """Such a container has no capability, no interface but its own, and cannot write."""
    user, seen = _look_around(engine, "none")
    assert seen == [f"{user} 0 1", "lo", "Read-only file system"]


def test_the_walls_of_a_step_with_a_network(engine: docker.DockerClient, network: Network) -> None:
    """Such a container has the same walls, and one network, from which no way leads out."""
    user, seen = _look_around(engine, str(network.name))
    assert seen == [f"{user} 0 1", "eth0 lo", "Read-only file system"]
    assert engine.networks.get(network.id).attrs["Internal"] is True


def _look_around(engine: docker.DockerClient, network: str) -> tuple[str, list[str]]:
    user = random_user()
    options = {"user": user, "network": network, **LOCKED_DOWN}
    seen = run(engine, COMPONENTS_IMAGE, ["python", "-c", WHO_AM_I], **options)
    return user.split(":")[0], seen.splitlines()


def _run_again(
    trained: ContainerRun,
    step: str,
    folder: Path,
    engine: docker.DockerClient,
    network: str,
    environment: dict[str, str],
) -> Path:
    """Run a step as it ran before, in a copy of its inputs; return the folder of its outputs."""
    container = trained.containers[step]
    copy = str(folder)
    command = [text.replace(str(trained.folder / "runs"), copy) for text in container["command"]]
    outputs = json.loads(command[command.index("--executor_input") + 1])["outputs"]
    made = Path(outputs["outputFile"]).parent
    shutil.rmtree(made)
    options = {
        "user": random_user(),
        "network": network,
        "environment": environment if network != "none" else {},
        "volumes": {copy: {"bind": copy, "mode": "rw"}},
    }
    run(engine, container["image"], command, **options, **LOCKED_DOWN)
    return made


def _files(made: Path) -> set[Path]:
    return {path.relative_to(made) for path in made.glob("**/*") if path.is_file()}


def _parameters(made: Path) -> dict[str, Any]:
    output = json.loads((made / "executor_output.json").read_text("utf-8"))
    found: dict[str, Any] = output.get("parameterValues", {})
    return found
