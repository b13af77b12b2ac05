"""The audit log, idempotency keys, and what deletions leave, in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from registry_service.db import tables
from registry_service.db.prepared import Prepared, PreparedRows, prepared_insert
from registry_service.db.resource_rows import now_ms
from registry_service.db.session import Session
from registry_service.domain.registration import Approval, AuditEntry, AuditQuery
from registry_service.domain.resources import ModelVersion
from registry_service.errors import AlreadyExistsError

_AUDIT_COLUMNS = [name for name in tables.audit.columns.keys() if name != "id"]  # noqa: SIM118
_INSERT_AUDIT = prepared_insert(tables.audit, _AUDIT_COLUMNS)
_keys, _tombstones = tables.idempotency_keys.c, tables.tombstones.c
_INSERT_KEY = prepared_insert(tables.idempotency_keys)
_ANSWER = Prepared(select(_keys.fingerprint, _keys.answer).where(_keys.key == bindparam("key")))
_TOMBSTONE = Prepared(
    select(_tombstones.actor, _tombstones.at, _tombstones.reason).where(
        _tombstones.registered_model_id == bindparam("model_id"),
        _tombstones.name == bindparam("name"),
    )
)
_NEWEST_MARK = Prepared(select(func.max(tables.blob_marks.c.id)))
_INSERT_MARKS = PreparedRows(tables.blob_marks, ["sha256", "finished"])
# Any number, so long as all replicas take the same: PostgreSQL's lock around blob marks.
_MARKS_LOCK = 7_110_327


class RecordRows(Session):
    """The part of a transaction that remembers."""

    def append_audit(self, entry: AuditEntry) -> None:
        """Record a change."""
        self._rows(_INSERT_AUDIT, {name: getattr(entry, name) for name in _AUDIT_COLUMNS})

    def remember(self, key: str, fingerprint: str, answer: Mapping[str, Any]) -> None:
        """Keep the answer to an idempotent request."""
        row = {"key": key, "fingerprint": fingerprint, "answer": answer, "created_at": now_ms()}
        try:
            self._rows(_INSERT_KEY, row)
        except IntegrityError as error:
            raise AlreadyExistsError("this idempotency key is in use") from error

    def recall(self, key: str) -> tuple[str, Mapping[str, Any]] | None:
        """Return fingerprint and answer of an earlier request with this key."""
        row = self._row(_ANSWER, {"key": key})
        return None if row is None else (row[0], row[1])

    def forget_keys(self, before: int) -> None:
        """Forget the answers to idempotent requests from before a time in epoch milliseconds."""
        self._rows(delete(tables.idempotency_keys).where(_keys.created_at < before))

    def audit(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """Return audit entries, newest first."""
        table = tables.audit.c
        statement = select(tables.audit).order_by(table.id.desc()).limit(query.limit)
        for column, wanted in (
            (table.model_name, query.model_name),
            (table.actor, query.actor),
            (table.action, query.action),
            (table.subject, query.subject),
        ):
            if wanted is not None:
                statement = statement.where(column == wanted)
        if query.before is not None:
            statement = statement.where(table.id < query.before)
        names = table.keys()
        return [AuditEntry(**dict(zip(names, row, strict=True))) for row in self._rows(statement)]

    def delete_version(self, version: ModelVersion, actor: str, reason: str | None) -> None:
        """Delete a version and all it owns; its name stays taken."""
        owned = select(tables.artifacts.c.id).where(
            tables.artifacts.c.model_version_id == version.id
        )
        index = tables.properties.c
        self._rows(
            delete(tables.properties).where(
                or_(
                    (index.resource == tables.artifacts.name) & index.owner_id.in_(owned),
                    (index.resource == tables.model_versions.name) & (index.owner_id == version.id),
                )
            )
        )
        for table in (
            tables.artifacts,
            tables.version_files,
            tables.version_documents,
            tables.approvals,
        ):
            self._rows(delete(table).where(table.c.model_version_id == version.id))
        versions = tables.model_versions
        self._rows(delete(versions).where(versions.c.id == version.id))
        tombstone = {
            "registered_model_id": version.registered_model_id,
            "name": version.name,
            "number": version.number,
            "digest": version.digest,
            "actor": actor,
            "at": now_ms(),
            "reason": reason,
        }
        self._rows(insert(tables.tombstones).values(tombstone))

    def deleted(self, model_id: int, name: str) -> Approval | None:
        """Return who deleted the version of that name, when and why."""
        row = self._row(_TOMBSTONE, {"model_id": model_id, "name": name})
        return None if row is None else Approval(*row)

    def is_served(self, version_id: int) -> bool:
        """Tell whether an inference service or a serve model names a version."""
        served = [
            exists().where(table.c.model_version_id == version_id)
            for table in (tables.inference_services, tables.serve_models)
        ]
        return bool(self._rows(select(or_(*served)))[0][0])

    def last_blob_mark(self, digests: Sequence[str]) -> tuple[int, Sequence[str]]:
        """Return the newest mark of the garbage collection, and which blobs it is taking now."""
        marks = tables.blob_marks.c
        newest: int = self._rows(_NEWEST_MARK)[0][0] or 0
        if not newest:
            return 0, []
        taking = select(marks.sha256).where(marks.sha256.in_(digests), marks.finished.is_(False))
        return newest, [sha256 for (sha256,) in self._rows(taking)]

    def marked_since(self, mark: int, digests: Sequence[str]) -> Sequence[str]:
        """Return the blobs marked after a mark; holds off new marks until the end."""
        self._lock_marks("pg_advisory_xact_lock_shared")
        marks = tables.blob_marks.c
        later = select(marks.sha256).where(marks.id > mark, marks.sha256.in_(digests))
        return [sha256 for (sha256,) in self._rows(later)]

    def unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        """Return the blobs among these that no version names."""
        files = tables.version_files.c
        rows = self._rows(select(files.sha256).where(files.sha256.in_(digests)))
        named = {sha256 for (sha256,) in rows}
        return [digest for digest in digests if digest not in named]

    def mark_unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        """Mark the blobs among these that no version names; return them."""
        self._lock_marks("pg_advisory_xact_lock")
        free = self.unreferenced(digests)
        self._store(_INSERT_MARKS, [{"sha256": digest, "finished": False} for digest in free])
        return free

    def finish_marks(self, digests: Sequence[str]) -> None:
        """Note that the bytes of marked blobs are gone."""
        marks = tables.blob_marks
        self._rows(update(marks).where(marks.c.sha256.in_(digests)).values(finished=True))

    def _lock_marks(self, function: str) -> None:
        # SQLite has one writer at a time and needs no lock besides.
        if self._driver.dialect.name == "postgresql":
            self._rows(text(f"SELECT {function}(:lock)").bindparams(lock=_MARKS_LOCK))
