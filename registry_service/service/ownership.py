"""Which model a resource belongs to, and who may touch it."""

from typing import TypeVar

from registry_service.domain.access import Identity, Role
from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter, literal_pattern
from registry_service.domain.resources import Artifact, ModelVersion, RegisteredModel, Resource
from registry_service.domain.serving import InferenceService, ServeModel
from registry_service.errors import ForbiddenError
from registry_service.service.ports import Transaction

R = TypeVar("R", bound=Resource)


def model_name_of(transaction: Transaction, resource: Resource) -> str | None:
    """Return the name of the model that a resource belongs to, None when it is no model's."""
    match resource:
        case RegisteredModel():
            return resource.name
        case ModelVersion() | InferenceService():
            return transaction.resources.get(RegisteredModel, resource.registered_model_id).name
        case Artifact(model_version_id=int(version_id)) | ServeModel(model_version_id=version_id):
            return model_name_of(transaction, transaction.resources.get(ModelVersion, version_id))
        case _:
            return None


def authorize(transaction: Transaction, identity: Identity, role: Role, resource: R) -> R:
    """Return the resource.

    Raises:
        ForbiddenError: The identity lacks the role over the resource's model, whose name the
            message does not tell; for what belongs to no model, over all models.
    """
    if identity.has_everywhere(role):
        return resource
    name = model_name_of(transaction, resource)
    if name is None:
        identity.require_everywhere(role)
    elif not identity.has(role, name):
        raise ForbiddenError(
            f"{identity.name} is not a {role.name.lower()} of this {resource.label}"
        )
    return resource


def visible_models(identity: Identity, condition: Filter | None) -> Filter | None:
    """Return a filter on models narrowed to those that someone may read."""
    if identity.has_everywhere(Role.READER):
        return condition
    identity.require_somewhere(Role.READER)
    granted = identity.granting(Role.READER)
    models = tuple(grant.model for grant in granted if grant.model is not None)
    prefixes = [literal_pattern(grant.prefix) for grant in granted if grant.model is None]
    mine = [Comparison("name", None, "LIKE", f"{each}%", custom=False) for each in prefixes]
    if models:
        mine.append(Comparison("name", None, "IN", models, custom=False))
    return AnyOf(tuple(mine)) if condition is None else AllOf((condition, AnyOf(tuple(mine))))
