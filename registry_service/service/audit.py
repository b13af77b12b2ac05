"""Write and read the audit log."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from registry_service.domain.access import Identity, Role
from registry_service.domain.names import canonical
from registry_service.domain.registration import AuditEntry, AuditQuery
from registry_service.domain.resources import MODELS, NOUNS, RegisteredModel
from registry_service.service.ports import Database, Transaction


def record(
    transaction: Transaction,
    identity: Identity,
    action: str,
    model: RegisteredModel | None,
    subject: str,
    detail: Mapping[str, Any],
) -> None:
    """Append an entry: who did what to which thing of which model or data set."""
    entry = AuditEntry(
        at=time.time_ns() // 1_000_000,
        actor=identity.name,
        action=action,
        model_name=None if model is None else model.name,
        subject=subject,
        detail=detail,
        collection=MODELS if model is None else model.collection,
    )
    transaction.audit.append(entry)


class Audit:
    """The use case of reading the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, identity: Identity, query: AuditQuery) -> Sequence[AuditEntry]:
        """Return entries, newest first.

        Raises:
            ForbiddenError: Reading all models' entries needs a reader of all models.
        """
        if query.model_name is None:
            identity.require_everywhere(Role.READER)
        else:
            query = replace(query, model_name=canonical(query.model_name))
            identity.require(Role.READER, str(query.model_name), NOUNS[query.collection])
        with self._database.read() as transaction:
            return transaction.audit.entries(query)
