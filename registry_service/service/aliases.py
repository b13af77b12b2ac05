"""Move aliases between the versions of a model, with a memory."""

import re
import time
from collections.abc import Sequence

from registry_service.domain.registration import LATEST, Alias, AuditEntry
from registry_service.domain.resources import ModelVersion, RegisteredModel
from registry_service.errors import InvalidRequestError, StaleError
from registry_service.service.lookup import model_named, version_named
from registry_service.service.ports import Database, Transaction

_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,127}")


class AnyVersion:
    """Stands for: the caller does not care where the alias points now."""


class Aliases:
    """The use cases around aliases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, model_name: str) -> Sequence[Alias]:
        """Return the aliases of a model, sorted by name."""
        with self._database.read() as transaction:
            return transaction.aliases(model_named(transaction, model_name).id)

    def move(
        self,
        model_name: str,
        alias: str,
        ref: str,
        actor: str,
        reason: str | None,
        expected: str | type[AnyVersion] | None = AnyVersion,
    ) -> Alias:
        """Point an alias to another version.

        Args:
            model_name: The model.
            alias: The alias; made when it does not exist.
            ref: Version by name, number or alias.
            actor: Who asks.
            reason: Why, for the audit log.
            expected: Name of the version that the alias must point to now, None when the alias
                must not exist yet.

        Raises:
            NotFoundError: No such model or version.
            StaleError: The alias points elsewhere than expected.
        """
        with self._database.write() as transaction:
            model = model_named(transaction, model_name)
            transaction.lock(RegisteredModel, model.id)
            version = version_named(transaction, model, ref)
            point_alias(transaction, model, alias, version, actor, reason, expected)
            moved = _current(transaction, model, alias)
        assert moved is not None  # noqa: S101 - it was set above
        return moved


def point_alias(
    transaction: Transaction,
    model: RegisteredModel,
    alias: str,
    version: ModelVersion,
    actor: str,
    reason: str | None,
    expected: str | type[AnyVersion] | None = AnyVersion,
) -> None:
    """Set an alias and record it.

    Raises:
        InvalidRequestError: The name cannot be an alias.
        StaleError: The alias points elsewhere than expected.
    """
    check_alias(alias)
    current = _current(transaction, model, alias)
    found = current and current.version_name
    if expected is not AnyVersion and found != expected:
        raise StaleError(
            f"alias {alias!r} of model {model.name!r} points to {found!r}, "
            f"not to {expected!r}: someone moved it; look again before you move it"
        )
    transaction.set_alias(model.id, alias, version.id)
    transaction.append_audit(
        AuditEntry(
            at=time.time_ns() // 1_000_000,
            actor=actor,
            action="alias.set",
            model_name=model.name,
            subject=alias,
            detail={
                "from": current and current.version_name,
                "to": version.name,
                "reason": reason,
            },
        )
    )


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


def _current(transaction: Transaction, model: RegisteredModel, alias: str) -> Alias | None:
    return next((item for item in transaction.aliases(model.id) if item.name == alias), None)
