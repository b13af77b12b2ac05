"""Promotion, rollback, approval and deletion through the client, against a running registry."""

import pytest

from components.shared.errors import RegistryRefusalError
from components.shared.registry.client import RegistryClient
from tests.components.shared.registry.conftest import Register


def test_an_alias_moves_and_returns(client: RegistryClient, register: Register, name: str) -> None:
    """A promotion is undone by a rollback, and both are in the audit log with their reasons."""
    for _ in range(2):
        register()
    client.promote(name, "champion", "1")
    assert client.promote(name, "champion", "2", reason="better").version == "2"
    assert client.rollback(name, "champion", "worse on Mondays").version == "1"
    assert client.get(f"{name}@champion").number == 1
    newest, before, *_ = client.audit(name)
    assert (newest.action, newest.detail["reason"]) == ("alias.rollback", "worse on Mondays")
    assert (before.action, before.detail["from"], before.detail["to"]) == ("alias.set", "1", "2")


def test_a_stale_promotion_is_refused(
    client: RegistryClient, register: Register, name: str
) -> None:
    """Who expects another champion than there is moves nothing."""
    for _ in range(2):
        register()
    client.promote(name, "champion", "1", expected=None)
    for expected in (None, "2"):
        with pytest.raises(RegistryRefusalError) as caught:
            client.promote(name, "champion", "2", expected=expected)
        assert caught.value.code == "stale"
    assert client.promote(name, "champion", "2", expected="1").version == "2"


def test_a_rollback_without_a_past_is_refused(
    client: RegistryClient, register: Register, name: str
) -> None:
    """An alias that has been nowhere else cannot go back."""
    register(aliases=["champion"])
    with pytest.raises(RegistryRefusalError, match="no earlier version"):
        client.rollback(name, "champion")


def test_an_approval_is_remembered(client: RegistryClient, register: Register, name: str) -> None:
    """A version tells who approved it, when and why."""
    register()
    client.approve(name, "1", "checked by hand")
    approval = client.get(name).approval
    assert approval is not None
    assert approval["reason"] == "checked by hand"


def test_a_held_version_is_not_deleted(
    client: RegistryClient, register: Register, name: str
) -> None:
    """An alias keeps its version; a version that nothing holds goes, and the log says why."""
    register(aliases=["champion"])
    register()
    with pytest.raises(RegistryRefusalError, match="champion"):
        client.delete(name, "1")
    client.delete(name, "2", "leaked the target & more")
    assert client.find(name, "2") is None
    assert client.audit(name, action="version.delete")[0].detail["reason"].endswith("& more")


def test_retention_names_what_it_would_delete(
    client: RegistryClient, register: Register, name: str
) -> None:
    """Versions that are not archived are never named."""
    register()
    assert client.retain(name, keep_last=0, older_than_days=0) == ()


def test_garbage_is_counted_before_it_is_deleted(client: RegistryClient) -> None:
    """A collection is a dry run until told otherwise; bytes of the last hour stay."""
    collected = client.collect_garbage(older_than_hours=1)
    assert (collected.blobs, collected.bytes, collected.dry_run) == (0, 0, True)
    assert not client.collect_garbage(dry_run=False).dry_run


def test_an_alias_is_removed(client: RegistryClient, register: Register, name: str) -> None:
    """What it held can be put away then; removing it twice is an error."""
    register(aliases=["challenger"])
    client.remove_alias(name, "challenger", "it lost & more")
    assert client.aliases(name) == ()
    assert client.audit(name, action="alias.remove")[0].detail["reason"] == "it lost & more"
    client.archive(name, "1")
    with pytest.raises(RegistryRefusalError, match="no alias 'challenger'"):
        client.remove_alias(name, "challenger")


def test_a_model_and_a_version_are_described(
    client: RegistryClient, register: Register, name: str
) -> None:
    """What is not given stays; an empty text takes a description away, None a tag."""
    register(version={"properties": {"rows": 7}})
    client.describe_model(name, description="who leaves", owner="growth", tags={"tier": 1})
    changed = client.describe_model(name, tags={"tier": None, "eu": True})
    assert (changed.description, changed.owner) == ("who leaves", "growth")
    assert changed.properties == {"eu": True}
    assert client.describe_model(name, description="").description == ""
    version = client.describe_version(name, "1", description="first", tags={"rows": 8})
    assert (version.description, version.properties) == ("first", {"rows": 8})
    assert client.audit(name, action="model_version.update")[0].detail["changes"] == {
        "customProperties.rows": {"from": 7, "to": 8},
        "description": {"from": None, "to": "first"},
    }


def test_an_approved_version_keeps_its_tags(
    client: RegistryClient, register: Register, name: str
) -> None:
    """Until its approval is withdrawn."""
    register()
    client.approve(name, "1")
    with pytest.raises(RegistryRefusalError, match="was approved"):
        client.describe_version(name, "1", tags={"x": 1})
    assert client.describe_version(name, "1", description="fine").description == "fine"
    client.withdraw_approval(name, "1", "leaked")
    assert client.describe_version(name, "1", tags={"x": 1}).properties["x"] == 1
