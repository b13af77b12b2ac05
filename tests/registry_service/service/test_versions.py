"""The life of versions."""

from dataclasses import replace

import pytest

from registry_service.domain.paging import ListQuery
from registry_service.domain.registration import DatasetRef
from registry_service.domain.resources import ModelVersion
from registry_service.domain.serving import InferenceService, ServingEnvironment
from registry_service.errors import ConflictError, ForbiddenError, InvalidRequestError
from registry_service.service import versions as versions_module
from registry_service.service.aliases import AliasMove
from tests.registry_service.service.use_cases import ADA, REA, WILL, UseCases


def serve(registry: UseCases, version_id: int, model_id: int) -> InferenceService:
    """Deploy a version in an environment of its own."""
    place = registry.resources.create(ADA, ServingEnvironment(name="here"))
    return registry.resources.create(
        ADA,
        InferenceService(
            name="svc",
            serving_environment_id=place.id,
            registered_model_id=model_id,
            model_version_id=version_id,
        ),
    )


def test_what_is_held_is_neither_archived_nor_deleted(registry: UseCases) -> None:
    """An alias or a deployment holds a version; the message names what does."""
    made = registry.register("a", aliases=["x"])
    for put_away in (registry.versions.archive, registry.versions.delete):
        with pytest.raises(ConflictError, match="alias 'x'"):
            put_away(ADA, "churn", "a", None)
    registry.aliases.remove("churn", AliasMove(ADA, "x"))
    serve(registry, made.version_id, made.model_id)
    with pytest.raises(ConflictError, match="a deployment"):
        registry.versions.delete(ADA, "churn", "a", None)


def test_a_version_is_archived_once(registry: UseCases) -> None:
    """What is archived already changes nothing, and leaves no entry."""
    registry.register("a")
    for _ in range(2):
        registry.versions.archive(WILL, "churn", "a", None)
    assert registry.actions().count("version.archive") == 1


def test_a_retention_takes_archived_versions_beyond_the_newest(registry: UseCases) -> None:
    """A dry run says which; versions that live or are among the newest stay."""
    for name in "abcd":
        registry.register(name)
    for name in "acd":
        registry.versions.archive(ADA, "churn", name, None)

    def retain(dry: bool) -> list[str | None]:
        found = registry.versions.retain(ADA, "churn", keep_last=1, older_than_days=0, dry=dry)
        return [version.name for version in found]

    assert retain(dry=True) == retain(dry=False) == ["c", "a"]
    assert retain(dry=False) == []


def test_data_lead_to_the_versions_that_may_be_read(registry: UseCases) -> None:
    """Whoever reads some models learns of theirs alone."""
    data = [DatasetRef("june", "d1", "train")]
    registry.register("a", datasets=data)
    registry.register("a", model="fraud", datasets=data)
    for who, names in ((ADA, ["churn", "fraud"]), (REA, ["churn"])):
        found = registry.versions.trained_on(who, "d1", ListQuery()).items
        assert [use.model.name for use in found] == names


def test_pages_of_what_data_lead_to_are_full(
    registry: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others made of the same data takes no place in them, and is not told of."""
    monkeypatch.setattr(versions_module, "USES_AT_A_TIME", 2)
    data = [DatasetRef("june", "d1", "train")]
    for number in range(5):
        for place, model in enumerate(("fraud", "churn", "fraud", "fraud")):
            registry.register(f"{number}.{place}", model=model, datasets=data)
    names, query = [], ListQuery(page_size=2, descending=True)
    while True:
        page = registry.versions.trained_on(REA, "d1", query)
        names.append([str(use.version.name)[0] for use in page.items])
        if page.next is None:
            break
        query = replace(query, after=page.next)
    assert names == [["4", "3"], ["2", "1"], ["0"]]


def test_versions_are_compared_in_the_order_asked_for(registry: UseCases) -> None:
    """At least two of them."""
    for name in "ab":
        registry.register(name)
    details = registry.versions.compare(REA, "churn", ["b", "a"])
    assert [detail.version.name for detail in details] == ["b", "a"]
    with pytest.raises(InvalidRequestError):
        registry.versions.compare(REA, "churn", ["a"])


def test_approving_and_deleting_are_for_approvers(registry: UseCases) -> None:
    """A writer may do neither."""
    registry.register("a")
    for act in (registry.versions.approve, registry.versions.delete):
        with pytest.raises(ForbiddenError):
            act(WILL, "churn", "a", None)


def test_a_service_without_a_version_serves_the_newest(registry: UseCases) -> None:
    """And the one that it names otherwise."""
    old = registry.register("a")
    service = serve(registry, old.version_id, old.model_id)
    new = registry.register("b")
    assert registry.resources.served_version(ADA, service.id).id == old.version_id
    any_version = registry.resources.create(
        ADA,
        InferenceService(
            name="newest",
            serving_environment_id=service.serving_environment_id,
            registered_model_id=old.model_id,
        ),
    )
    served = registry.resources.served_version(ADA, any_version.id)
    assert served == registry.resources.get(ADA, ModelVersion, new.version_id)
