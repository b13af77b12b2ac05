"""Versions with everything that belongs to them, several in as many statements as one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from registry_service.domain.registration import Alias, VersionDetail, VersionDocument
from registry_service.domain.resources import Artifact, ModelVersion, RegisteredModel
from registry_service.service.content import content_of
from registry_service.service.ports import Transaction


def details_of(
    transaction: Transaction,
    versions: Sequence[ModelVersion],
    models: Mapping[int, RegisteredModel],
    aliases: Mapping[int, Sequence[Alias]],
) -> Sequence[VersionDetail]:
    """Return versions with everything that belongs to them.

    Args:
        transaction: Where it is read.
        versions: The versions.
        models: Their models by id.
        aliases: Those of each model.
    """
    ids = [version.id for version in versions]
    artifacts = transaction.resources.every(Artifact, model_version_id__in=ids)
    artifacts_of = by_version(artifacts)
    documents, files = transaction.versions.documents(ids), transaction.files.of(ids)
    evidence = transaction.files.evidence(ids)
    approvals = transaction.versions.approvals(ids)
    details = []
    for version in versions:
        content = replace(
            content_of(artifacts_of.get(version.id, ())),
            files=files[version.id],
            evidence=evidence[version.id],
            document=documents.get(version.id, VersionDocument()),
        )
        own = aliases[version.registered_model_id]
        names = [alias.name for alias in own if alias.version_id == version.id]
        model = models[version.registered_model_id]
        details.append(VersionDetail(model, version, names, content, approvals.get(version.id)))
    return details


def by_version(artifacts: Sequence[Artifact]) -> Mapping[int, Sequence[Artifact]]:
    """Return artifacts by the version that they belong to."""
    found: dict[int, list[Artifact]] = {}
    for artifact in artifacts:
        if artifact.model_version_id is not None:
            found.setdefault(artifact.model_version_id, []).append(artifact)
    return found
