"""Which model a resource belongs to, and who may touch it."""

from collections.abc import Mapping
from typing import TypeVar

from registry_service.domain.access import Identity, Role
from registry_service.domain.experiments import Experiment, PastMetric
from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter, literal_pattern
from registry_service.domain.resources import (
    MODELS,
    Artifact,
    Collection,
    ModelVersion,
    RegisteredModel,
    Resource,
)
from registry_service.domain.serving import InferenceService, ServeModel, ServingEnvironment
from registry_service.errors import RegistryError
from registry_service.service.ports import Transaction

R = TypeVar("R", bound=Resource)


def known(kind: type[Resource]) -> Mapping[str, Collection]:
    """Return what narrows a kind of resource to what Kubeflow's API knows: no data sets."""
    has_collection = issubclass(kind, (RegisteredModel, ModelVersion, Artifact))
    return {"collection": MODELS} if has_collection and kind is not PastMetric else {}


def get_known(transaction: Transaction, kind: type[R], resource_id: int) -> R:
    """Return a resource that Kubeflow's API knows. Raises NotFoundError, also for data sets."""
    found = transaction.resources.get(kind, resource_id)
    if getattr(found, "collection", MODELS) != MODELS:
        raise kind.absence(resource_id)
    return found


def model_of(transaction: Transaction, resource: Resource) -> RegisteredModel | None:
    """Return the model, or data set, that a resource belongs to, None when it is nobody's."""
    match resource:
        case RegisteredModel():
            return resource
        case ModelVersion() | InferenceService():
            return transaction.resources.get(RegisteredModel, resource.registered_model_id)
        case Artifact(model_version_id=int(version_id)) | ServeModel(model_version_id=version_id):
            return model_of(transaction, transaction.resources.get(ModelVersion, version_id))
        case _:
            return None


def authorize(
    transaction: Transaction,
    identity: Identity,
    role: Role,
    resource: R,
    absence: RegistryError | None = None,
) -> R:
    """Return the resource.

    Args:
        transaction: Where it was read.
        identity: Who asks.
        role: What they need over the resource's model; over all of them where it is no model's.
        resource: The resource, stored or new.
        absence: What is told of a stored one that is not there; by default what `get` says.

    Raises:
        ForbiddenError: They lack the role. Who may not even read it is told that it is not there,
            and others are not told the name of its model.
    """
    if identity.has_everywhere(role):
        return resource
    model = model_of(transaction, resource)
    name = None if model is None else str(model.name)
    if name is not None and identity.has(role, name):
        return resource
    sees_it = (
        identity.has_everywhere(Role.READER) if name is None else identity.has(Role.READER, name)
    )
    told = (absence or resource.absence(resource.id)) if resource.id and not sees_it else None
    of = "all models" if name is None else f"this {resource.label}"
    raise identity.lacks(role, of, name, told)


# What resources name.
REFERENCES: Mapping[str, type[Resource]] = {
    "serving_environment_id": ServingEnvironment,
    "registered_model_id": RegisteredModel,
    "inference_service_id": InferenceService,
    "model_version_id": ModelVersion,
    "experiment_id": Experiment,
}


def authorize_ties(transaction: Transaction, identity: Identity, resource: Resource) -> None:
    """See that someone may tie together all that a resource names, and that it fits together.

    Raises:
        NotFoundError: Something does not exist, or the version is not one of the model.
        ForbiddenError: The identity is no writer of it; of what belongs to no model, and which
            many share, no reader.
    """
    if isinstance(resource, Artifact):
        return  # Whose it is was looked at before it was made.
    if isinstance(resource, ModelVersion) and identity.has_everywhere(Role.WRITER):
        return  # That its model exists is seen when it gets its number.
    model_id: int | None = None
    for column, kind in REFERENCES.items():
        number = getattr(resource, column, None)
        if number is None:
            continue
        named = get_known(transaction, kind, number)
        role = Role.READER if kind is ServingEnvironment else Role.WRITER
        match named:
            case RegisteredModel(id=model_id) | InferenceService(registered_model_id=model_id):
                pass
            case ModelVersion(registered_model_id=of_version) if of_version != model_id:
                # The same words as for one that is not there: others' versions are not told of.
                raise kind.absence(number)
        authorize(transaction, identity, role, named)


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
