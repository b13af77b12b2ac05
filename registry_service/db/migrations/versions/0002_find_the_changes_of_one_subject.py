"""Find the changes of one version or alias, however much happened to the others."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("ix_audit_subject", "audit", ["model_name", "subject", "id"])
