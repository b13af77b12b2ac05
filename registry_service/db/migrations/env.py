"""Run by Alembic: migrates over the connection that `registry_service.db.migrate` opened."""

from alembic import context

from registry_service.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()
