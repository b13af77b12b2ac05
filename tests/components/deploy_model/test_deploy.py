"""Bringing versions to serve on this machine, by a registry that keeps them."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from components.deploy_model.deploy import Wish, deploy_model
from components.record_deployment.record import record_deployment
from components.shared.deployments.examples import served_digest
from components.shared.deployments.handing_on import HandedOn
from components.shared.deployments.local_place import LocalPlace
from components.shared.deployments.plans import PinnedVersion, Scale
from components.shared.errors import DeploymentError, InputError
from components.shared.registry.client import RegistryClient
from components.shared.work_dir import WORK_DIR_VARIABLE
from tests.components.shared.deployments.serving_models import make_version

WISH = Wish(mode="local", wait_seconds=60)


@pytest.fixture(name="versions")
def registered_versions(
    tmp_path: Path, registry_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[PinnedVersion, PinnedVersion]]:
    """Two versions of a model of the session's registry, and a machine of its own."""
    monkeypatch.setenv(WORK_DIR_VARIABLE, str(tmp_path / "here"))
    name = f"strikes-{uuid.uuid4().hex[:12]}"
    made = []
    with RegistryClient(registry_url) as registry:
        for iterations in (3, 4):
            (folder := tmp_path / str(iterations)).mkdir()
            served = make_version(folder, "", iterations)
            body = {"model": {"name": name}}
            receipt = registry.register(body, served.folder, uuid.uuid4().hex)
            made.append(PinnedVersion(name, receipt.version, receipt.digest))
    yield made[0], made[1]
    here = LocalPlace(None, lambda version, target: None)
    for each in here.names():
        here.remove(each)


def _deploy(version: PinnedVersion, folder: Path, url: str, wish: Wish = WISH) -> HandedOn:
    """Deploy and record, as the steps of the pipeline do."""
    told, _ = deploy_model(version, wish, url)
    told.write(folder / "deployed")
    circumstances = told.circumstances("ada", "", "a reason")
    record_deployment(folder / "deployed", circumstances, url)
    return told


def test_a_deployment_is_recorded_and_its_alias_follows(
    versions: tuple[PinnedVersion, PinnedVersion], tmp_path: Path, registry_url: str
) -> None:
    """The registry says which version serves, where, by whom and why; a canary moves no alias."""
    one, two = versions
    _deploy(one, tmp_path, registry_url)
    told = _deploy(two, tmp_path, registry_url)
    with RegistryClient(registry_url) as registry:
        assert registry.get(f"{one.model_name}@deployed").version == two.version
        (record,) = [
            each for each in registry.serving.deployments() if each.facts.model == one.model_name
        ]
        assert (record.facts.version, record.facts.by) == (two.version, "ada")
        assert record.facts.address == told.brought.address
        assert told.brought.before is not None
        assert told.brought.before.stable == one
        _deploy(one, tmp_path, registry_url, replace(WISH, canary_percent=10))
        assert registry.get(f"{one.model_name}@deployed").version == two.version
        (record, *_) = registry.serving.deployments()
        assert (record.facts.canary, record.facts.canary_percent) == (one.version, 10)


def test_what_cannot_be_recorded_is_taken_back(
    versions: tuple[PinnedVersion, PinnedVersion], tmp_path: Path, registry_url: str
) -> None:
    """Somebody moved the alias meanwhile: what served before serves, and the message says why."""
    one, two = versions
    _deploy(one, tmp_path, registry_url)
    told, _ = deploy_model(two, WISH, registry_url)
    told.write(tmp_path / "deployed")
    with RegistryClient(registry_url) as registry:
        registry.promote(one.model_name, "deployed", two.version)
        circumstances = told.circumstances("ada", "", "")
        with pytest.raises(DeploymentError, match="someone moved it") as failed:
            record_deployment(tmp_path / "deployed", circumstances, registry_url)
    assert "serves, as before" in str(failed.value)
    here = LocalPlace(None, lambda version, target: None)
    current = here.current(told.brought.plan.name)
    assert current is not None
    assert served_digest(here.endpoint(current), one.model_name) == one.digest


def test_what_serves_no_more_is_not_recorded(
    versions: tuple[PinnedVersion, PinnedVersion], tmp_path: Path, registry_url: str
) -> None:
    """Of two that deploy at once the last one stays, and is what the registry says."""
    one, two = versions
    _deploy(one, tmp_path, registry_url)
    told, _ = deploy_model(two, WISH, registry_url)
    told.write(tmp_path / "first")
    _deploy(one, tmp_path, registry_url)
    with pytest.raises(DeploymentError, match="another deployment has taken its place"):
        record_deployment(tmp_path / "first", told.circumstances("", "", ""), registry_url)
    with RegistryClient(registry_url) as registry:
        assert registry.get(f"{one.model_name}@deployed").version == one.version


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish(mode="local", canary_percent=10), "does not serve yet"),
        (Wish(mode="local", canary_percent=101), "`canary_percent`"),
        (Wish(mode="local", gateway="main"), "`gateway`"),
        (Wish(mode="local", scale=Scale(3, 2)), "`replicas`"),
        (Wish(mode="local", name="A B"), "`name`"),
        (Wish(mode="cloud"), "no mode 'cloud'"),
        (Wish(mode="local", wait_seconds=1), "`wait_seconds`"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_a_mistake(
    wish: Wish, message: str, tmp_path: Path, registry_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the parameter, or what is missing; nothing is started."""
    monkeypatch.setenv(WORK_DIR_VARIABLE, str(tmp_path))
    with pytest.raises(InputError, match=message):
        deploy_model(PinnedVersion("strikes", "1", "a" * 64), wish, registry_url)
    assert not list(tmp_path.glob("**/wanted.json"))
