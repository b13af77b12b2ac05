"""Create, read, update and list the resources of the Kubeflow API."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from registry_service.domain import limits
from registry_service.domain.access import Identity, Role
from registry_service.domain.experiments import ExperimentRun
from registry_service.domain.names import canonical, fault_of
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.registration import FileEntry
from registry_service.domain.resources import (
    ARCHIVED,
    DATASETS,
    Artifact,
    ModelVersion,
    RegisteredModel,
    Resource,
)
from registry_service.domain.serving import InferenceService
from registry_service.errors import InvalidRequestError, NotFoundError
from registry_service.service.audit import named, record
from registry_service.service.lookup import Lookup
from registry_service.service.ownership import (
    REFERENCES,
    authorize,
    authorize_ties,
    get_known,
    known,
    model_of,
    visible_models,
)
from registry_service.service.ports import Database, Transaction
from registry_service.service.version_rules import hold_writers, keep_approved, refuse_held

R = TypeVar("R", bound=Resource)


class Resources:
    """The use cases that all resources share."""

    def __init__(self, database: Database, lookup: Lookup) -> None:
        self._database = database
        self._lookup = lookup

    def create(self, identity: Identity, resource: R) -> R:
        """Store a new resource.

        Raises:
            NotFoundError: Its parent does not exist.
            AlreadyExistsError: Name or external id is taken.
        """
        with self._database.write() as transaction:
            return create(transaction, identity, self._lookup, resource)

    def get(self, identity: Identity, kind: type[R], resource_id: int) -> R:
        """Return a resource. Raises NotFoundError."""
        with self._database.read() as transaction:
            found = get_known(transaction, kind, resource_id)
            absence = kind.absence(resource_id)
            return authorize(transaction, identity, Role.READER, found, absence)

    def find(self, identity: Identity, kind: type[R], **where: Any) -> R:
        """Return the one resource with these values.

        Raises:
            NotFoundError: There is none, or there are several.
            ForbiddenError: The identity may not read it; nor, by its name, a model that may be
                there or not.
        """
        shown = ", ".join(f"{_shown(name)}={value}" for name, value in where.items())
        absence = NotFoundError(f"no {kind.label} found for {shown}: not found")
        wanted = _canonical(where)
        if kind is RegisteredModel and "name" in wanted:
            identity.require(Role.READER, wanted["name"])
        with self._database.read() as transaction:
            found = transaction.resources.find(kind, **wanted, **known(kind))
            if found is None:
                raise absence
            return authorize(transaction, identity, Role.READER, found, absence)

    def update(
        self, identity: Identity, kind: type[R], resource_id: int, changes: Mapping[str, Any]
    ) -> R:
        """Change the given fields of a resource, leave the others. Raises NotFoundError."""
        with self._database.write() as transaction:
            get_known(transaction, Artifact if issubclass(kind, Artifact) else kind, resource_id)
            saved = update(transaction, identity, kind, resource_id, changes)
            if isinstance(saved, RegisteredModel) and changes.get("state") == ARCHIVED:
                self._lookup.refuse_held(transaction, saved)
            return saved

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
            return transaction.resources.page(kind, query, **_canonical(where), **known(kind))

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
            owner = get_known(transaction, parent, parent_id)
            authorize(transaction, identity, Role.READER, owner)
            return transaction.resources.page(kind, query, **_canonical(where))

    def files_of(self, identity: Identity, version_id: int) -> Sequence[FileEntry]:
        """Return the files of a version. Raises NotFoundError."""
        with self._database.read() as transaction:
            version = get_known(transaction, ModelVersion, version_id)
            authorize(transaction, identity, Role.READER, version)
            return transaction.files.of([version_id])[version_id]

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
                version = transaction.resources.get(ModelVersion, service.model_version_id)
                # It may be another model's where it was named before that was refused.
                return authorize(transaction, identity, Role.READER, version)
            newest = ListQuery(page_size=1, descending=True)
            model_id = service.registered_model_id
            versions = transaction.resources.page(
                ModelVersion, newest, registered_model_id=model_id
            )
        if not versions.items:
            raise NotFoundError(f"no model versions found for id {service_id}: not found")
        return versions.items[0]


def create(transaction: Transaction, identity: Identity, lookup: Lookup, resource: R) -> R:
    """Store a new resource within a transaction.

    Raises:
        ForbiddenError: The identity may not do this to what the resource belongs to or names.
        NotFoundError: What it belongs to or names does not exist.
        ConflictError: Its name is taken, or the version that it belongs to was approved.
    """
    resource = sound(resource)
    if isinstance(resource, RegisteredModel):
        refuse_ref(resource)
    authorize_ties(transaction, identity, resource)
    authorize(transaction, identity, Role.WRITER, resource)
    _check_owned_name(resource)
    _check_times(resource)
    if isinstance(resource, ModelVersion):
        get_known(transaction, RegisteredModel, resource.registered_model_id)
        number = transaction.versions.next_number(resource.registered_model_id)
        lookup.take_name(transaction, resource.registered_model_id, str(resource.name))
        resource = replace(resource, number=number)
    if isinstance(resource, Artifact) and resource.model_version_id is not None:
        hold_writers(transaction, resource)
        keep_approved(transaction, None, resource)
    if resource.name is None:
        resource = replace(resource, name=str(uuid.uuid4()))
    stored = transaction.resources.add(resource)
    record_creation(transaction, identity, stored)
    return stored


def update(
    transaction: Transaction,
    identity: Identity,
    kind: type[R],
    resource_id: int,
    changes: Mapping[str, Any],
) -> R:
    """Change the given fields of a resource within a transaction; an artifact keeps its type.

    Raises:
        ForbiddenError: The identity may not do this to the resource, or to what it would name.
        NotFoundError: It, or what it would name, does not exist.
        ConflictError: A version that would be archived is held, or what would change is part of
            an approved version.
    """
    base = Artifact if issubclass(kind, Artifact) else kind
    hold_writers(transaction, transaction.resources.get(base, resource_id))
    stored = transaction.resources.get(base, resource_id)
    authorize(transaction, identity, Role.WRITER, stored, base.absence(resource_id))
    if not isinstance(stored, kind):
        raise InvalidRequestError(
            f"mismatched types, artifact with id {resource_id} is not a {kind.label}: bad request"
        )
    changed = replace(stored, **changes)
    if "custom_properties" in changes:
        changed = replace(sound(replace(changed, name=None)), name=stored.name)
    _check_times(changed)
    if REFERENCES.keys() & changes.keys():
        authorize_ties(transaction, identity, changed)
    keep_approved(transaction, stored, changed)
    if isinstance(stored, ModelVersion) and stored.state != changes.get("state") == ARCHIVED:
        refuse_held(transaction, stored)
    saved = transaction.resources.save(changed)
    _record(transaction, identity, "update", saved, named("changes", _changes(stored, changed)))
    return saved


def _changes(before: Resource, after: Resource) -> Mapping[str, Any]:
    """Return the old and the new value of each field that changes, of properties one by one."""
    old, new = _flat(before), _flat(after)
    return {
        name: {"from": old.get(name), "to": new.get(name)}
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    }


def _flat(resource: Resource) -> Mapping[str, Any]:
    values = {field.name: getattr(resource, field.name) for field in fields(resource)}
    properties = values.pop("custom_properties")
    shown = {_shown(name): value for name, value in values.items() if name != "updated_at"}
    named = {f"customProperties.{name}": value for name, (_, value) in properties.items()}
    return {**shown, **named}


def record_creation(transaction: Transaction, identity: Identity, resource: Resource) -> None:
    """Append to the audit log that a resource was created."""
    _record(transaction, identity, "create", resource, {"name": resource.name})


def _record(
    transaction: Transaction,
    identity: Identity,
    verb: str,
    resource: Resource,
    detail: Mapping[str, Any],
) -> None:
    if isinstance(resource, Artifact) and resource.experiment_run_id is not None:
        return  # A run is its own record of what was logged to it.
    model = model_of(transaction, resource)
    is_data_set = isinstance(resource, RegisteredModel) and resource.collection == DATASETS
    subject = "dataset" if is_data_set else resource.label.replace(" ", "_")
    action = f"{subject}.{verb}"
    record(transaction, identity, action, model, str(resource.id), detail)


def refuse_ref(model: RegisteredModel) -> None:
    """Raise InvalidRequestError for a new model whose name people would take for a version's."""
    if "@" in str(model.name):
        raise InvalidRequestError(
            "name has an @, which stands before a version, as in churn@champion: bad request"
        )


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


def _canonical(where: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return wanted values, with the name in the form that stored ones have."""
    return {**where, "name": canonical(where["name"])} if "name" in where else where


def _shown(column: str) -> str:
    """Return a column's name as callers know it."""
    first, *others = column.split("_")
    return first + "".join(word.capitalize() for word in others)


def sound(resource: R) -> R:
    """Return a resource whose names, and those of its properties, have their one form.

    Raises:
        InvalidRequestError: One of them has what nobody sees.
    """
    name = None if resource.name is None else canonical(resource.name)
    properties = {canonical(each): value for each, value in resource.custom_properties.items()}
    names = {"name": name} | {f"customProperties[{each[:20]!r}]": each for each in properties}
    for field, text in names.items():
        if text is not None and (fault := fault_of(text)):
            raise InvalidRequestError(f"{field} {fault}: bad request")
    return replace(resource, name=name, custom_properties=properties)
