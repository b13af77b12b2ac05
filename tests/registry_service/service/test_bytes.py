"""Bytes: which to bring, whether they are sound, and which are not needed any more."""

import pytest

from registry_service.domain.registration import AuditQuery
from registry_service.errors import ForbiddenError
from registry_service.service.possession import WORTH_ASKING
from tests.registry_service.service.use_cases import ADA, WILL, UseCases


def test_bytes_that_no_version_names_are_taken_back(registry: UseCases) -> None:
    """A dry run only counts them; those of a version stay."""
    kept, stray = registry.blobs.put(b"kept"), registry.blobs.put(b"stray")
    registry.register("a", files=[kept])
    for dry, left in ((True, 2), (False, 1)):
        found = registry.garbage.collect(ADA, 0, dry)
        assert (found.blobs, found.bytes) == (1, stray.size)
        assert len(registry.blobs.stored) == left
    assert kept.sha256 in registry.blobs.stored


def test_the_collection_is_for_approvers_of_all_models(registry: UseCases) -> None:
    """Bytes belong to no single model."""
    with pytest.raises(ForbiddenError):
        registry.garbage.collect(WILL, 0, dry=True)


def test_each_file_of_a_version_is_found_sound_damaged_or_missing(registry: UseCases) -> None:
    """Every file is read, in the order of their paths."""
    files = [registry.blobs.put(text.encode(), text) for text in ("a", "b", "c")]
    registry.register("v", files=files)
    registry.blobs.stored[files[1].sha256] = b"x"
    registry.blobs.delete(files[2].sha256)
    checks = registry.verification.verify(WILL, "churn", "v")
    assert [check.state for check in checks] == ["sound", "damaged", "missing"]


def test_damage_that_is_found_is_in_the_audit_log(registry: UseCases) -> None:
    """With what was found of which file; a sound version leaves no entry."""
    files = [registry.blobs.put(text.encode(), text) for text in ("a", "b", "c")]
    registry.register("v", files=files)
    registry.verification.verify(WILL, "churn", "v")
    assert "version.damage" not in registry.actions()
    registry.blobs.stored[files[1].sha256] = b"x"
    registry.blobs.delete(files[2].sha256)
    registry.verification.verify(WILL, "churn", "v")
    (found,) = registry.audit.entries(ADA, AuditQuery(model_name="churn", action="version.damage"))
    assert (found.actor, found.subject) == ("will", "v")
    assert found.detail == {"files": {"b": "damaged", "c": "missing"}}


def test_large_files_and_those_of_versions_are_not_brought_again(registry: UseCases) -> None:
    """Small files that no version names are not worth a question to the store."""
    named, small = registry.blobs.put(b"named"), registry.blobs.put(b"small")
    large = registry.blobs.put(bytes(WORTH_ASKING))
    registry.register("v", files=[named])
    wanted = {file.sha256: file.size for file in (named, small, large)}
    assert set(registry.possession.present(ADA, wanted)) == {named.sha256, large.sha256}


def test_much_damage_is_counted_in_the_audit_log(registry: UseCases) -> None:
    """An entry names 20 files, and how many there are in all."""
    files = [registry.blobs.put(b"content", f"{number:02}") for number in range(30)]
    registry.register("v", files=files)
    registry.blobs.delete(files[0].sha256)
    registry.verification.verify(WILL, "churn", "v")
    (found,) = registry.audit.entries(ADA, AuditQuery(model_name="churn", action="version.damage"))
    assert found.detail["files"] == {f"{number:02}": "missing" for number in range(20)}
    assert found.detail["filesInAll"] == 30
