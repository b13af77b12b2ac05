"""Create, read, update and list the resources of the Kubeflow API."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from registry_service.domain import limits
from registry_service.domain.access import Identity, Role
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.resources import Artifact, ModelVersion, RegisteredModel, Resource
from registry_service.domain.serving import InferenceService, ServingEnvironment
from registry_service.errors import InvalidRequestError, NotFoundError
from registry_service.service.audit import record
from registry_service.service.lookup import refuse_deleted_name
from registry_service.service.ownership import authorize, model_name_of, visible_models
from registry_service.service.ports import Database, Transaction

R = TypeVar("R", bound=Resource)

# Which resources others name; those of artifacts and of versions are read where they are made.
_NAMED: Mapping[str, type[Resource]] = {
    "serving_environment_id": ServingEnvironment,
    "registered_model_id": RegisteredModel,
    "inference_service_id": InferenceService,
    "model_version_id": ModelVersion,
    "experiment_id": Experiment,
}


class Resources:
    """The use cases that all resources share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, identity: Identity, resource: R) -> R:
        """Store a new resource.

        Raises:
            NotFoundError: Its parent does not exist.
            AlreadyExistsError: Name or external id is taken.
        """
        with self._database.write() as transaction:
            authorize(transaction, identity, Role.WRITER, resource)
            return create(transaction, identity, resource)

    def get(self, identity: Identity, kind: type[R], resource_id: int) -> R:
        """Return a resource. Raises NotFoundError."""
        with self._database.read() as transaction:
            found = transaction.resources.get(kind, resource_id)
            return authorize(transaction, identity, Role.READER, found)

    def find(self, identity: Identity, kind: type[R], **where: Any) -> R:
        """Return the one resource with these values. Raises NotFoundError, also for several."""
        with self._database.read() as transaction:
            found = transaction.resources.find(kind, **where)
            if found is not None:
                authorize(transaction, identity, Role.READER, found)
        if found is None:
            shown = ", ".join(f"{_shown(name)}={value}" for name, value in where.items())
            raise NotFoundError(f"no {kind.label} found for {shown}: not found")
        return found

    def update(
        self, identity: Identity, kind: type[R], resource_id: int, changes: Mapping[str, Any]
    ) -> R:
        """Change the given fields of a resource, leave the others. Raises NotFoundError."""
        with self._database.write() as transaction:
            return update(transaction, identity, kind, resource_id, changes)

    def page(self, identity: Identity, kind: type[R], query: ListQuery, **where: Any) -> Page[R]:
        """Return one page of the resources whose columns have these values.

        Raises:
            ForbiddenError: Other lists than that of models need a reader of all models.
        """
        if kind is RegisteredModel:
            query = replace(query, filter=visible_models(identity, query.filter))
        else:
            identity.require_everywhere(Role.READER)
        with self._database.read() as transaction:
            return transaction.resources.page(kind, query, **where)

    def children(
        self,
        identity: Identity,
        parent: type[Resource],
        parent_id: int,
        kind: type[R],
        query: ListQuery,
        **where: Any,
    ) -> Page[R]:
        """Return one page of the resources that `where` ties to a parent.

        Raises:
            NotFoundError: The parent does not exist.
        """
        with self._database.read() as transaction:
            owner = transaction.resources.get(parent, parent_id)
            authorize(transaction, identity, Role.READER, owner)
            return transaction.resources.page(kind, query, **where)

    def served_model(self, identity: Identity, service_id: int) -> RegisteredModel:
        """Return the model that an inference service serves. Raises NotFoundError."""
        with self._database.read() as transaction:
            service = transaction.resources.get(InferenceService, service_id)
            authorize(transaction, identity, Role.READER, service)
            return transaction.resources.get(RegisteredModel, service.registered_model_id)

    def served_version(self, identity: Identity, service_id: int) -> ModelVersion:
        """Return the version that is served: the given one, else the model's newest.

        Raises:
            NotFoundError: There is no such service, or its model has no version.
        """
        with self._database.read() as transaction:
            service = transaction.resources.get(InferenceService, service_id)
            authorize(transaction, identity, Role.READER, service)
            if service.model_version_id is not None:
                return transaction.resources.get(ModelVersion, service.model_version_id)
            newest = ListQuery(page_size=1, descending=True)
            model_id = service.registered_model_id
            versions = transaction.resources.page(
                ModelVersion, newest, registered_model_id=model_id
            )
        if not versions.items:
            raise NotFoundError(f"no model versions found for id {service_id}: not found")
        return versions.items[0]


