"""From names to what they name; names of versions and aliases are kept apart."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from registry_service.domain.access import Identity, Role
from registry_service.domain.names import canonical
from registry_service.domain.registration import LATEST, Alias
from registry_service.domain.resources import (
    MODELS,
    NOUNS,
    Collection,
    ModelVersion,
    RegisteredModel,
)
from registry_service.errors import AlreadyExistsError, ConflictError, NotFoundError
from registry_service.service.ports import Transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A version that was looked up, and what whoever did should know about it."""

    version: ModelVersion
    note: str | None = None


class Lookup:
    """Finds models and versions by what they are called.

    An alias counts before a name: a version of that name, which was there before both were kept
    apart, is found by its number.

    Args:
        protected: Aliases that only an approver moves; as `latest`, they name no version.
        collection: What it finds: models, or data sets.
    """

    def __init__(
        self, protected: frozenset[str] = frozenset(), collection: Collection = MODELS
    ) -> None:
        self.collection: Final = collection
        self._protected = frozenset(alias.casefold() for alias in protected)

    def is_protected(self, alias: str) -> bool:
        """Tell whether only an approver moves an alias, and only to approved versions."""
        return alias.casefold() in self._protected

    def refuse_held(self, transaction: Transaction, model: RegisteredModel) -> None:
        """Raise ConflictError when a protected alias points to a version of a model."""
        held = [a.name for a in aliases_of(transaction, model.id) if self.is_protected(a.name)]
        if held:
            raise ConflictError(
                f"{model.shown} is held by alias {', '.join(map(repr, held))}: remove it "
                "first (kfp-tabular registry unalias)"
            )

    def model(
        self, transaction: Transaction, identity: Identity, role: Role, name: str
    ) -> RegisteredModel:
        """Return the model of a name to someone who has a role over it.

        Raises:
            ForbiddenError: They have not.
            NotFoundError: There is no such model.
        """
        name, noun = canonical(name), NOUNS[self.collection]
        identity.require(role, name, noun)
        model = transaction.resources.find(RegisteredModel, name=name, collection=self.collection)
        if model is None:
            raise NotFoundError(f"there is no {noun} {name!r}")
        return model

    def version(self, transaction: Transaction, model: RegisteredModel, ref: str) -> ModelVersion:
        """Return the version of a model by alias, name or number. Raises NotFoundError."""
        return self.found(transaction, model, ref).version

    def found(self, transaction: Transaction, model: RegisteredModel, ref: str) -> Found:
        """Do the same, and say when `ref` is the name of another version too."""
        ref = canonical(ref)
        if ref == LATEST:
            newest = transaction.versions.newest([model.id]).get(model.id)
            if newest is None:
                raise NotFoundError(f"{model.shown} has no version")
            return Found(newest)
        called = transaction.versions.called(model.id, ref)
        named = None if self.is_protected(ref) else called.by_name
        version = called.by_alias or named or called.by_number
        if version is None:
            raise self._absence(transaction, model, ref, called.by_name)
        if called.by_name is None or called.by_name == version:
            return Found(version)
        note = (
            f"{ref!r} of {model.shown} is an alias, and also the name of version number "
            f"{called.by_name.number}: the alias counts, and leads to number {version.number}"
        )
        log.warning("%s", note)
        return Found(version, note)

    def take_name(self, transaction: Transaction, model_id: int, name: str) -> None:
        """Raise ConflictError unless a new version of a model can have this name.

        Its writers are held off already, as `next_number` does.
        """
        if name == LATEST or self.is_protected(name):
            raise ConflictError(
                f"{name!r} is kept for an alias: no version can have it as its name: conflict"
            )
        if name in (alias.name for alias in aliases_of(transaction, model_id)):
            raise ConflictError(
                f"{name!r} is an alias of this model: a version of that name could be taken for "
                "the one that it points to; choose another name: conflict"
            )
        if transaction.versions.deleted(model_id, name):
            raise AlreadyExistsError(
                f"model version with name {name} already existed and was deleted; "
                "its name is not given again: conflict"
            )

    @staticmethod
    def _absence(
        transaction: Transaction, model: RegisteredModel, ref: str, namesake: ModelVersion | None
    ) -> NotFoundError:
        if namesake is not None:
            return NotFoundError(
                f"{model.shown} has no alias {ref!r}; the version of that name, which is "
                f"kept for the alias, is found by its number {namesake.number}"
            )
        if gone := transaction.versions.deleted(model.id, ref):
            return NotFoundError(
                f"version {ref!r} of {model.shown} was deleted by {gone.actor}"
                + (f": {gone.reason}" if gone.reason else "")
            )
        return NotFoundError(f"{model.shown} has no version, number or alias {ref!r}")


def aliases_of(transaction: Transaction, model_id: int) -> Sequence[Alias]:
    """Return the aliases of a model, sorted by name."""
    return transaction.aliases.of([model_id])[model_id]
