"""Move aliases between the versions of a model, with a memory."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from registry_service.domain import limits
from registry_service.domain.access import Identity, Role
from registry_service.domain.names import canonical
from registry_service.domain.registration import LATEST, Alias, AuditEntry, AuditQuery
from registry_service.domain.resources import ARCHIVED, ModelVersion, RegisteredModel
from registry_service.errors import ConflictError, InvalidRequestError, NotFoundError, StaleError
from registry_service.service.audit import record
from registry_service.service.lookup import Lookup, aliases_of
from registry_service.service.ports import Database, Transaction

_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,127}")
# So many entries of the audit log are read at a time to find where an alias pointed before.
PAGE = 100


class Expected(Enum):
    """Stands for an alias that may point anywhere before it is moved, as the client's does."""

    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class AliasMove:
    """A wish to point an alias to a version.

    Attributes:
        identity: Who asks.
        alias: The alias; made when it does not exist.
        expected: Name of the version that it must point to now, None when it must not exist
            yet, ANYTHING when the caller does not care.
        reason: Why, for the audit log.
    """

    identity: Identity
    alias: str
    expected: str | Expected | None = Expected.ANYTHING
    reason: str | None = None


class Aliases:
    """The use cases around aliases.

    Args:
        database: Where they are.
        lookup: Finds models and versions, and knows which aliases only an approver moves.
    """

    def __init__(self, database: Database, lookup: Lookup) -> None:
        self._database = database
        self._lookup = lookup

    def list(self, identity: Identity, model_name: str) -> Sequence[Alias]:
        """Return the aliases of a model, sorted by name."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, model_name)
            return aliases_of(transaction, model.id)

    def target(self, identity: Identity, model_name: str, alias: str) -> ModelVersion:
        """Return the version that an alias, or `latest`, points to. Raises NotFoundError."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, model_name)
            if alias == LATEST:
                return self._lookup.version(transaction, model, alias)
            version = transaction.aliases.target(model.id, canonical(alias))
            if version is None:
                raise _absence(model, alias)
            return version

    def move(self, model_name: str, ref: str, move: AliasMove) -> Alias:
        """Point an alias to the version that `ref` names.

        Raises:
            NotFoundError: No such model or version.
            StaleError: The alias points elsewhere than expected.
            ConflictError: The version is archived; or the alias is protected and the version was
                not approved; or a version is called like the alias.
            ForbiddenError: The identity may not move this alias.
        """
        with self._database.write() as transaction:
            model = self._locked(transaction, move.identity, model_name)
            version = self._lookup.version(transaction, model, ref)
            return self.point(transaction, model, version, [move])[0]

    def would_move(self, model_name: str, ref: str, move: AliasMove) -> Alias:
        """Return what `move` would make, and change nothing; raises as it does."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, move.identity, Role.WRITER, model_name)
            version = self._lookup.version(transaction, model, ref)
            current = self._checked(transaction, model, version, [move])[move.alias]
            return _at(move.alias, version, current)

    def remove(self, model_name: str, move: AliasMove) -> None:
        """Remove an alias; the versions stay."""
        with self._database.write() as transaction:
            model = self._locked(transaction, move.identity, model_name)
            self._may_move(move, model)
            current = _expect(model, _held(transaction, model).get(move.alias), move)
            if current is None:
                raise _absence(model, move.alias)
            transaction.aliases.remove(model.id, move.alias)
            _remember(transaction, model, move, current, None, "alias.remove")

    def rollback(self, model_name: str, move: AliasMove) -> Alias:
        """Return an alias to where it pointed before its last move.

        Raises:
            ConflictError: It has not been anywhere else, or that version is gone.
        """
        with self._database.write() as transaction:
            model = self._locked(transaction, move.identity, model_name)
            version = _returned_to(transaction, model, move.alias)
            return self.point(transaction, model, version, [move], "alias.rollback")[0]

    def would_roll_back(self, model_name: str, move: AliasMove) -> Alias:
        """Return what `rollback` would make, and change nothing; raises as it does."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, move.identity, Role.WRITER, model_name)
            version = _returned_to(transaction, model, move.alias)
            current = self._checked(transaction, model, version, [move])[move.alias]
            return _at(move.alias, version, current)

    def point(
        self,
        transaction: Transaction,
        model: RegisteredModel,
        version: ModelVersion,
        moves: Sequence[AliasMove],
        action: str = "alias.set",
    ) -> Sequence[Alias]:
        """Set different aliases within a transaction, and record it."""
        before = self._checked(transaction, model, version, moves)
        moved = []
        for move in moves:
            moved.append(transaction.aliases.set(move.alias, version))
            _remember(transaction, model, move, before[move.alias], version, action)
        return moved

    def _checked(
        self,
        transaction: Transaction,
        model: RegisteredModel,
        version: ModelVersion,
        moves: Sequence[AliasMove],
    ) -> Mapping[str, Alias | None]:
        """See that aliases can be set to a version; return where each of them points now."""
        self._may_point(transaction, model, version, moves)
        held = _held(transaction, model)
        before = {move.alias: _expect(model, held.get(move.alias), move) for move in moves}
        if new := [alias for alias, current in before.items() if current is None]:
            _refuse_namesakes(transaction, model, new)
            if len(held) + len(new) > limits.OF_A_MODEL:
                most = f"has {limits.OF_A_MODEL} aliases at most: remove one first"
                raise ConflictError(f"{model.shown} {most}")
        return before

    def _may_point(
        self,
        transaction: Transaction,
        model: RegisteredModel,
        version: ModelVersion,
        moves: Sequence[AliasMove],
    ) -> None:
        """See that these aliases may point to a version."""
        for move in moves:
            check_alias(move.alias)
            self._may_move(move, model)
        protected = [move.alias for move in moves if self._lookup.is_protected(move.alias)]
        if protected and not transaction.versions.approvals([version.id]):
            raise ConflictError(
                f"alias {protected[0]!r} is protected, and version {version.name!r} of "
                f"{model.shown} was not approved: an approver approves it first"
            )
        if version.state == ARCHIVED:
            raise ConflictError(
                f"version {version.name!r} of {model.shown} is archived: restore it first"
            )

    def _may_move(self, move: AliasMove, model: RegisteredModel) -> None:
        role = Role.APPROVER if self._lookup.is_protected(move.alias) else Role.WRITER
        move.identity.require(role, str(model.name))

    def _locked(
        self, transaction: Transaction, identity: Identity, model_name: str
    ) -> RegisteredModel:
        model = self._lookup.model(transaction, identity, Role.WRITER, model_name)
        transaction.resources.lock(RegisteredModel, model.id)
        return model


