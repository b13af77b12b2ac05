"""Set what people say of models and versions: descriptions, owners, tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from registry_service.domain import limits
from registry_service.domain.access import Identity, Role
from registry_service.domain.names import canonical
from registry_service.domain.properties import PropertyValue, Scalar
from registry_service.domain.resources import ModelVersion, RegisteredModel
from registry_service.errors import InvalidRequestError
from registry_service.service.lookup import Lookup
from registry_service.service.ports import Database, Transaction
from registry_service.service.resources import update

R = TypeVar("R", RegisteredModel, ModelVersion)


@dataclass(frozen=True, slots=True)
class Wording:
    """What is to be said.

    Attributes:
        fields: New values of fields; others stay.
        tags: New values of custom properties, None for those to remove; others stay.
    """

    fields: Mapping[str, str | None] = field(default_factory=dict)
    tags: Mapping[str, Scalar | None] = field(default_factory=dict)


class Descriptions:
    """The use cases of describing what is registered."""

    def __init__(self, database: Database, lookup: Lookup) -> None:
        self._database = database
        self._lookup = lookup

    def describe_model(self, identity: Identity, name: str, wording: Wording) -> RegisteredModel:
        """Change what is said of a model. Raises ForbiddenError, NotFoundError."""
        with self._database.write() as transaction:
            model = self._lookup.model(transaction, identity, Role.WRITER, name)
            return _describe(transaction, identity, model, wording)

    def describe_version(
        self, identity: Identity, model_name: str, ref: str, wording: Wording
    ) -> ModelVersion:
        """Change what is said of a version.

        Raises:
            ConflictError: It was approved: its tags stay.
        """
        with self._database.write() as transaction:
            model = self._lookup.model(transaction, identity, Role.WRITER, model_name)
            version = self._lookup.version(transaction, model, ref)
            return _describe(transaction, identity, version, wording)


def _describe(transaction: Transaction, identity: Identity, resource: R, wording: Wording) -> R:
    kind = type(resource)
    # Whoever writes the same resource now is waited for: no tag of theirs is lost.
    transaction.resources.lock(kind, resource.id)
    stored = transaction.resources.get(kind, resource.id)
    properties = dict(stored.custom_properties)
    for name, value in wording.tags.items():
        properties.pop(canonical(name), None)
        if value is not None:
            properties[canonical(name)] = PropertyValue.of(value)
    if len(properties) > limits.PROPERTIES:
        raise InvalidRequestError(f"a {kind.label} has {limits.PROPERTIES} properties at most")
    tags = {"custom_properties": properties} if wording.tags else {}
    return update(transaction, identity, kind, resource.id, {**wording.fields, **tags})
