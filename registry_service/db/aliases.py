"""Aliases in SQL (contract: `service.ports`)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from registry_service.db import tables
from registry_service.db.audit import read_entry
from registry_service.db.late_rows import LateRows
from registry_service.db.resources import now_ms
from registry_service.db.rows import read_row
from registry_service.domain.registration import Alias, AuditEntry
from registry_service.domain.resources import ModelVersion, RegisteredModel

_aliases, _versions, _audit = tables.aliases, tables.model_versions, tables.audit
_ALIASES = (
    select(
        _aliases.c.registered_model_id,
        _aliases.c.name,
        _versions.c.id,
        _versions.c.name,
        _versions.c.number,
        _aliases.c.updated_at,
    )
    .join_from(_aliases, _versions)
    .where(_aliases.c.registered_model_id.in_(bindparam("models", expanding=True)))
    .order_by(_aliases.c.name)
)
_TARGET = (
    select(_versions)
    .join_from(_aliases, _versions)
    .where(
        _aliases.c.registered_model_id == bindparam("model_id"),
        _aliases.c.name == bindparam("alias"),
    )
)
_moves = _audit.alias("moves")
# For each alias one look into the index, however much is in the log.
_LAST_MOVES = (
    select(_audit)
    .join_from(
        _aliases,
        _audit,
        _audit.c.id
        == select(_moves.c.id)
        .where(
            _moves.c.model_name == bindparam("model_name"),
            _moves.c.collection == bindparam("collection"),
            _moves.c.subject == _aliases.c.name,
            _moves.c.action.in_(["alias.set", "alias.rollback"]),
        )
        .order_by(_moves.c.id.desc())
        .limit(1)
        .scalar_subquery(),
    )
    .where(_aliases.c.registered_model_id == bindparam("model_id"))
)


class SqlAliases:
    """Movable names for versions."""

    def __init__(self, connection: Connection, late: LateRows) -> None:
        self._connection, self._late = connection, late

    def of(self, model_ids: Sequence[int]) -> Mapping[int, Sequence[Alias]]:
        found: dict[int, list[Alias]] = {model_id: [] for model_id in model_ids}
        for model_id, *alias in self._connection.execute(_ALIASES, {"models": model_ids}):
            found[model_id].append(Alias(*alias))
        return found

    def target(self, model_id: int, alias: str) -> ModelVersion | None:
        values = {"model_id": model_id, "alias": alias}
        row = self._connection.execute(_TARGET, values).first()
        return None if row is None else read_row(ModelVersion, row)

    def set(self, alias: str, version: ModelVersion) -> Alias:
        model_id = version.registered_model_id
        this = (_aliases.c.registered_model_id == model_id, _aliases.c.name == alias)
        target = {"model_version_id": version.id, "updated_at": now_ms()}
        if not self._connection.execute(update(_aliases).where(*this), target).rowcount:
            named = {"registered_model_id": model_id, "name": alias}
            self._connection.execute(insert(_aliases), named | target)
        return Alias(alias, version.id, str(version.name), version.number, target["updated_at"])

    def remove(self, model_id: int, alias: str) -> None:
        self._connection.execute(
            delete(_aliases).where(
                _aliases.c.registered_model_id == model_id, _aliases.c.name == alias
            )
        )

    def last_moves(self, model: RegisteredModel) -> Mapping[str, AuditEntry]:
        self._late.store()
        named = {"model_name": model.name, "collection": model.collection}
        values = {"model_id": model.id, **named}
        moves = map(read_entry, self._connection.execute(_LAST_MOVES, values))
        return {move.subject: move for move in moves}
