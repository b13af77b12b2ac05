"""Bring the database to the schema that this code knows."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from registry_service.db.database import outages
from registry_service.db.engine import unbounded
from registry_service.errors import StorageError

# The newest of the migrations; a test keeps it true.
HEAD = "0004"
# Any number, so long as all replicas take the same: PostgreSQL's lock around the migration.
_LOCK = 7_110_326


def migrate(engine: Engine) -> None:
    """Apply the migrations that are missing; several replicas may do so at once.

    Args:
        engine: The database.

    Raises:
        StorageError: It cannot be brought there: it is damaged, full, or of a newer version.
    """
    with outages(), engine.connect() as connection:
        try:
            if connection.dialect.name == "sqlite":
                unbounded(connection)
                # SQLite changes a constraint by another table, which takes the place of the first.
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql("BEGIN")
                # Others may be at it, and a large table takes its time.
                connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            current = current_revision(connection)
            if current is not None and current > HEAD:
                raise StorageError(
                    f"the registry's database is of a newer version ({current}, this one knows "
                    f"{HEAD}): start that version, or restore a copy from before it"
                )
            if current != HEAD:
                _upgrade(connection)
            else:
                # What can only be read says so now, and not at the first change.
                connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
            connection.exec_driver_sql("COMMIT")
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        except ProgrammingError as error:
            connection.invalidate()
            reason = str(error.orig).splitlines()[0]
            raise StorageError(f"the registry may not set up its database: {reason}") from error
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
