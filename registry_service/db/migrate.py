"""Bring the database to the schema that this code knows."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

# The newest of the migrations; a test keeps it true.
HEAD = "0002"
# Any number, so long as all replicas take the same: PostgreSQL's lock around the migration.
_LOCK = 7_110_326


def migrate(engine: Engine) -> None:
    """Apply the migrations that are missing; several replicas may do so at once.

    Args:
        engine: The database.
    """
    with engine.connect() as connection:
        try:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql("BEGIN")
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if current_revision(connection) != HEAD:
                _upgrade(connection)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            # The database undoes what a lost connection began.
            connection.invalidate()
            raise


def current_revision(connection: Connection) -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: Connection) -> None:
    # Imported only when there is work to do: it costs memory and a fifth of a second.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
