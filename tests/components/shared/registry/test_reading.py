"""Lists, comparisons, lineage and the audit log, against a running registry."""

import json

import pytest

from components.shared.errors import RegistryRefusalError
from components.shared.registry import reading
from components.shared.registry.client import RegistryClient
from components.shared.registry.records import plain
from tests.components.shared.registry.conftest import Register


def test_a_version_tells_all_that_was_registered(
    client: RegistryClient, register: Register, name: str
) -> None:
    """Parameters, data, lineage, properties and schema come back, and make JSON."""
    data = {"name": "train", "digest": "a" * 64, "role": "train", "uri": None}
    register(
        version={"author": "me", "properties": {"task": "binary"}},
        parameters={"depth": 3, "grid": [1, None]},
        datasets=[data],
        lineage={"run_id": "r-1"},
        schema={"target": "y"},
    )
    found = client.get(name)
    assert found.parameters == {"depth": 3, "grid": [1, None]}
    assert found.datasets == (data,)
    assert (found.lineage, found.properties) == ({"run_id": "r-1"}, {"task": "binary"})
    assert (found.schema, found.author, found.state) == ({"target": "y"}, "me", "LIVE")
    assert found.created_at is not None
    assert json.loads(json.dumps(plain(found)))["created_at"] == found.created_at.isoformat()


def test_a_list_goes_over_its_pages(
    client: RegistryClient, register: Register, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All versions come, the newest first, however small a page; a limit ends the list."""
    monkeypatch.setattr(reading, "PAGE", 2)
    for _ in range(5):
        register()
    assert [version.number for version in client.list_versions(name)] == [5, 4, 3, 2, 1]
    assert [version.number for version in client.list_versions(name, limit=3)] == [5, 4, 3]


def test_a_new_version_changes_its_model(
    client: RegistryClient, register: Register, name: str
) -> None:
    """The model is listed first again, with the time of its newest version."""
    register()
    register(model={"name": f"{name} later"})
    before = next(model for model in client.list_models() if model.name == name)
    register()
    first, *_ = client.list_models(limit=1)
    assert first.name == name
    assert first.updated_at > before.updated_at
    assert first.created_at == before.created_at


def test_the_model_changed_last_is_listed_first(
    client: RegistryClient, register: Register, name: str
) -> None:
    """A fresh registration brings its model to the top."""
    register()
    assert client.list_models(limit=1)[0].name == name


def test_versions_stand_side_by_side(client: RegistryClient, register: Register, name: str) -> None:
    """Each figure has one value per version, None where a version has none."""
    register(metrics={"auc": 0.5}, parameters={"depth": 3})
    register(metrics={"auc": 0.75, "f1": 0.5})
    comparison = client.compare(name, ["2", "1"])
    assert [version.version for version in comparison.versions] == ["2", "1"]
    assert comparison.metrics == {"auc": [0.75, 0.5], "f1": [0.5, None]}
    assert comparison.parameters == {"depth": [None, 3]}


def test_data_lead_to_the_versions_made_from_it(
    client: RegistryClient, register: Register, name: str
) -> None:
    """Lineage goes both ways."""
    data = {"name": "train", "digest": name, "role": "train", "uri": None}
    register(datasets=[data], lineage={"run_id": "r-1"})
    traced = client.lineage(name)
    assert (traced.lineage, traced.datasets) == ({"run_id": "r-1"}, (data,))
    assert traced.deployments == ()
    assert client.trained_on(name) == ((name, "1"),)


def test_a_run_leads_to_the_versions_that_it_registered(
    client: RegistryClient, register: Register, name: str
) -> None:
    """They are found by the run's id alone, the newest first, whatever it is made of."""
    run_id = f'{name} "quoted"'
    for _ in range(2):
        register(lineage={"run_id": run_id}, metrics={"auc": 0.5})
    register(lineage={"run_id": "another"})
    found = client.registered_by(run_id)
    assert [(version.model_name, version.version) for version in found] == [
        (name, "2"),
        (name, "1"),
    ]
    assert found[0].metrics == {"auc": 0.5}
    assert client.registered_by("unknown") == ()


def test_what_is_not_there_cannot_be_listed(client: RegistryClient, name: str) -> None:
    """An unknown model is told apart from one without versions."""
    for ask in (client.list_versions, client.aliases, client.lineage):
        with pytest.raises(RegistryRefusalError) as caught:
            ask(name)
        assert caught.value.code == "not_found"


def test_the_log_is_filtered(client: RegistryClient, register: Register, name: str) -> None:
    """Entries of one model, one action and one subject, no more than asked for."""
    for _ in range(2):
        register(aliases=["champion"])
    assert {entry.model_name for entry in client.audit(name)} == {name}
    assert len(client.audit(name, limit=1)) == 1
    assert {entry.action for entry in client.audit(name, action="alias.set")} == {"alias.set"}
    assert client.audit(name, actor="nobody") == ()
    (first,) = client.audit(name, action="version.register", subject="1")
    assert first.subject == "1"
