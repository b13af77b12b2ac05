"""Files of versions, and what the garbage collection takes, in SQL (contract: `service.ports`)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    union,
    update,
)

from registry_service.db import tables
from registry_service.db.filters import filtered
from registry_service.domain.filters import Filter
from registry_service.domain.paging import ListQuery
from registry_service.domain.registration import FileEntry

_files, _evidence, _marks = tables.version_files, tables.evidence_files, tables.blob_marks
_models, _versions = tables.registered_models, tables.model_versions
_OF = {
    table: select(table).where(table.c.model_version_id.in_(bindparam("versions", expanding=True)))
    for table in (_files, _evidence)
}
_NAMED_BY = {
    table: select(table.c.sha256).where(table.c.sha256.in_(bindparam("digests", expanding=True)))
    for table in (_files, _evidence)
}
_NAMED = union(*_NAMED_BY.values())
_MARKED = select(_marks.c.sha256).where(_marks.c.sha256.in_(bindparam("digests", expanding=True)))
# Any number, so long as all replicas take the same: PostgreSQL's lock around blob marks.
_MARKS_LOCK = 7_110_327


class SqlFiles:
    """Which files versions have."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, version_id: int, files: Sequence[FileEntry]) -> None:
        self._insert(_files, version_id, files)

    def attach(self, version_id: int, evidence: Sequence[FileEntry]) -> None:
        paths = [file.path for file in evidence]
        of_version = _evidence.c.model_version_id == version_id
        self._connection.execute(delete(_evidence).where(of_version, _evidence.c.path.in_(paths)))
        self._insert(_evidence, version_id, evidence)

    def detach(self, version_id: int, path: str) -> None:
        of_version = _evidence.c.model_version_id == version_id
        self._connection.execute(delete(_evidence).where(of_version, _evidence.c.path == path))

    def of(self, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        return self._of(_files, version_ids)

    def evidence(self, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        return self._of(_evidence, version_ids)

    def _insert(self, table: Table, version_id: int, files: Sequence[FileEntry]) -> None:
        rows = [
            {
                "model_version_id": version_id,
                "path": file.path,
                "sha256": file.sha256,
                "size": file.size,
            }
            for file in files
        ]
        if rows:
            self._connection.execute(insert(table), rows)

    def _of(self, table: Table, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        found: dict[int, list[FileEntry]] = {version_id: [] for version_id in version_ids}
        for version_id, *file in self._connection.execute(_OF[table], {"versions": version_ids}):
            found[version_id].append(FileEntry(*file))
        return {each: sorted(files, key=lambda file: file.path) for each, files in found.items()}

    def readable(self, digests: Sequence[str], models: Filter | None) -> Sequence[str]:
        """Return the blobs among these that a version of such a model names; None: of any."""
        if models is None:
            return self._connection.scalars(_NAMED, {"digests": digests}).all()
        ids, _ = filtered(select(_models.c.id), _models, ListQuery(filter=models))
        named = union(
            *(
                by.join_from(table, _versions).where(_versions.c.registered_model_id.in_(ids))
                for table, by in _NAMED_BY.items()
            )
        )
        return self._connection.scalars(named, {"digests": digests}).all()

    def unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        named = set(self._connection.scalars(_NAMED, {"digests": digests}))
        return [digest for digest in digests if digest not in named]


class SqlBlobMarks:
    """Which blobs the garbage collection has taken, or is about to."""

    def __init__(self, connection: Connection, files: SqlFiles) -> None:
        self._connection = connection
        self._files = files

    def newest(self, digests: Sequence[str]) -> tuple[int, Sequence[str]]:
        newest: int = self._connection.scalar(select(func.max(_marks.c.id))) or 0
        if not newest:
            return 0, []
        taking = _MARKED.where(_marks.c.finished.is_(False))
        return newest, self._connection.scalars(taking, {"digests": digests}).all()

    def since(self, mark: int, digests: Sequence[str]) -> Sequence[str]:
        self._lock("pg_advisory_xact_lock_shared")
        later = _MARKED.where(_marks.c.id > mark)
        return self._connection.scalars(later, {"digests": digests}).all()

    def add(self, digests: Sequence[str]) -> Sequence[str]:
        self._lock("pg_advisory_xact_lock")
        free = self._files.unreferenced(digests)
        if free:
            rows = [{"sha256": digest, "finished": False} for digest in free]
            self._connection.execute(insert(_marks), rows)
        return free

    def finish(self, digests: Sequence[str]) -> None:
        done = update(_marks).where(_marks.c.sha256.in_(digests)).values(finished=True)
        self._connection.execute(done)

    def _lock(self, function: str) -> None:
        # SQLite has one writer at a time and needs no lock besides.
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(f"SELECT {function}(:lock)"), {"lock": _MARKS_LOCK})
