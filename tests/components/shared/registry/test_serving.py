"""What a registry keeps of deployments."""

from dataclasses import replace

import pytest

from components.shared.errors import RegistryRefusalError
from components.shared.registry.client import RegistryClient
from components.shared.registry.serving import Facts
from tests.components.shared.registry.conftest import Register


def test_a_deployment_is_found_again_with_its_history(
    client: RegistryClient, register: Register, name: str
) -> None:
    """One record says what it is now; each act that made it so is kept, the newest first."""
    first, second = register(), register()
    facts = Facts(name, first.version, first.digest, "deployed", "http://here", "{}", by="ada")
    later = replace(facts, version=second.version, digest=second.digest, canary_percent=5)
    for each in (facts, later):
        client.serving.record("local:laptop", name, "local", each)
    (record,) = [each for each in client.serving.deployments() if each.name == name]
    assert (record.environment, record.mode, record.state) == ("local:laptop", "local", "DEPLOYED")
    assert record.facts == later
    assert [act.facts for act in client.serving.history(record)] == [later, facts]
    lineage = client.lineage(name, second.version)
    assert [each["inferenceService"] for each in lineage.deployments] == [name]


def test_a_version_that_was_served_is_kept(
    client: RegistryClient, register: Register, name: str
) -> None:
    """What a deployment served, and may be rolled back to, is not archived."""
    made = register()
    facts = Facts(name, made.version, made.digest, "deployed", "http://here", "{}")
    client.serving.record("local:laptop", name, "local", facts)
    with pytest.raises(RegistryRefusalError, match="a deployment"):
        client.archive(name, made.version)


def test_an_alias_can_be_asked_for_without_moving_it(
    client: RegistryClient, register: Register, name: str
) -> None:
    """A trial says where the alias would point, and leaves no trace."""
    first, second = register(), register()
    for version in (first, second):
        client.promote(name, "deployed", version.version)
    assert client.promote(name, "deployed", first.version, dry_run=True).version == first.version
    assert client.rollback(name, "deployed", dry_run=True).version == first.version
    assert client.get(f"{name}@deployed").version == second.version
