"""How long, and how much at a time, a database is asked, on SQLite and PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from registry_service.db import database as database_module
from registry_service.db import engine as engine_module
from registry_service.db import resources as resources_module
from registry_service.db.database import SqlDatabase, outages
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain import limits
from registry_service.domain.paging import ListQuery
from registry_service.domain.resources import Artifact, Metric, ModelVersion, RegisteredModel
from registry_service.errors import StorageError, TooLargeError
from tests.registry_service.running import settings_of

SECONDS = 1
SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) "
    "FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


@pytest.fixture
def engine(
    stores: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """An empty database of each kind, which takes a second for a statement at most."""
    for module in (engine_module, database_module):
        monkeypatch.setattr(module, "STATEMENT_SECONDS", SECONDS)
    made = open_engine(settings_of(stores, data_dir=tmp_path).url(), 3)
    migrate(made)
    yield made
    made.dispose()


def test_a_statement_ends_in_time(engine: Engine) -> None:
    """What takes too long is ended by the database, and the caller told to ask for less."""
    begun = time.monotonic()
    with (
        pytest.raises(StorageError, match=f"took longer than {SECONDS} s"),
        outages(),
        engine.connect() as connection,
    ):
        connection.execute(text(SLOW[engine.dialect.name]))
    assert time.monotonic() - begun < 10 * SECONDS
    SqlDatabase(engine).check()


def test_a_change_waits_for_others_only_so_long(engine: Engine) -> None:
    """A change that another one holds off ends in an outage, and the next one finds its way."""
    database = SqlDatabase(engine)
    with database.write() as transaction:
        model = transaction.resources.add(RegisteredModel(name="churn"))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as transaction:
            transaction.resources.lock(RegisteredModel, model.id)
            held.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    with pytest.raises(StorageError), database.write() as transaction:
        transaction.resources.lock(RegisteredModel, model.id)
    done.set()
    holder.join()
    with database.write() as transaction:
        transaction.resources.lock(RegisteredModel, model.id)


def add_models(database: SqlDatabase, count: int) -> None:
    """Store models, which are called by their numbers."""
    with database.write() as transaction:
        transaction.resources.add_all([RegisteredModel(name=f"m{n:05}") for n in range(count)])


def names(database: SqlDatabase, query: ListQuery) -> list[list[str | None]]:
    """Return the names on each page of a list."""
    pages = []
    with database.read() as transaction:
        while True:
            page = transaction.resources.page(RegisteredModel, query)
            pages.append([model.name for model in page.items])
            if page.next is None:
                return pages
            query = ListQuery(page_size=query.page_size, after=page.next)


@pytest.mark.parametrize("asked", [None, 100_000])
def test_a_page_has_an_end(engine: Engine, asked: int | None) -> None:
    """Whoever asks for everything gets the largest page, and where the next one begins."""
    database = SqlDatabase(engine)
    add_models(database, limits.PAGE + 150)
    pages = names(database, ListQuery(page_size=asked))
    assert [len(page) for page in pages] == [limits.PAGE, 150]
    assert [*chain.from_iterable(pages)] == [f"m{n:05}" for n in range(limits.PAGE + 150)]


def test_a_page_of_large_rows_is_shorter(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page ends where its rows have become large, and nothing is left out."""
    monkeypatch.setattr(limits, "PAGE_BYTES", 2_000)
    monkeypatch.setattr(resources_module, "_AT_A_TIME", 10)
    database = SqlDatabase(engine)
    add_models(database, 95)
    pages = names(database, ListQuery())
    assert len(pages) > 2
    assert [*chain.from_iterable(pages)] == [f"m{n:05}" for n in range(95)]


def test_what_is_shown_together_has_an_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The artifacts of a version come whole, or not at all."""
    database = SqlDatabase(engine)
    with database.write() as transaction:
        model = transaction.resources.add(RegisteredModel(name="churn"))
        version = transaction.resources.add(
            ModelVersion(name="1", registered_model_id=model.id, number=1)
        )
        metrics = [Metric(name=f"m{n}", model_version_id=version.id) for n in range(250)]
        transaction.resources.add_all(metrics)
    with database.read() as transaction:
        found = transaction.resources.every(Artifact, model_version_id=version.id)
        assert [artifact.name for artifact in found] == [metric.name for metric in metrics]
    monkeypatch.setattr(limits, "TOGETHER", 249)
    with pytest.raises(TooLargeError, match="not shown together"), database.read() as transaction:
        transaction.resources.every(Artifact, model_version_id=version.id)
