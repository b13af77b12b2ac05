"""What people look at together."""

import pytest

from registry_service.domain.paging import ListQuery
from registry_service.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tests.registry_service.service.use_cases import ADA, REA, UseCases


def test_models_come_with_their_newest_version_and_aliases(registry: UseCases) -> None:
    """Only those that may be read, and whose name contains what is looked for."""
    registry.register("a", aliases=["x"])
    registry.register("b")
    registry.register("a", model="fraud")
    (row,) = registry.overview.models(REA, ListQuery()).items
    assert row.latest is not None
    assert (row.model.name, row.latest.name, row.aliases[0].name) == ("churn", "b", "x")
    found = registry.overview.models(ADA, ListQuery(), named="RAU").items
    assert [each.model.name for each in found] == ["fraud"]


def test_a_version_comes_with_its_history(registry: UseCases) -> None:
    """What happened to it, the newest first; entries of an alias are the alias's."""
    made = registry.register("a", aliases=["x"])
    registry.versions.approve(ADA, "churn", "a", "good")
    overview = registry.overview.version(REA, made.version_id)
    assert [entry.action for entry in overview.history] == ["version.approve", "version.register"]
    assert [held.alias.name for held in overview.aliases] == ["x"]
    assert overview.detail.approval is not None


def test_a_model_comes_with_a_page_of_its_versions(registry: UseCases) -> None:
    """Each with its metrics, aliases and whether it was approved."""
    registry.register("a", metrics={"auc": 0.5}, aliases=["x"])
    made = registry.register("b")
    overview = registry.overview.model(REA, made.model_id, ListQuery())
    shown = [(row.version.name, row.metrics, list(row.aliases)) for row in overview.versions.items]
    assert shown == [("a", {"auc": 0.5}, ["x"]), ("b", {}, [])]


def test_versions_of_several_models_are_compared_by_who_may_read_both(registry: UseCases) -> None:
    """Two at least, all of which are there."""
    ids = [registry.register("a", model=name).version_id for name in ("churn", "fraud")]
    details = registry.overview.compared(ADA, ids[::-1])
    assert [detail.model.name for detail in details] == ["fraud", "churn"]
    with pytest.raises(ForbiddenError):
        registry.overview.compared(REA, ids)
    with pytest.raises(InvalidRequestError):
        registry.overview.compared(ADA, ids[:1])
    with pytest.raises(NotFoundError):
        registry.overview.compared(ADA, [ids[0], 10**9])
