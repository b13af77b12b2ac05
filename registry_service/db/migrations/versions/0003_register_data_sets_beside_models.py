"""Register data sets beside models, each kind with names of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    for table in ("model_versions", "artifacts", "audit"):
        op.add_column(table, _collection())
    op.add_column("model_versions", sa.Column("content_digest", sa.Text(), nullable=True))
    op.create_index(
        "ix_model_versions_content_digest",
        "model_versions",
        ["registered_model_id", "content_digest"],
    )
    keywords = {"sqlite_autoincrement": True}
    with op.batch_alter_table("registered_models", table_kwargs=keywords) as models:
        models.add_column(_collection())
        models.drop_constraint("uq_registered_models_name", type_="unique")
        models.create_unique_constraint(
            "uq_registered_models_name_collection", ["name", "collection"]
        )


def _collection() -> "sa.Column[str]":
    return sa.Column("collection", sa.Text(), nullable=False, server_default="models")
