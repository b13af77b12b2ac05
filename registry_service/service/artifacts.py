"""Artifacts that belong to a model version or to a run."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from registry_service.domain.access import Identity, Role
from registry_service.domain.experiments import ExperimentRun, PastMetric
from registry_service.domain.names import canonical
from registry_service.domain.resources import (
    Artifact,
    Metric,
    ModelVersion,
    Parameter,
    Resource,
)
from registry_service.errors import ConflictError, InvalidRequestError
from registry_service.service.lookup import Lookup
from registry_service.service.ownership import authorize, get_known, known
from registry_service.service.ports import Database, Transaction
from registry_service.service.resources import create, update


class Artifacts:
    """The use cases around artifacts with an owner."""

    def __init__(self, database: Database, lookup: Lookup) -> None:
        self._database = database
        self._lookup = lookup

    def put(
        self,
        identity: Identity,
        owner: type[Resource],
        owner_id: int,
        kind: type[Artifact],
        artifact_id: int | None,
        values: Mapping[str, Any],
    ) -> Artifact:
        """Create or update an artifact of a version or a run.

        Args:
            identity: Who asks.
            owner: ModelVersion or ExperimentRun.
            owner_id: Which one.
            kind: Which type of artifact.
            artifact_id: The artifact to update and to make the owner's; None for a new one. A
                metric or parameter whose name the owner has already is updated all the same.
            values: The fields to set.

        Raises:
            NotFoundError: There is no such owner.
            InvalidRequestError: There is no such artifact, or it is of another type.
            ConflictError: The artifact belongs to another owner of that kind.
        """
        with self._database.write() as transaction:
            owned = {**values, **_owner_columns(transaction, identity, owner, owner_id)}
            if owned.get("name") is not None:
                owned["name"] = canonical(owned["name"])
            if artifact_id is None:
                artifact_id = _same_name(transaction, kind, owner, owned)
            if artifact_id is None:
                stored = create(transaction, identity, self._lookup, kind(**owned))
            else:
                _refuse_theft(transaction, identity, kind, artifact_id, owned)
                unnamed = {field: value for field, value in owned.items() if field != "name"}
                stored = update(transaction, identity, kind, artifact_id, unnamed)
            if owner is ExperimentRun and isinstance(stored, Metric):
                transaction.resources.add(_past(stored))
            return stored


def _owner_columns(
    transaction: Transaction, identity: Identity, owner: type[Resource], owner_id: int
) -> dict[str, int]:
    authorize(transaction, identity, Role.WRITER, get_known(transaction, owner, owner_id))
    if owner is ModelVersion:
        return {"model_version_id": owner_id}
    run = transaction.resources.get(ExperimentRun, owner_id)
    return {"experiment_run_id": owner_id, "experiment_id": run.experiment_id}


def _same_name(
    transaction: Transaction,
    kind: type[Artifact],
    owner: type[Resource],
    owned: Mapping[str, Any],
) -> int | None:
    """Return the owner's metric or parameter of that name, which a new posting updates."""
    if not issubclass(kind, (Metric, Parameter)) or "name" not in owned:
        return None
    column = "model_version_id" if owner is ModelVersion else "experiment_run_id"
    where = {"name": owned["name"], column: owned[column]}
    found = transaction.resources.find(kind, **where)
    return None if found is None else found.id


def _refuse_theft(
    transaction: Transaction,
    identity: Identity,
    kind: type[Artifact],
    artifact_id: int,
    owned: Mapping[str, Any],
) -> None:
    absence = InvalidRequestError(
        f"mismatched types, artifact with id {artifact_id} is not a {kind.label}: bad request"
    )
    stored = transaction.resources.find(Artifact, id=artifact_id, **known(Artifact))
    if stored is None:
        raise absence
    authorize(transaction, identity, Role.WRITER, stored, absence)
    for column in ("model_version_id", "experiment_run_id"):
        before = getattr(stored, column)
        if before is not None and owned.get(column, before) != before:
            raise ConflictError(
                f"{kind.label} {artifact_id} belongs to another {column.removesuffix('_id')}, "
                f"{before}: conflict"
            )


def _past(metric: Metric) -> PastMetric:
    values = {field.name: getattr(metric, field.name) for field in fields(metric)}
    return PastMetric(**{**values, "id": 0})
