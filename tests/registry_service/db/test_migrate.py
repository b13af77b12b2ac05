"""The migrations, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from registry_service.db.engine import open_engine
from registry_service.db.migrate import HEAD, current_revision, migrate
from registry_service.db.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.db'}"
    server: str = request.getfixturevalue("postgres_url")
    name = f"m{abs(hash(tmp_path))}"
    admin = create_engine(
        server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.rsplit("/", 1)[0] + "/" + name


def revision(engine: Engine) -> str | None:
    """The revision that a database is at."""
    with engine.connect() as connection:
        return current_revision(connection)


def test_a_migrated_database_has_the_tables_of_the_code(url: str) -> None:
    """Nothing is left that Alembic would change, and a second start does nothing."""
    engine = open_engine(url, 2)
    for _ in range(2):
        migrate(engine)
        assert revision(engine) == HEAD
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_replicas_that_start_together_migrate_once(url: str) -> None:
    """Four at once leave one schema and no error."""
    engines = [open_engine(url, 1) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    assert {revision(engine) for engine in engines} == {HEAD}
    for engine in engines:
        engine.dispose()


def test_head_is_the_newest_migration() -> None:
    """The constant, which spares a start from loading Alembic, is kept true."""
    config = Config()
    config.set_main_option("script_location", "registry_service/db/migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
