"""The audit log, and the answers to idempotent requests, in SQL (contract: `service.ports`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from registry_service.db import tables
from registry_service.db.late_rows import LateRows
from registry_service.db.resources import now_ms
from registry_service.domain.registration import AuditEntry, AuditQuery
from registry_service.errors import AlreadyExistsError

_audit, _keys = tables.audit, tables.idempotency_keys
_COLUMNS = _audit.columns.keys()
_APPEND, _REMEMBER = insert(_audit), insert(_keys)
_ANSWER = select(_keys.c.fingerprint, _keys.c.answer).where(_keys.c.key == bindparam("key"))


def read_entry(row: Row[Any]) -> AuditEntry:
    """Return the entry in a row of the whole table."""
    return AuditEntry(**dict(zip(_COLUMNS, row, strict=True)))


class SqlAuditLog:
    """Who did what."""

    def __init__(self, connection: Connection, late: LateRows) -> None:
        self._connection, self._late = connection, late

    def append(self, entry: AuditEntry) -> None:
        row = {name: getattr(entry, name) for name in _COLUMNS if name != "id"}
        self._late.add(_APPEND, [row])

    def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        self._late.store()
        statement = select(_audit).order_by(_audit.c.id.desc()).limit(query.limit)
        collection = None if query.model_name is None else query.collection
        for column, wanted in (
            (_audit.c.model_name, query.model_name),
            (_audit.c.collection, collection),
            (_audit.c.actor, query.actor),
            (_audit.c.action, query.action),
            (_audit.c.subject, query.subject),
        ):
            if wanted is not None:
                statement = statement.where(column == wanted)
        if query.before is not None:
            statement = statement.where(_audit.c.id < query.before)
        return [read_entry(row) for row in self._connection.execute(statement)]


class SqlAnswers:
    """What idempotent requests were answered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def remember(self, key: str, fingerprint: str, answer: Mapping[str, Any]) -> None:
        row = {"key": key, "fingerprint": fingerprint, "answer": answer, "created_at": now_ms()}
        try:
            self._connection.execute(_REMEMBER, row)
        except IntegrityError as error:
            raise AlreadyExistsError("this idempotency key is in use") from error

    def recall(self, key: str) -> tuple[str, Mapping[str, Any]] | None:
        found = self._connection.execute(_ANSWER, {"key": key}).first()
        return None if found is None else (found[0], found[1])

    def forget(self, before: int) -> None:
        self._connection.execute(delete(_keys).where(_keys.c.created_at < before))
