"""Create the tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_model_name", "audit", ["model_name", "id"], unique=False)
    op.create_table(
        "blob_marks",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob_marks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_blob_marks_sha256"), "blob_marks", ["sha256"], unique=False)
    op.create_table(
        "experiments",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiments")),
        sa.UniqueConstraint("external_id", name=op.f("uq_experiments_external_id")),
        sa.UniqueConstraint("name", name=op.f("uq_experiments_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_experiments_created_at", "experiments", ["created_at", "id"], unique=False)
    op.create_index("ix_experiments_updated_at", "experiments", ["updated_at", "id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "properties",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("string_key", sa.Text(), nullable=True),
        sa.Column("string_value", sa.Text(), nullable=True),
        sa.Column("int_value", sa.BigInteger(), nullable=True),
        sa.Column("double_value", sa.Float(precision=53), nullable=True),
        sa.Column("bool_value", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("resource", "owner_id", "name", name=op.f("pk_properties")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_properties_bool_value",
        "properties",
        ["resource", "name", "bool_value", "owner_id"],
        unique=False,
        postgresql_where=sa.text("bool_value IS NOT NULL"),
        sqlite_where=sa.text("bool_value IS NOT NULL"),
    )
    op.create_index(
        "ix_properties_double_value",
        "properties",
        ["resource", "name", "double_value", "owner_id"],
        unique=False,
        postgresql_where=sa.text("double_value IS NOT NULL"),
        sqlite_where=sa.text("double_value IS NOT NULL"),
    )
    op.create_index(
        "ix_properties_int_value",
        "properties",
        ["resource", "name", "int_value", "owner_id"],
        unique=False,
        postgresql_where=sa.text("int_value IS NOT NULL"),
        sqlite_where=sa.text("int_value IS NOT NULL"),
    )
    op.create_index(
        "ix_properties_string_key",
        "properties",
        ["resource", "name", "string_key", "owner_id"],
        unique=False,
        postgresql_where=sa.text("string_key IS NOT NULL"),
        sqlite_where=sa.text("string_key IS NOT NULL"),
    )
    op.create_table(
        "registered_models",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("readme", sa.Text(), nullable=True),
        sa.Column("maturity", sa.Text(), nullable=True),
        sa.Column("language", sa.JSON(), nullable=True),
        sa.Column("tasks", sa.JSON(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("logo", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("license_link", sa.Text(), nullable=True),
        sa.Column("library_name", sa.Text(), nullable=True),
        sa.Column("last_number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_models")),
        sa.UniqueConstraint("external_id", name=op.f("uq_registered_models_external_id")),
        sa.UniqueConstraint("name", name=op.f("uq_registered_models_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_registered_models_created_at", "registered_models", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_registered_models_owner", "registered_models", ["owner", "id"], unique=False
    )
    op.create_index(
        "ix_registered_models_state", "registered_models", ["state", "id"], unique=False
    )
    op.create_index(
        "ix_registered_models_updated_at", "registered_models", ["updated_at", "id"], unique=False
    )
    op.create_table(
        "serving_environments",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serving_environments")),
        sa.UniqueConstraint("external_id", name=op.f("uq_serving_environments_external_id")),
        sa.UniqueConstraint("name", name=op.f("uq_serving_environments_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_serving_environments_created_at",
        "serving_environments",
        ["created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_serving_environments_updated_at",
        "serving_environments",
        ["updated_at", "id"],
        unique=False,
    )
    op.create_table(
        "experiment_runs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "experiment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("start_time_since_epoch", sa.BigInteger(), nullable=True),
        sa.Column("end_time_since_epoch", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_experiment_runs_experiment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment_runs")),
        sa.UniqueConstraint(
            "experiment_id", "name", name=op.f("uq_experiment_runs_experiment_id_name")
        ),
        sa.UniqueConstraint("external_id", name=op.f("uq_experiment_runs_external_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_experiment_runs_created_at", "experiment_runs", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_experiment_runs_experiment_id", "experiment_runs", ["experiment_id", "id"], unique=False
    )
    op.create_index(
        "ix_experiment_runs_updated_at", "experiment_runs", ["updated_at", "id"], unique=False
    )
    op.create_table(
        "model_versions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "registered_model_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registered_model_id"],
            ["registered_models.id"],
            name=op.f("fk_model_versions_registered_model_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_versions")),
        sa.UniqueConstraint("external_id", name=op.f("uq_model_versions_external_id")),
        sa.UniqueConstraint(
            "registered_model_id", "name", name=op.f("uq_model_versions_registered_model_id_name")
        ),
        sa.UniqueConstraint(
            "registered_model_id",
            "number",
            name=op.f("uq_model_versions_registered_model_id_number"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_model_versions_created_at", "model_versions", ["created_at", "id"], unique=False
    )
    op.create_index("ix_model_versions_author", "model_versions", ["author", "id"], unique=False)
    op.create_index("ix_model_versions_name", "model_versions", ["name", "id"], unique=False)
    op.create_index("ix_model_versions_state", "model_versions", ["state", "id"], unique=False)
    op.create_index(op.f("ix_model_versions_digest"), "model_versions", ["digest"], unique=False)
    op.create_index(
        "ix_model_versions_registered_model_id",
        "model_versions",
        ["registered_model_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_model_versions_updated_at", "model_versions", ["updated_at", "id"], unique=False
    )
    op.create_table(
        "tombstones",
        sa.Column(
            "registered_model_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registered_model_id"],
            ["registered_models.id"],
            name=op.f("fk_tombstones_registered_model_id"),
        ),
        sa.PrimaryKeyConstraint("registered_model_id", "name", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "aliases",
        sa.Column(
            "registered_model_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "model_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name=op.f("fk_aliases_model_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["registered_model_id"],
            ["registered_models.id"],
            name=op.f("fk_aliases_registered_model_id"),
        ),
        sa.PrimaryKeyConstraint("registered_model_id", "name", name=op.f("pk_aliases")),
    )
    op.create_index(
        op.f("ix_aliases_model_version_id"), "aliases", ["model_version_id"], unique=False
    )
    op.create_table(
        "approvals",
        sa.Column(
            "model_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name=op.f("fk_approvals_model_version_id")
        ),
        sa.PrimaryKeyConstraint("model_version_id", name=op.f("pk_approvals")),
    )
    op.create_table(
        "artifacts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("artifact_type", sa.Text(), nullable=False),
        sa.Column(
            "model_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "experiment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "experiment_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("model_format_name", sa.Text(), nullable=True),
        sa.Column("model_format_version", sa.Text(), nullable=True),
        sa.Column("storage_key", sa.Text(), nullable=True),
        sa.Column("storage_path", sa.Text(), nullable=True),
        sa.Column("service_account_name", sa.Text(), nullable=True),
        sa.Column("model_source_kind", sa.Text(), nullable=True),
        sa.Column("model_source_class", sa.Text(), nullable=True),
        sa.Column("model_source_group", sa.Text(), nullable=True),
        sa.Column("model_source_id", sa.Text(), nullable=True),
        sa.Column("model_source_name", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("source_type", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("schema", sa.Text(), nullable=True),
        sa.Column("profile", sa.Text(), nullable=True),
        sa.Column("number_value", sa.Float(precision=53), nullable=True),
        sa.Column("text_value", sa.Text(), nullable=True),
        sa.Column("parameter_type", sa.Text(), nullable=True),
        sa.Column("timestamp", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_artifacts_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["experiment_run_id"],
            ["experiment_runs.id"],
            name=op.f("fk_artifacts_experiment_run_id"),
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name=op.f("fk_artifacts_model_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifacts")),
        sa.UniqueConstraint(
            "experiment_run_id",
            "artifact_type",
            "name",
            name=op.f("uq_artifacts_experiment_run_id_artifact_type_name"),
        ),
        sa.UniqueConstraint("external_id", name=op.f("uq_artifacts_external_id")),
        sa.UniqueConstraint(
            "model_version_id",
            "artifact_type",
            "name",
            name=op.f("uq_artifacts_model_version_id_artifact_type_name"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_artifacts_artifact_type", "artifacts", ["artifact_type", "id"], unique=False
    )
    op.create_index("ix_artifacts_created_at", "artifacts", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_artifacts_digest"), "artifacts", ["digest"], unique=False)
    op.create_index(
        "ix_artifacts_experiment_run_id", "artifacts", ["experiment_run_id", "id"], unique=False
    )
    op.create_index(
        "ix_artifacts_model_version_id", "artifacts", ["model_version_id", "id"], unique=False
    )
    op.create_index("ix_artifacts_updated_at", "artifacts", ["updated_at", "id"], unique=False)
    op.create_table(
        "inference_services",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "serving_environment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "registered_model_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "model_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("runtime", sa.Text(), nullable=True),
        sa.Column("desired_state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name=op.f("fk_inference_services_model_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registered_model_id"],
            ["registered_models.id"],
            name=op.f("fk_inference_services_registered_model_id"),
        ),
        sa.ForeignKeyConstraint(
            ["serving_environment_id"],
            ["serving_environments.id"],
            name=op.f("fk_inference_services_serving_environment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inference_services")),
        sa.UniqueConstraint("external_id", name=op.f("uq_inference_services_external_id")),
        sa.UniqueConstraint(
            "serving_environment_id",
            "name",
            name=op.f("uq_inference_services_serving_environment_id_name"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_inference_services_created_at", "inference_services", ["created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_inference_services_model_version_id"),
        "inference_services",
        ["model_version_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inference_services_registered_model_id"),
        "inference_services",
        ["registered_model_id"],
        unique=False,
    )
    op.create_index(
        "ix_inference_services_serving_environment_id",
        "inference_services",
        ["serving_environment_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_inference_services_updated_at", "inference_services", ["updated_at", "id"], unique=False
    )
    op.create_table(
        "past_metrics",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("artifact_type", sa.Text(), nullable=False),
        sa.Column("model_version_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "experiment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "experiment_run_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number_value", sa.Float(precision=53), nullable=True),
        sa.Column("timestamp", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_past_metrics_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["experiment_run_id"],
            ["experiment_runs.id"],
            name=op.f("fk_past_metrics_experiment_run_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_metrics")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_past_metrics_created_at", "past_metrics", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_past_metrics_experiment_run_id",
        "past_metrics",
        ["experiment_run_id", "name", "id"],
        unique=False,
    )
    op.create_index(
        "ix_past_metrics_updated_at", "past_metrics", ["updated_at", "id"], unique=False
    )
    op.create_table(
        "version_documents",
        sa.Column(
            "model_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lineage", sa.JSON(), nullable=False),
        sa.Column("schema", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name=op.f("fk_version_documents_model_version_id"),
        ),
        sa.PrimaryKeyConstraint("model_version_id", name=op.f("pk_version_documents")),
    )
    op.create_table(
        "version_files",
        sa.Column(
            "model_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name=op.f("fk_version_files_model_version_id"),
        ),
        sa.PrimaryKeyConstraint("model_version_id", "path", name=op.f("pk_version_files")),
    )
    op.create_index(op.f("ix_version_files_sha256"), "version_files", ["sha256"], unique=False)
    op.create_table(
        "serve_models",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("custom_properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "inference_service_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "model_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("last_known_state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inference_service_id"],
            ["inference_services.id"],
            name=op.f("fk_serve_models_inference_service_id"),
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name=op.f("fk_serve_models_model_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serve_models")),
        sa.UniqueConstraint("external_id", name=op.f("uq_serve_models_external_id")),
        sa.UniqueConstraint(
            "inference_service_id", "name", name=op.f("uq_serve_models_inference_service_id_name")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_serve_models_created_at", "serve_models", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_serve_models_inference_service_id",
        "serve_models",
        ["inference_service_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_serve_models_model_version_id"), "serve_models", ["model_version_id"], unique=False
    )
    op.create_index(
        "ix_serve_models_updated_at", "serve_models", ["updated_at", "id"], unique=False
    )
