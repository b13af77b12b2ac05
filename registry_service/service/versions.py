"""Approve, compare, trace and delete versions."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from registry_service.domain import limits
from registry_service.domain.access import Identity, Role
from registry_service.domain.paging import ListQuery, Page
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
from registry_service.service.audit import named, record
from registry_service.service.lookup import Lookup, aliases_of
from registry_service.service.ports import Database, Transaction
from registry_service.service.registrations import Registrations
from registry_service.service.version_rules import holders_of, refuse_held

MOST_COMPARED = 20
DAY_MS = 86_400_000
RETAINED_AT_A_TIME = 100
USES_AT_A_TIME = 100


class Use(NamedTuple):
    """Data that a version of a model names."""

    model: RegisteredModel
    version: ModelVersion
    data: DatasetArtifact


class Versions:
    """The use cases around the life of versions."""

    def __init__(self, database: Database, registrations: Registrations, lookup: Lookup) -> None:
        self._database = database
        self._registrations = registrations
        self._lookup = lookup

    def approve(self, identity: Identity, model_name: str, ref: str, reason: str | None) -> None:
        """Find a version fit for protected aliases; what it consists of is frozen from then on.

        The audit log keeps the digests of what was approved: of the version and of its evidence.

        Raises:
            ForbiddenError: The identity is no approver of the model.
            NotFoundError: There is no such model or version.
        """
        with self._database.write() as transaction:
            model, version = self._locked(transaction, identity, Role.APPROVER, model_name, ref)
            now = time.time_ns() // 1_000_000
            transaction.versions.approve(version.id, Approval(identity.name, now, reason))
            evidence = transaction.files.evidence([version.id])[version.id]
            detail = {
                "reason": reason,
                "digest": version.digest,
                **named("evidence", {file.path: file.sha256 for file in evidence}),
            }
            record(transaction, identity, "version.approve", model, str(version.name), detail)

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

    def trained_on(self, identity: Identity, digest: str, query: ListQuery) -> Page[Use]:
        """Return one page of the uses of data of a digest, so far as they may be read."""
        identity.require_somewhere(Role.READER)
        size = min(query.page_size or limits.PAGE, limits.PAGE)
        found: list[Use] = []
        query = replace(query, page_size=USES_AT_A_TIME)
        with self._database.read() as transaction:
            while len(found) <= size:
                page = transaction.resources.page(DatasetArtifact, query, digest=digest)
                found += self._uses(transaction, identity, page.items)
                if page.next is None:
                    break
                query = replace(query, after=page.next)
        more = len(found) > size
        return Page(found[:size], query.place_of(found[size - 1].data) if more else None)

    def _uses(
        self, transaction: Transaction, identity: Identity, data: Sequence[DatasetArtifact]
    ) -> Iterator[Use]:
        """Yield the uses of data by versions of models that someone may read."""
        owners = [item.model_version_id for item in data]
        own = {"id__in": owners, "collection": self._lookup.collection}
        version_of = {each.id: each for each in transaction.resources.every(ModelVersion, **own)}
        parents = [version.registered_model_id for version in version_of.values()]
        models = transaction.resources.every(RegisteredModel, id__in=parents)
        model_of = {each.id: each for each in models if identity.has(Role.READER, str(each.name))}
        for item in data:
            version = version_of.get(item.model_version_id or 0)
            model = version and model_of.get(version.registered_model_id)
            if version and model:
                yield Use(model, version, item)

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
        "properties": [
            {name: value for name, (_, value) in detail.version.custom_properties.items()}
            for detail in details
        ],
    }
    return {part: by_name(values) for part, values in sides.items()}


def question_of(detail: VersionDetail) -> Mapping[str, Any]:
    """Return what a version predicts, so far as it was registered: `task` and `target`."""
    found = {
        name: said.value
        for name in ("task", "target")
        if (said := detail.version.custom_properties.get(name)) is not None
    }
    schema = detail.content.document.schema
    if "target" not in found and isinstance(schema, Mapping) and schema.get("target"):
        found["target"] = schema["target"]
    return found


def answer_alike(details: Sequence[VersionDetail]) -> bool:
    """Tell whether nothing says that versions predict different things.

    Only then is one metric less another a figure.
    """
    return all(
        len({json.dumps(values[name]) for values in map(question_of, details) if name in values})
        <= 1
        for name in ("task", "target")
    )


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
