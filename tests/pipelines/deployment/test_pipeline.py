"""The deployment pipeline and the way back, from the command line."""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.shared.registry.client import RegistryClient
from tests.components.shared.deployments.serving_models import (
    Served,
    damage_one_byte,
    load_on,
    make_version,
)
from tests.pipelines.conftest import Done, kfp_tabular

ENOUGH = ("--latency-limit", "10000")
"""What is measured on a busy machine decides nothing here."""


@dataclass(frozen=True)
class Laptop:
    """A folder in which commands run, with a registry that has three versions of a model.

    Attributes:
        folder: The folder.
        registry_url: The registry.
        model: The model.
        versions: Two that can be served, and one that does not reproduce its examples.
    """

    folder: Path
    registry_url: str
    model: str
    versions: tuple[Served, ...]

    def run(self, *arguments: str) -> Done:
        """Run a command."""
        return kfp_tabular(*arguments, folder=self.folder, REGISTRY_URL=self.registry_url)

    def deploy(self, ref: str, *more: str) -> Done:
        """Deploy a version."""
        model = f"{self.model}@{ref}"
        return self.run("run", "deployment", "--json", "--model", model, *ENOUGH, *more)

    def deployed(self) -> dict[str, Any]:
        """Return what `deployments list` says of the model."""
        listed: Any = self.run("deployments", "list", "--json").json()
        (found,) = [each for each in listed if each["model"] == self.model]
        return dict(found)


@pytest.fixture(name="laptop", scope="module")
def laptop_with_versions(
    tmp_path_factory: pytest.TempPathFactory, registry_url: str
) -> Iterator[Laptop]:
    """A laptop whose deployments end with the tests."""
    folder = tmp_path_factory.mktemp("laptop")
    model = f"strikes_{uuid.uuid4().hex[:12]}"
    versions = []
    for number, damage in enumerate((False, False, True), 1):
        (folder / str(number)).mkdir()
        versions.append(make_version(folder / str(number), str(number), 2 + number, damage))
        with RegistryClient(registry_url) as registry:
            body = {"model": {"name": model}}
            registry.register(body, versions[-1].folder, uuid.uuid4().hex)
    laptop = Laptop(folder, registry_url, model, tuple(versions))
    yield laptop
    laptop.run("deployments", "stop", model)


def test_no_request_fails_from_deployment_to_rollback(laptop: Laptop) -> None:
    """Under load: the next version, one that is never ready, and the way back; each is told."""
    one, two, _ = (each.version.digest for each in laptop.versions)
    first = laptop.deploy("1")
    assert first.exit_code == 0, first.errors
    address = str(first.json()["deployed"]["address"])
    with load_on(address, laptop.versions[0].row) as load:
        load.wait_for(one)
        second = laptop.deploy("2", "--reason", "better")
        assert second.json()["deployed"]["address"] == address
        load.wait_for(two)
        damaged = laptop.deploy("3")
        assert damaged.exit_code == 1
        assert "check_deployment: " in damaged.errors
        assert "does not reproduce example 3" in damaged.errors
        assert laptop.deployed()["version"] == "2"
        returned = laptop.run("rollback", laptop.model, "--reason", "worse", "--json")
        assert returned.exit_code == 0, returned.errors
        load.wait_for(one)
    assert load.failures == []
    assert load.answers.keys() == {one, two}
    told = returned.json()
    assert (told["before"], told["version"], told["alias"]) == ("2", "1", "deployed")
    assert 0 < told["first_answer_seconds"] < 60
    found = laptop.deployed()
    assert (found["version"], found["state"], found["address"]) == ("1", "running", address)
    with RegistryClient(laptop.registry_url) as registry:
        assert registry.get(f"{laptop.model}@deployed").version == "1"
        entries = registry.audit(laptop.model, action="alias.rollback")
        assert entries[0].detail["reason"] == "worse"
    history = laptop.run("deployments", "show", laptop.model, "--json").json()["history"]
    assert [each["action"] for each in history] == ["rolled back", "deployed", "deployed"]
    assert "predict" in laptop.run("deployments", "logs", laptop.model).output


def test_there_is_no_way_back_from_the_first(laptop: Laptop) -> None:
    """The message says so, and what to do; what serves stays."""
    again = laptop.run("rollback", laptop.model)
    assert again.exit_code == 2
    assert "no earlier version" in again.errors
    assert "Nothing was changed" in again.errors
    assert laptop.deployed()["version"] == "1"


def test_a_canary_goes_first(laptop: Laptop) -> None:
    """Its digest is told; a rollback takes it away, and leaves the alias."""
    one, two, _ = (each.version.digest for each in laptop.versions)
    model = f"{laptop.model}@2"
    done = laptop.run("run", "deployment", "--model", model, "--canary-percent", "20", *ENOUGH)
    assert done.exit_code == 0, done.errors
    shown = done.output + done.errors
    assert f"sha256 {two}" in shown
    assert one not in shown
    found = laptop.deployed()
    assert (found["version"], found["canary"], found["canary_percent"]) == ("1", "2", 20)
    told = laptop.run("rollback", laptop.model, "--json").json()
    assert (told["version"], told["canary_removed"], told["alias"]) == ("1", "2", None)
    assert not laptop.deployed()["canary"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("deployments", "show", "nothing-of-that-name"), "nothing is deployed as"),
        (("rollback", "nothing-of-that-name"), "nothing is deployed as"),
        (("run", "deployment", "--model", "m", "--port", "1", "--mode", "kserve"), "--port is for"),
        (
            ("run", "deployment", "--model", "m", "--mode", "local", "--gateway", "a/b"),
            "--gateway is for a cluster",
        ),
    ],
)
def test_a_mistake_is_one_message(laptop: Laptop, arguments: tuple[str, ...], message: str) -> None:
    """It ends with 2, before anything is done."""
    done = laptop.run(*arguments)
    assert (done.exit_code, message in done.errors) == (2, True), done.errors


def test_what_fails_is_said_with_the_reason(laptop: Laptop) -> None:
    """The list and the page say why; who stops it is told where its alias points."""
    one = laptop.versions[0].version.digest
    home = laptop.folder / ".kfp-tabular" / "deployments" / laptop.deployed()["name"]
    (pid,) = (each["pid"] for each in laptop.deployed()["servers"])
    damage_one_byte(home / "models" / one)
    os.kill(pid, signal.SIGKILL)
    while laptop.deployed()["state"] == "running":
        time.sleep(0.1)
    listed = laptop.run("deployments", "list").output
    assert "failing" in listed
    assert "changed or damaged" in " ".join(listed.split())
    shown = laptop.run("deployments", "show", laptop.model).output
    assert "changed or damaged" in " ".join(shown.split())
    stopped = laptop.run("deployments", "stop", laptop.model).output
    assert f"deployed of {laptop.model} still points to version 1" in " ".join(stopped.split())