def check_alias(alias: str) -> None:
    """Raise InvalidRequestError unless the text can be an alias."""
    if alias == LATEST:
        raise InvalidRequestError(
            "'latest' always means the version with the highest number: it cannot be set"
        )
    if not _ALIAS.fullmatch(alias):
        raise InvalidRequestError(
            f"{alias!r} cannot be an alias: it starts with a letter and has at most 128 letters, "
            "digits, dots, dashes and underscores"
        )


def _absence(model: RegisteredModel, alias: str) -> NotFoundError:
    return NotFoundError(f"{model.shown} has no alias {alias!r}")


def _refuse_namesakes(
    transaction: Transaction, model: RegisteredModel, aliases: Sequence[str]
) -> None:
    """Raise ConflictError when a version of the model is called like one of these aliases."""
    own = {"registered_model_id": model.id, "name__in": aliases}
    if namesakes := transaction.resources.every(ModelVersion, **own):
        raise ConflictError(
            f"{model.shown} has a version named {namesakes[0].name!r}: an alias of that name could "
            "be taken for it; choose another name"
        )


def _expect(model: RegisteredModel, current: Alias | None, move: AliasMove) -> Alias | None:
    """Return where an alias points now. Raises StaleError when it is not where it should."""
    found = current and current.version_name
    expected = canonical(move.expected) if isinstance(move.expected, str) else move.expected
    if expected is not Expected.ANYTHING and found != expected:
        raise StaleError(
            f"alias {move.alias!r} of {model.shown} points to {found!r}, "
            f"not to {expected!r}: someone moved it; look again before you move it"
        )
    return current


def _remember(
    transaction: Transaction,
    model: RegisteredModel,
    move: AliasMove,
    current: Alias | None,
    version: ModelVersion | None,
    action: str,
) -> None:
    detail = {
        "from": current and current.version_name,
        "to": version and version.name,
        "reason": move.reason,
    }
    record(transaction, move.identity, action, model, move.alias, detail)


def _held(transaction: Transaction, model: RegisteredModel) -> Mapping[str, Alias]:
    return {alias.name: alias for alias in aliases_of(transaction, model.id)}


def _at(alias: str, version: ModelVersion, current: Alias | None) -> Alias:
    """Return an alias as it would be at a version, with the time of where it is now."""
    since = current.updated_at if current else version.updated_at
    return Alias(alias, version.id, str(version.name), version.number, since)


def _returned_to(transaction: Transaction, model: RegisteredModel, alias: str) -> ModelVersion:
    """Return the version that an alias pointed to before. Raises ConflictError if there is none."""
    before = _before(transaction, model, alias)
    if before is None or alias not in _held(transaction, model):
        raise ConflictError(f"alias {alias!r} of {model.shown} has no earlier version")
    version = transaction.resources.find(ModelVersion, registered_model_id=model.id, name=before)
    if version is None:
        raise ConflictError(
            f"alias {alias!r} pointed to version {before!r} before, which is deleted"
        )
    return version


def _before(transaction: Transaction, model: RegisteredModel, alias: str) -> str | None:
    """Return where an alias pointed before; two rollbacks in a row go two steps back."""
    undone = 0
    for entry in _moves(transaction, model, alias):
        before = entry.detail["from"]
        if entry.action == "alias.rollback":
            undone += 1
        elif before is None or before == entry.detail["to"]:
            continue  # No step away from a version, so that no roll-back undid it.
        elif undone:
            undone -= 1
        else:
            return str(before)
    return None


def _moves(transaction: Transaction, model: RegisteredModel, alias: str) -> Iterator[AuditEntry]:
    """Yield what happened to an alias, the newest first."""
    query = AuditQuery(
        model_name=model.name, collection=model.collection, subject=alias, limit=PAGE
    )
    while entries := transaction.audit.entries(query):
        # A version may be called like an alias: its entries are not the alias's.
        yield from (entry for entry in entries if entry.action.startswith("alias."))
        query = replace(query, before=entries[-1].id)
