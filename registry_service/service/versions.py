"""Approve, compare, trace and delete versions."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from registry_service.domain.access import Identity, Role
from registry_service.domain.paging import ListQuery
from registry_service.domain.registration import Approval, VersionDetail
from registry_service.domain.resources import (
    ARCHIVED,
    LIVE,
    DatasetArtifact,
    ModelVersion,
    RegisteredModel,
)
from registry_service.domain.serving import InferenceService, ServingEnvironment
from registry_service.errors import ConflictError, InvalidRequestError
from registry_service.service.audit import record
from registry_service.service.lookup import Lookup, aliases_of
from registry_service.service.ports import Database, Transaction
from registry_service.service.registrations import Registrations
from registry_service.service.version_rules import holders_of, refuse_held

MOST_COMPARED = 20
DAY_MS = 86_400_000
RETAINED_AT_A_TIME = 100


class Versions:
    """The use cases around the life of versions."""

    def __init__(self, database: Database, registrations: Registrations, lookup: Lookup) -> None:
        self._database = database
        self._registrations = registrations
        self._lookup = lookup

    def approve(self, identity: Identity, model_name: str, ref: str, reason: str | None) -> None:
        """Find a version fit for protected aliases; what it consists of is frozen from then on.

        Raises:
            ForbiddenError: The identity is no approver of the model.
            NotFoundError: There is no such model or version.
        """
        with self._database.write() as transaction:
            model, version = self._locked(transaction, identity, Role.APPROVER, model_name, ref)
            now = time.time_ns() // 1_000_000
            transaction.versions.approve(version.id, Approval(identity.name, now, reason))
            _record(transaction, identity, "version.approve", model, version, reason)

    def withdraw(self, identity: Identity, model_name: str, ref: str, reason: str | None) -> None:
        """Take the approval of a version back.

        Raises:
            ConflictError: It was not approved, or a protected alias points to it.
        """
        with self._database.write() as transaction:
            model, version = self._locked(transaction, identity, Role.APPROVER, model_name, ref)
            shown = f"version {version.name!r} of {model.shown}"
            if not transaction.versions.approvals([version.id]):
                raise ConflictError(f"{shown} was not approved")
            for alias in aliases_of(transaction, model.id):
                if alias.version_id == version.id and self._lookup.is_protected(alias.name):
                    raise ConflictError(
                        f"{shown} has the protected alias {alias.name!r}: move it away first"
                    )
            transaction.versions.withdraw(version.id)
            _record(transaction, identity, "version.withdraw", model, version, reason)

    def compare(
        self, identity: Identity, model_name: str, refs: Sequence[str]
    ) -> Sequence[VersionDetail]:
        """Return several versions of a model in the order asked for."""
        if not 2 <= len(refs) <= MOST_COMPARED:
            raise InvalidRequestError(f"name 2 to {MOST_COMPARED} versions to compare")
        return [self._registrations.detail(identity, model_name, ref) for ref in refs]

    def deployments(
        self, identity: Identity, model_name: str, ref: str
    ) -> tuple[VersionDetail, Sequence[tuple[InferenceService, ServingEnvironment]]]:
        """Return a version and where it is served by name."""
        detail = self._registrations.detail(identity, model_name, ref)
        with self._database.read() as transaction:
            return detail, deployments_of(transaction, detail.version)

    def trained_on(
        self, identity: Identity, digest: str
    ) -> Sequence[tuple[RegisteredModel, ModelVersion, DatasetArtifact]]:
        """Return the versions that name data of this digest, so far as they may be read."""
        identity.require_somewhere(Role.READER)
        with self._database.read() as transaction:
            data = transaction.resources.every(DatasetArtifact, digest=digest)
            owners = [item.model_version_id for item in data if item.model_version_id]
            of_these = {"id__in": owners, "collection": self._lookup.collection}
            versions = transaction.resources.every(ModelVersion, **of_these)
            parents = [version.registered_model_id for version in versions]
            models = transaction.resources.every(RegisteredModel, id__in=parents)
        version_of = {version.id: version for version in versions}
        model_of = {model.id: model for model in models}
        return [
            (model, version, item)
            for item in data
            if (version := version_of.get(item.model_version_id or 0)) is not None
            and (model := model_of[version.registered_model_id]) is not None
            and identity.has(Role.READER, str(model.name))
        ]

    def delete(self, identity: Identity, model_name: str, ref: str, reason: str | None) -> None:
        """Delete a version; its name stays taken, its bytes are left to the collection.

        Raises:
            ConflictError: An alias or a deployment holds it.
        """
        with self._database.write() as transaction:
            model, version = self._locked(transaction, identity, Role.APPROVER, model_name, ref)
            refuse_held(transaction, version)
            _delete(transaction, identity, model, version, reason)

    def archive(self, identity: Identity, model_name: str, ref: str, reason: str | None) -> None:
        """Put a version away: no alias may point to it, and a retention may delete it.

        Raises:
            ConflictError: An alias or a deployment holds it.
        """
        self._set_state(identity, model_name, ref, ARCHIVED, reason)

    def restore(self, identity: Identity, model_name: str, ref: str, reason: str | None) -> None:
        """Take an archived version back."""
        self._set_state(identity, model_name, ref, LIVE, reason)

    def _set_state(
        self, identity: Identity, model_name: str, ref: str, state: str, reason: str | None
    ) -> None:
        with self._database.write() as transaction:
            model, version = self._locked(transaction, identity, Role.WRITER, model_name, ref)
            if version.state == state:
                return
            if state == ARCHIVED:
                refuse_held(transaction, version)
            transaction.resources.save(replace(version, state=state))
            action = "version.archive" if state == ARCHIVED else "version.restore"
            _record(transaction, identity, action, model, version, reason)

    def _locked(
        self, transaction: Transaction, identity: Identity, role: Role, model_name: str, ref: str
    ) -> tuple[RegisteredModel, ModelVersion]:
        """Return a version and its model, whose other writers wait."""
        model = self._lookup.model(transaction, identity, role, model_name)
        transaction.resources.lock(RegisteredModel, model.id)
        return model, self._lookup.version(transaction, model, ref)

    def retain(
        self, identity: Identity, model_name: str, keep_last: int, older_than_days: float, dry: bool
    ) -> Sequence[ModelVersion]:
        """Delete archived versions that nothing holds.

        Args:
            identity: Who asks.
            model_name: The model.
            keep_last: So many of the newest versions stay, archived or not.
            older_than_days: Younger versions stay.
            dry: Only say which they are.

        Returns:
            The deleted versions.
        """
        oldest = time.time_ns() // 1_000_000 - older_than_days * DAY_MS
        doomed: list[ModelVersion] = []
        query, seen = ListQuery(page_size=RETAINED_AT_A_TIME, descending=True), 0
        while True:
            # Others write between two pages.
            with self._database.write() as transaction:
                model = self._lookup.model(transaction, identity, Role.APPROVER, model_name)
                transaction.resources.lock(RegisteredModel, model.id)
                page = transaction.resources.page(ModelVersion, query, registered_model_id=model.id)
                for version in page.items[max(keep_last - seen, 0) :]:
                    is_due = version.state == ARCHIVED and version.created_at <= oldest
                    if is_due and not holders_of(transaction, version):
                        doomed.append(version)
                        if not dry:
                            _delete(transaction, identity, model, version, "retention")
            seen += len(page.items)
            if page.next is None:
                return doomed
            query = replace(query, after=page.next)


def deployments_of(
    transaction: Transaction, version: ModelVersion
) -> Sequence[tuple[InferenceService, ServingEnvironment]]:
    """Return where a version is served by name."""
    own = {"registered_model_id": version.registered_model_id, "model_version_id": version.id}
    services = transaction.resources.every(InferenceService, **own)
    environments = transaction.resources.every(
        ServingEnvironment, id__in=[service.serving_environment_id for service in services]
    )
    by_id = {environment.id: environment for environment in environments}
    return [(service, by_id[service.serving_environment_id]) for service in services]


def comparison(details: Sequence[VersionDetail]) -> Mapping[str, Mapping[str, Sequence[Any]]]:
    """Return what was registered side by side: for each name, the value in every version."""
    contents = [detail.content for detail in details]
    sides: dict[str, list[Mapping[str, Any]]] = {
        "metrics": [content.metrics for content in contents],
        "parameters": [content.parameters for content in contents],
        "datasets": [
            {f"{data.role}:{data.name}": data.digest for data in content.datasets}
            for content in contents
        ],
        "files": [{file.path: file.sha256 for file in content.files} for content in contents],
        "lineage": [content.document.lineage for content in contents],
    }
    return {part: by_name(values) for part, values in sides.items()}


def by_name(sides: Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[Any]]:
    """Return, for each name that any side has, its value on every side; None where it has none."""
    names = sorted({name for side in sides for name in side})
    return {name: [side.get(name) for side in sides] for name in names}


def _record(
    transaction: Transaction,
    identity: Identity,
    action: str,
    model: RegisteredModel,
    version: ModelVersion,
    reason: str | None,
) -> None:
    record(transaction, identity, action, model, str(version.name), {"reason": reason})


def _delete(
    transaction: Transaction,
    identity: Identity,
    model: RegisteredModel,
    version: ModelVersion,
    reason: str | None,
) -> None:
    transaction.versions.delete(version, identity.name, reason)
    detail = {"number": version.number, "digest": version.digest, "reason": reason}
    record(transaction, identity, "version.delete", model, str(version.name), detail)
