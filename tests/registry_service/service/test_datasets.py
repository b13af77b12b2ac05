"""Data sets, in memory."""

from registry_service.domain.paging import ListQuery
from registry_service.domain.registration import (
    DatasetRef,
    Registered,
    Registration,
    VersionContent,
)
from registry_service.domain.resources import DATASETS, RegisteredModel
from registry_service.service.lookup import Lookup
from registry_service.service.versions import Versions
from tests.registry_service.service.use_cases import ADA, UseCases


def register_data(registry: UseCases, name: str, content: str) -> Registered:
    """Register data of some content, made from others."""
    registration = Registration(
        model=RegisteredModel(name=name, collection=DATASETS),
        version_name=None,
        version_description=None,
        author=None,
        properties={},
        content=VersionContent(datasets=[DatasetRef("rows", "digest", "parent")]),
        content_digest=content,
    )
    return registry.registrations.register(ADA, registration, f"{name}-{content}", content)


def test_what_was_made_from_data_is_asked_for_by_kind(registry: UseCases) -> None:
    """The use cases of data sets find the data sets, those of models the models."""
    registry.register(model="churn", datasets=[DatasetRef("rows", "digest", "train")])
    register_data(registry, "part", "1")
    of_data = Versions(registry.database, registry.registrations, Lookup(frozenset(), DATASETS))
    for versions, name in ((registry.versions, "churn"), (of_data, "part")):
        found = versions.trained_on(ADA, "digest", ListQuery()).items
        assert [use.model.name for use in found] == [name]


def test_content_is_compared_within_one_data_set(registry: UseCases) -> None:
    """Two data sets of the same content have a version each."""
    assert not register_data(registry, "one", "1").known
    assert not register_data(registry, "two", "1").known


def test_bytes_of_a_data_set_are_kept(registry: UseCases) -> None:
    """The garbage collection takes no file that a version of a data set names."""
    file = registry.blobs.put(b"rows", "table.parquet")
    registration = Registration(
        model=RegisteredModel(name="rows", collection=DATASETS),
        version_name=None,
        version_description=None,
        author=None,
        properties={},
        content=VersionContent(files=[file]),
    )
    registry.registrations.register(ADA, registration, "key", "fingerprint")
    assert registry.garbage.collect(ADA, 0, dry=False).blobs == 0
