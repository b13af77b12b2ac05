"""From names to what they name."""

from collections.abc import Sequence

from registry_service.domain.registration import Alias
from registry_service.domain.resources import ModelVersion, RegisteredModel
from registry_service.errors import AlreadyExistsError, NotFoundError
from registry_service.service.ports import Transaction


def model_named(transaction: Transaction, name: str) -> RegisteredModel:
    """Return the model of a name. Raises NotFoundError."""
    model = transaction.resources.find(RegisteredModel, name=name)
    if model is None:
        raise NotFoundError(f"there is no model {name!r}")
    return model


def version_named(transaction: Transaction, model: RegisteredModel, ref: str) -> ModelVersion:
    """Return the version of a model by name, number or alias. Raises NotFoundError."""
    version = transaction.versions.resolve(model.id, ref)
    if version is None:
        if gone := transaction.versions.deleted(model.id, ref):
            raise NotFoundError(
                f"version {ref!r} of model {model.name!r} was deleted by {gone.actor}"
                + (f": {gone.reason}" if gone.reason else "")
            )
        raise NotFoundError(f"model {model.name!r} has no version, number or alias {ref!r}")
    return version


def aliases_of(transaction: Transaction, model: RegisteredModel) -> Sequence[Alias]:
    """Return the aliases of a model, sorted by name."""
    return transaction.aliases.of([model.id])[model.id]


def refuse_deleted_name(transaction: Transaction, model_id: int, name: str) -> None:
    """Raise AlreadyExistsError when a deleted version of the model had this name."""
    if transaction.versions.deleted(model_id, name):
        raise AlreadyExistsError(
            f"model version with name {name} already existed and was deleted; "
            "its name is not given again: conflict"
        )
