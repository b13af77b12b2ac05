"""The tables, for SQLite and PostgreSQL alike."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from registry_service.domain.resources import MODELS

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows only in a column whose type is exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def _resource(name: str, *columns: SchemaItem, unique_external_id: bool = True) -> Table:
    """A table of resources; ids are never used twice, not even after a deletion."""
    return Table(
        name,
        metadata,
        Column("id", Id, primary_key=True, autoincrement=True),
        Column("name", Text, nullable=False),
        Column("external_id", Text, unique=unique_external_id),
        Column("description", Text),
        Column("custom_properties", JSON, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("updated_at", BigInteger, nullable=False),
        *columns,
        Index(f"ix_{name}_created_at", "created_at", "id"),
        Index(f"ix_{name}_updated_at", "updated_at", "id"),
        sqlite_autoincrement=True,
    )


def _collection() -> Column[str]:
    return Column("collection", Text, nullable=False, server_default=MODELS)


registered_models = _resource(
    "registered_models",
    _collection(),
    Column("owner", Text),
    Column("state", Text, nullable=False),
    Column("readme", Text),
    Column("maturity", Text),
    Column("language", JSON),
    Column("tasks", JSON),
    Column("provider", Text),
    Column("logo", Text),
    Column("license", Text),
    Column("license_link", Text),
    Column("library_name", Text),
    Column("last_number", Integer, nullable=False, server_default="0"),
    # The name first: no list would be read in the order of an index that begins otherwise.
    UniqueConstraint("name", "collection"),
    Index("ix_registered_models_owner", "owner", "id"),
    Index("ix_registered_models_state", "state", "id"),
)

model_versions = _resource(
    "model_versions",
    Column("registered_model_id", ForeignKey("registered_models.id"), nullable=False),
    Column("author", Text),
    Column("state", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, index=True),
    Column("content_digest", Text),
    _collection(),
    UniqueConstraint("registered_model_id", "name"),
    UniqueConstraint("registered_model_id", "number"),
    Index("ix_model_versions_registered_model_id", "registered_model_id", "id"),
    Index("ix_model_versions_content_digest", "registered_model_id", "content_digest"),
    Index("ix_model_versions_name", "name", "id"),
    Index("ix_model_versions_author", "author", "id"),
    Index("ix_model_versions_state", "state", "id"),
)

artifacts = _resource(
    "artifacts",
    Column("artifact_type", Text, nullable=False),
    Column("model_version_id", ForeignKey("model_versions.id")),
    Column("experiment_id", ForeignKey("experiments.id")),
    Column("experiment_run_id", ForeignKey("experiment_runs.id")),
    _collection(),
    Column("state", Text, nullable=False),
    Column("uri", Text),
    Column("model_format_name", Text),
    Column("model_format_version", Text),
    Column("storage_key", Text),
    Column("storage_path", Text),
    Column("service_account_name", Text),
    Column("model_source_kind", Text),
    Column("model_source_class", Text),
    Column("model_source_group", Text),
    Column("model_source_id", Text),
    Column("model_source_name", Text),
    Column("digest", Text, index=True),
    Column("source_type", Text),
    Column("source", Text),
    Column("schema", Text),
    Column("profile", Text),
    Column("number_value", Float(53)),
    Column("text_value", Text),
    Column("parameter_type", Text),
    Column("timestamp", BigInteger),
    Column("step", BigInteger),
    UniqueConstraint("model_version_id", "artifact_type", "name"),
    UniqueConstraint("experiment_run_id", "artifact_type", "name"),
    Index("ix_artifacts_model_version_id", "model_version_id", "id"),
    Index("ix_artifacts_experiment_run_id", "experiment_run_id", "id"),
    Index("ix_artifacts_artifact_type", "artifact_type", "id"),
)

serving_environments = _resource("serving_environments", UniqueConstraint("name"))

inference_services = _resource(
    "inference_services",
    Column("serving_environment_id", ForeignKey("serving_environments.id"), nullable=False),
    Column("registered_model_id", ForeignKey("registered_models.id"), nullable=False, index=True),
    Column("model_version_id", ForeignKey("model_versions.id"), index=True),
    Column("runtime", Text),
    Column("desired_state", Text, nullable=False),
    UniqueConstraint("serving_environment_id", "name"),
    Index("ix_inference_services_serving_environment_id", "serving_environment_id", "id"),
)

serve_models = _resource(
    "serve_models",
    Column("inference_service_id", ForeignKey("inference_services.id"), nullable=False),
    Column("model_version_id", ForeignKey("model_versions.id"), nullable=False, index=True),
    Column("last_known_state", Text, nullable=False),
    UniqueConstraint("inference_service_id", "name"),
    Index("ix_serve_models_inference_service_id", "inference_service_id", "id"),
)

experiments = _resource(
    "experiments",
    Column("owner", Text),
    Column("state", Text, nullable=False),
    UniqueConstraint("name"),
)

experiment_runs = _resource(
    "experiment_runs",
    Column("experiment_id", ForeignKey("experiments.id"), nullable=False),
    Column("owner", Text),
    Column("state", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("start_time_since_epoch", BigInteger),
    Column("end_time_since_epoch", BigInteger),
    UniqueConstraint("experiment_id", "name"),
    Index("ix_experiment_runs_experiment_id", "experiment_id", "id"),
)

# A metric's history keeps its external id, which is unique only among the metrics themselves.
past_metrics = _resource(
    "past_metrics",
    Column("artifact_type", Text, nullable=False),
    Column("model_version_id", BigInteger),
    Column("experiment_id", ForeignKey("experiments.id")),
    Column("experiment_run_id", ForeignKey("experiment_runs.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("number_value", Float(53)),
    Column("timestamp", BigInteger),
    Column("step", BigInteger),
    Index("ix_past_metrics_experiment_run_id", "experiment_run_id", "name", "id"),
    unique_external_id=False,
)


def _partial_index(name: str, *columns: str) -> Index:
    """An index of the rows that have a value in its last column but one."""
    has_value = text(f"{columns[-2]} IS NOT NULL")
    return Index(name, *columns, postgresql_where=has_value, sqlite_where=has_value)


# The custom properties again, one row each, so that a filter on them finds an index.
properties = Table(
    "properties",
    metadata,
    Column("resource", Text, primary_key=True),
    Column("owner_id", Id, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("string_key", Text),
    Column("string_value", Text),
    Column("int_value", BigInteger),
    Column("double_value", Float(53)),
    Column("bool_value", Boolean),
    *(
        _partial_index(f"ix_properties_{column}", "resource", "name", column, "owner_id")
        for column in ("string_key", "int_value", "double_value", "bool_value")
    ),
    sqlite_with_rowid=False,
)

version_files = Table(
    "version_files",
    metadata,
    Column("model_version_id", ForeignKey("model_versions.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("sha256", Text, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
)

# A table of its own: a service of the version before takes all of `version_files` for the version.
evidence_files = Table(
    "evidence_files",
    metadata,
    Column(
        "model_version_id", ForeignKey("model_versions.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("path", Text, primary_key=True),
    Column("sha256", Text, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
)

# Kept apart from the version: a schema can be long, and lists do not read it.
version_documents = Table(
    "version_documents",
    metadata,
    Column("model_version_id", ForeignKey("model_versions.id"), primary_key=True),
    Column("lineage", JSON, nullable=False),
    Column("schema", JSON),
)

aliases = Table(
    "aliases",
    metadata,
    Column("registered_model_id", ForeignKey("registered_models.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("model_version_id", ForeignKey("model_versions.id"), nullable=False, index=True),
    Column("updated_at", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("model_name", Text),
    Column("subject", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    _collection(),
    Index("ix_audit_model_name", "model_name", "id"),
    Index("ix_audit_subject", "model_name", "subject", "id"),
    sqlite_autoincrement=True,
)

approvals = Table(
    "approvals",
    metadata,
    Column("model_version_id", ForeignKey("model_versions.id"), primary_key=True),
    Column("actor", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", Text),
)

# Names of deleted versions: they are not given again to something else.
tombstones = Table(
    "tombstones",
    metadata,
    Column("registered_model_id", ForeignKey("registered_models.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("digest", Text),
    Column("actor", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", Text),
)

# Blobs that the garbage collection has taken or is about to: a registration that saw the bytes
# before such a mark looks again.
blob_marks = Table(
    "blob_marks",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("sha256", Text, nullable=False, index=True),
    Column("finished", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
)
