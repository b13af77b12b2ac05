"""Keep evidence beside the files of a version."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "evidence_files",
        # As `tables.Id`.
        sa.Column(
            "model_version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version_id"],
            ["model_versions.id"],
            name="fk_evidence_files_model_version_id",
            # A service of the version before deletes versions without knowing of this table.
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_version_id", "path", name="pk_evidence_files"),
    )
    op.create_index("ix_evidence_files_sha256", "evidence_files", ["sha256"])
