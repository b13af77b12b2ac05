"""Registering versions."""

from typing import Any

import pytest

from registry_service.domain.paging import ListQuery
from registry_service.domain.resources import RegisteredModel
from registry_service.errors import (
    AlreadyExistsError,
    ForbiddenError,
    IdempotencyError,
    InvalidRequestError,
    NotFoundError,
    StaleError,
    UnknownBlobError,
)
from tests.registry_service.service.use_cases import ADA, REA, WILL, UseCases


def test_versions_count_up_unless_they_are_named(registry: UseCases) -> None:
    """The number is the name of a version that was given none."""
    made = [registry.register(key="1"), registry.register("blue"), registry.register(key="3")]
    assert [(each.number, each.version_name) for each in made] == [(1, "1"), (2, "blue"), (3, "3")]


def test_a_number_that_is_someones_name_is_passed_over(registry: UseCases) -> None:
    """A version may be called like a number that comes later."""
    registry.register("2")
    assert registry.register(key="next").version_name == "3"


def test_a_repeated_request_is_answered_as_before(registry: UseCases) -> None:
    """The same key makes no second version, and no other request is taken under it."""
    first = registry.register("a", key="k")
    again = registry.register("a", key="k")
    assert (again.version_id, again.replayed) == (first.version_id, True)
    with pytest.raises(IdempotencyError):
        registry.register("b", key="k")


def test_bytes_that_are_a_version_are_that_version(registry: UseCases) -> None:
    """Another request with them makes none, under whatever name; it says so, and sets aliases."""
    file = registry.blobs.put(b"model")
    first = registry.register(key="1", files=[file], metrics={"auc": 0.5})
    again = registry.register("blue", key="2", files=[file], aliases=["challenger"])
    assert (again.version_id, again.known, again.replayed) == (first.version_id, True, False)
    detail = registry.registrations.detail(ADA, "churn", "challenger")
    assert (detail.version.name, detail.content.metrics) == ("1", {"auc": 0.5})
    assert registry.actions()[0] == "alias.set"
    registry.register(key="3", files=[file], aliases=["challenger"])
    assert registry.actions().count("alias.set") == 1


def test_other_bytes_and_those_of_an_archived_version_are_a_version(registry: UseCases) -> None:
    """As are the same bytes of another model, and a version without any."""
    file, other = registry.blobs.put(b"model"), registry.blobs.put(b"another")
    registry.register(key="1", files=[file])
    assert registry.register(key="2", files=[other]).number == 2
    registry.versions.archive(ADA, "churn", "1", None)
    assert registry.register(key="3", files=[file]).number == 3
    assert not registry.register(key="4", model="fraud", files=[file]).known
    assert [registry.register(key=key).number for key in ("5", "6")] == [4, 5]


def test_an_alias_that_a_known_version_has_is_where_it_should_be(registry: UseCases) -> None:
    """Two runs made the same bytes before there was a champion: both have what they asked for."""
    file = registry.blobs.put(b"model")
    asked: dict[str, Any] = {"aliases": ["challenger"], "expected_aliases": {"challenger": None}}
    registry.register(key="1", files=[file], **asked)
    assert registry.register(key="2", files=[file], **asked).known


def test_a_taken_name_is_refused(registry: UseCases) -> None:
    """Also the name of a version that was deleted."""
    registry.register("a", key="1")
    with pytest.raises(AlreadyExistsError):
        registry.register("a", key="2")
    registry.versions.delete(ADA, "churn", "a", None)
    with pytest.raises(AlreadyExistsError, match="deleted"):
        registry.register("a", key="3")


def test_bytes_come_first(registry: UseCases) -> None:
    """A version whose bytes are not there is not made; nothing of it is left."""
    file = registry.blobs.put(b"model")
    registry.blobs.delete(file.sha256)
    with pytest.raises(UnknownBlobError):
        registry.register("a", files=[file])
    with pytest.raises(NotFoundError):
        registry.registrations.model(ADA, "churn")
    registry.blobs.put(b"model")
    registry.register("a", files=[file])
    assert list(registry.registrations.files(ADA, "churn", "a")) == [file]


def test_an_alias_that_moved_stops_the_registration(registry: UseCases) -> None:
    """All or nothing: with the alias, the version is refused too."""
    registry.register("a", aliases=["challenger"])
    with pytest.raises(StaleError):
        registry.register("b", aliases=["challenger"], expected_aliases={"challenger": None})
    page = registry.registrations.versions(ADA, "churn", ListQuery())
    assert [version.name for version in page.items] == ["a"]


def test_everything_registered_is_found_again(registry: UseCases) -> None:
    """Metrics, files and aliases come back with the version."""
    file = registry.blobs.put(b"model")
    registry.register("a", files=[file], metrics={"auc": 0.5}, aliases=["challenger"])
    detail = registry.registrations.detail(ADA, "churn", "challenger")
    assert detail.version.name == "a"
    assert (detail.content.metrics, list(detail.content.files)) == ({"auc": 0.5}, [file])
    assert list(detail.aliases) == ["challenger"]


def test_only_writers_register_and_only_readers_look(registry: UseCases) -> None:
    """A role counts for the models that it was granted for."""
    registry.register("a", who=WILL)
    with pytest.raises(ForbiddenError):
        registry.register("b", who=REA)
    with pytest.raises(ForbiddenError):
        registry.register("a", model="fraud", who=WILL)
    registry.register("a", model="fraud")
    with pytest.raises(ForbiddenError):
        registry.registrations.detail(REA, "fraud", "a")
    models = registry.registrations.models(REA, ListQuery()).items
    assert [model.name for model in models] == ["churn"]


def test_a_model_from_before_keeps_its_name(registry: UseCases) -> None:
    """Versions are registered under a model with an @ that is there; a new one is refused."""
    with registry.database.write() as transaction:
        transaction.resources.add(RegisteredModel(name="a@b"))
    assert registry.register("1", model="a@b").number == 1
    with pytest.raises(InvalidRequestError):
        registry.register("1", model="c@d")
