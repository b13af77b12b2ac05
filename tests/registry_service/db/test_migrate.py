"""The migrations, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import HEAD, current_revision, migrate
from registry_service.db.tables import metadata
from registry_service.domain.resources import DATASETS, MODELS, ModelVersion, RegisteredModel
from registry_service.errors import AlreadyExistsError, NotFoundError


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


def test_models_of_before_data_sets_are_kept(url: str) -> None:
    """A model keeps its id and versions, its name stays taken, and a data set may have it too."""
    engine = open_engine(url, 2)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        config = Config()
        config.set_main_option("script_location", "registry_service/db/migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql(
            "INSERT INTO registered_models"
            " (id, name, custom_properties, created_at, updated_at, state)"
            " VALUES (7, 'churn', '{}', 1, 1, 'LIVE')"
        )
        connection.exec_driver_sql(
            "INSERT INTO model_versions"
            " (id, name, registered_model_id, number, custom_properties, created_at, updated_at,"
            " state) VALUES (9, '1', 7, 1, '{}', 1, 1, 'LIVE')"
        )
        connection.exec_driver_sql("COMMIT")
    migrate(engine)
    database = SqlDatabase(engine)
    with database.write() as transaction:
        model = transaction.resources.get(RegisteredModel, 7)
        version = transaction.resources.get(ModelVersion, 9)
        assert (model.collection, version.collection) == (MODELS, MODELS)
        assert transaction.versions.newest([7])[7] == version
        transaction.resources.add(RegisteredModel(name="churn", collection=DATASETS))
    with pytest.raises(AlreadyExistsError), database.write() as transaction:
        transaction.resources.add(RegisteredModel(name="churn"))
    # What belongs to nothing is refused again.
    with pytest.raises(NotFoundError), database.write() as transaction:
        transaction.resources.add(ModelVersion(name="1", registered_model_id=99, number=1))
    database.close()


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