def create(transaction: Transaction, identity: Identity, resource: R) -> R:
    """Store a new resource within a transaction."""
    _check_owned_name(resource)
    _check_times(resource)
    if not isinstance(resource, (Artifact, ModelVersion)):
        _refuse_missing(transaction, resource)
    if isinstance(resource, ModelVersion):
        number = transaction.versions.next_number(resource.registered_model_id)
        refuse_deleted_name(transaction, resource.registered_model_id, str(resource.name))
        resource = replace(resource, number=number)
    if resource.name is None:
        resource = replace(resource, name=str(uuid.uuid4()))
    stored = transaction.resources.add(resource)
    _record(transaction, identity, "create", stored, {"name": stored.name})
    return stored


def update(
    transaction: Transaction,
    identity: Identity,
    kind: type[R],
    resource_id: int,
    changes: Mapping[str, Any],
) -> R:
    """Change the given fields of a resource within a transaction; an artifact keeps its type."""
    transaction.resources.lock(kind, resource_id)
    found = transaction.resources.get(Artifact if issubclass(kind, Artifact) else kind, resource_id)
    if not isinstance(found, kind):
        raise InvalidRequestError(
            f"mismatched types, artifact with id {resource_id} is not a {kind.label}: bad request"
        )
    stored = authorize(transaction, identity, Role.WRITER, found)
    changed = replace(stored, **changes)
    _check_times(changed)
    if not issubclass(kind, Artifact) and _NAMED.keys() & changes.keys():
        _refuse_missing(transaction, changed)
    saved = transaction.resources.save(changed)
    _record(transaction, identity, "update", saved, {"fields": sorted(changes)})
    return saved


def _record(
    transaction: Transaction,
    identity: Identity,
    verb: str,
    resource: Resource,
    detail: Mapping[str, Any],
) -> None:
    model_name = model_name_of(transaction, resource)
    action = f"{resource.label.replace(' ', '_')}.{verb}"
    record(transaction, identity, action, model_name, str(resource.id), detail)


def _check_owned_name(resource: Resource) -> None:
    """Raise InvalidRequestError for a name that is too long beside its owner's id.

    Kubeflow's registry keeps `<id of the owner>:<name>` in 255 characters, and its clients count
    on what is longer being refused.
    """
    owner = resource.parent and getattr(resource, resource.parent)
    limit = limits.NAME - len(f"{owner}:")
    if owner and resource.name is not None and len(resource.name) > limit:
        raise InvalidRequestError(
            f"name has {len(resource.name)} characters, {limit} at most: bad request"
        )


def _check_times(resource: Resource) -> None:
    """Raise InvalidRequestError for a run that ended before it started."""
    if not isinstance(resource, ExperimentRun):
        return
    start, end = resource.start_time_since_epoch, resource.end_time_since_epoch
    if start is not None and end is not None and end < start:
        raise InvalidRequestError(
            f"endTimeSinceEpoch {end} is less than startTimeSinceEpoch {start}: bad request"
        )


def _refuse_missing(transaction: Transaction, resource: Resource) -> None:
    """Raise NotFoundError when a resource names one that does not exist."""
    for column, kind in _NAMED.items():
        number = getattr(resource, column, None)
        if number is not None:
            transaction.resources.get(kind, number)


def _shown(column: str) -> str:
    """Return a column's name as callers know it."""
    first, *others = column.split("_")
    return first + "".join(word.capitalize() for word in others)
