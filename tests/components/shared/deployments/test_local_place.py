"""Deployments of this machine, by real servers of real models."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import urllib3

from components.shared.deployments.bringing import bring
from components.shared.deployments.endpoints import HttpEndpoint
from components.shared.deployments.examples import Examples, served_digest
from components.shared.deployments.local_place import LocalPlace
from components.shared.deployments.plans import Canary, DeploymentPlan
from components.shared.errors import DeploymentError, InputError
from tests.components.shared.deployments.serving_models import (
    Served,
    copying,
    damage_one_byte,
    load_on,
    make_version,
)

WAIT = 60


@pytest.fixture(name="versions", scope="session")
def three_versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Served, Served, Served]:
    """Two versions that can be served, and one that does not reproduce its examples."""
    folder = tmp_path_factory.mktemp
    return (
        make_version(folder("one"), "1", 3),
        make_version(folder("two"), "2", 4),
        make_version(folder("damaged"), "3", 5, damage=True),
    )


@pytest.fixture(name="place")
def place_on_this_machine(
    tmp_path: Path, versions: tuple[Served, Served, Served]
) -> Iterator[LocalPlace]:
    """A place of its own, whose deployments end with the test."""
    place = LocalPlace(tmp_path, copying(*versions))
    yield place
    for name in place.names():
        place.remove(name)


def _plan(served: Served) -> DeploymentPlan:
    return DeploymentPlan("strikes", "local", "here", served.version)


def _examples(served: Served) -> Examples:
    return Examples.read(served.folder / "examples.json")


def test_no_request_fails_while_versions_come_and_go(
    place: LocalPlace, versions: tuple[Served, Served, Served]
) -> None:
    """Under load: a second version, a canary, the way back, and one that is never ready."""
    one, two, damaged = versions
    address = bring(place, _plan(one), _examples(one), WAIT).address
    with load_on(address, one.row) as load:
        load.wait_for(one.version.digest)
        assert bring(place, _plan(two), _examples(two), WAIT).address == address
        load.wait_for(two.version.digest)
        canary = replace(_plan(two), canary=Canary(one.version, 30))
        bring(place, canary, _examples(two), WAIT)
        load.wait_for(one.version.digest)
        with pytest.raises(DeploymentError, match="does not reproduce example 3"):
            bring(place, _plan(damaged), _examples(damaged), WAIT)
        bring(place, _plan(one), _examples(one), WAIT)
        load.wait_for(one.version.digest)
    assert load.failures == []
    assert load.answers.keys() == {one.version.digest, two.version.digest}


def test_a_canary_gets_its_share(
    place: LocalPlace, versions: tuple[Served, Served, Served]
) -> None:
    """Of connections that stay open too: each request is given to one or the other."""
    one, two, _ = versions
    bring(place, _plan(one), _examples(one), WAIT)
    dark = replace(_plan(one), canary=Canary(two.version, 0))
    address = bring(place, dark, _examples(one), WAIT).address
    with load_on(address, one.row) as load:
        load.wait_for(one.version.digest, 100)
        assert not load.answers[two.version.digest]
        bring(place, replace(dark, canary=Canary(two.version, 25)), None, WAIT)
        load.answers.clear()
        while sum(load.answers.values()) < 400:
            time.sleep(0.01)
        share = load.answers[two.version.digest] / sum(load.answers.values())
    # Six standard errors of a quarter of 400.
    assert 0.12 < share < 0.38
    assert not load.failures


def test_a_server_that_ends_is_started_again(
    place: LocalPlace, versions: tuple[Served, Served, Served]
) -> None:
    """Requests that come meanwhile wait for it, and are answered."""
    one, *_ = versions
    plan = _plan(one)
    bring(place, plan, _examples(one), WAIT)
    status = place.status("strikes")
    assert status is not None
    os.kill(status.servers[0].process, signal.SIGKILL)
    assert served_digest(place.endpoint(plan), "strikes") == one.version.digest
    again = place.status("strikes")
    assert again is not None
    assert again.servers[0].process != status.servers[0].process


def test_a_damaged_version_is_refused_until_it_is_taken_anew(
    place: LocalPlace, versions: tuple[Served, Served, Served], tmp_path: Path
) -> None:
    """Its server cannot start again: callers are told so, and so is who looks; pauses grow."""
    one, *_ = versions
    home = tmp_path / "deployments" / "strikes"
    address = bring(place, _plan(one), _examples(one), WAIT).address
    status = place.status("strikes")
    assert status is not None
    assert HttpEndpoint(address).ask("/v2/models/strikes/versions/1/ready")[0] == 200
    damage_one_byte(home / "models" / one.version.digest)
    os.kill(status.servers[0].process, signal.SIGKILL)
    answer = urllib3.request(
        "POST", f"{address}/predict", json={"rows": [one.row]}, retries=False, timeout=30
    )
    assert (answer.status, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    time.sleep(3)
    failing = place.status("strikes")
    assert failing is not None
    assert (failing.servers, "changed or damaged" in failing.failure) == ((), True)
    assert (home / "supervisor.log").read_text().count("starting it") <= 3
    bring(place, _plan(one), _examples(one), WAIT)
    assert HttpEndpoint(address).ask("/predict", {"rows": [one.row]})[1]["version"] == "1"
    healed = place.status("strikes")
    assert healed is not None
    assert not healed.failure


def test_a_deployment_survives_its_supervisor(
    place: LocalPlace, versions: tuple[Served, Served, Served]
) -> None:
    """After a restart of the machine it is found, and resumed at its address."""
    one, *_ = versions
    address = bring(place, _plan(one), _examples(one), WAIT).address
    status = place.status("strikes")
    assert status is not None
    for process in (status.process, status.servers[0].process):
        os.kill(process, signal.SIGKILL)
    while place.status("strikes"):
        time.sleep(0.02)
    plan = place.resume("strikes")
    assert place.endpoint(plan).address == address
    assert served_digest(place.endpoint(plan), "strikes") == one.version.digest


def test_a_deployment_ends_with_its_folder(
    place: LocalPlace, versions: tuple[Served, Served, Served], tmp_path: Path
) -> None:
    """Who deletes what is kept of it leaves no process behind."""
    one, *_ = versions
    bring(place, _plan(one), _examples(one), WAIT)
    status = place.status("strikes")
    assert status is not None
    shutil.rmtree(tmp_path / "deployments")
    psutil.wait_procs([psutil.Process(status.process)], timeout=30)
    assert not psutil.pid_exists(status.servers[0].process)


def test_an_address_stays(place: LocalPlace, versions: tuple[Served, Served, Served]) -> None:
    """Another port is refused while it answers at one."""
    one, *_ = versions
    bring(place, _plan(one), None, WAIT)
    with pytest.raises(InputError, match="keeps its address"):
        place.check(replace(_plan(one), port=1))
