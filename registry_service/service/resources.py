"""Create, read, update and list the resources of the Kubeflow API."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.resources import Artifact, ModelVersion, RegisteredModel, Resource
from registry_service.domain.serving import InferenceService
from registry_service.errors import InvalidRequestError, NotFoundError
from registry_service.service.ports import Database, Transaction

R = TypeVar("R", bound=Resource)

NAME_LENGTH = 255


class Resources:
    """The use cases that all resources share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, resource: R) -> R:
        """Store a new resource.

        Raises:
            NotFoundError: Its parent does not exist.
            AlreadyExistsError: Name or external id is taken.
        """
        with self._database.write() as transaction:
            return create(transaction, resource)

    def get(self, kind: type[R], resource_id: int) -> R:
        """Return a resource. Raises NotFoundError."""
        with self._database.read() as transaction:
            return transaction.get(kind, resource_id)

    def find(self, kind: type[R], **where: Any) -> R:
        """Return the one resource with these values. Raises NotFoundError, also for several."""
        with self._database.read() as transaction:
            found = transaction.find(kind, **where)
        if found is None:
            shown = ", ".join(f"{name}={value}" for name, value in where.items())
            raise NotFoundError(f"no {kind.label} found for {shown}: not found")
        return found

    def update(self, kind: type[R], resource_id: int, changes: Mapping[str, Any]) -> R:
        """Change the given fields of a resource, leave the others. Raises NotFoundError."""
        with self._database.write() as transaction:
            return update(transaction, kind, resource_id, changes)

    def page(self, kind: type[R], query: ListQuery, **where: Any) -> Page[R]:
        """Return one page of the resources whose columns have these values."""
        with self._database.read() as transaction:
            return transaction.page(kind, query, **where)

    def children(
        self, parent: type[Resource], parent_id: int, kind: type[R], query: ListQuery, **where: Any
    ) -> Page[R]:
        """Return one page of the resources that `where` ties to a parent.

        Raises:
            NotFoundError: The parent does not exist.
        """
        with self._database.read() as transaction:
            transaction.get(parent, parent_id)
            return transaction.page(kind, query, **where)

    def served_model(self, service_id: int) -> RegisteredModel:
        """Return the model that an inference service serves. Raises NotFoundError."""
        with self._database.read() as transaction:
            service = transaction.get(InferenceService, service_id)
            return transaction.get(RegisteredModel, service.registered_model_id)

    def served_version(self, service_id: int) -> ModelVersion:
        """Return the version that is served: the given one, else the model's newest.

        Raises:
            NotFoundError: There is no such service, or its model has no version.
        """
        with self._database.read() as transaction:
            service = transaction.get(InferenceService, service_id)
            if service.model_version_id is not None:
                return transaction.get(ModelVersion, service.model_version_id)
            newest = ListQuery(page_size=1, descending=True)
            model_id = service.registered_model_id
            versions = transaction.page(ModelVersion, newest, registered_model_id=model_id)
        if not versions.items:
            raise NotFoundError(f"no model versions found for id {service_id}: not found")
        return versions.items[0]


def create(transaction: Transaction, resource: R) -> R:
    """Store a new resource within a transaction."""
    check_texts(resource)
    if isinstance(resource, ModelVersion):
        number = transaction.next_number(resource.registered_model_id)
        resource = replace(resource, number=number)
    if resource.name is None:
        resource = replace(resource, name=str(uuid.uuid4()))
    return transaction.add(resource)


def update(
    transaction: Transaction, kind: type[R], resource_id: int, changes: Mapping[str, Any]
) -> R:
    """Change the given fields of a resource within a transaction; an artifact keeps its type."""
    transaction.lock(kind, resource_id)
    if issubclass(kind, Artifact) and not isinstance(transaction.get(Artifact, resource_id), kind):
        raise InvalidRequestError(
            f"mismatched types, artifact with id {resource_id} is not a {kind.label}: bad request"
        )
    changed = replace(transaction.get(kind, resource_id), **changes)
    check_texts(changed)
    return transaction.save(changed)


def check_texts(resource: Resource) -> None:
    """Raise InvalidRequestError for a name, external id or property name that is too long."""
    texts = {"name": resource.name, "externalId": resource.external_id}
    texts |= {f"customProperties[{name[:20]}]": name for name in resource.custom_properties}
    for field, text in texts.items():
        if text is not None and len(text) > NAME_LENGTH:
            raise InvalidRequestError(
                f"{field} has {len(text)} characters, {NAME_LENGTH} at most: bad request"
            )
