"""What the service clears away by itself."""

import os
import time
from pathlib import Path

import pytest

from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain import limits
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.paging import ListQuery
from registry_service.domain.properties import PropertyValue
from registry_service.service import housekeeping
from registry_service.service.blob_ports import GIVEN_UP_AFTER
from registry_service.service.housekeeping import Housekeeping
from registry_service.storage.folder import FolderStore
from tests.registry_service.running import settings_of

ME = "0123456789abcdef"


@pytest.fixture
def database(stores: dict[str, str], tmp_path: Path) -> SqlDatabase:
    """An empty database of each kind."""
    engine = open_engine(settings_of(stores, data_dir=tmp_path).url(), 2)
    migrate(engine)
    return SqlDatabase(engine)


def test_old_idempotency_keys_are_forgotten(database: SqlDatabase, tmp_path: Path) -> None:
    """The answers of old requests go; younger ones are still given."""
    blobs = FolderStore(tmp_path / "blobs")
    blobs.prepare()
    with database.write() as transaction:
        transaction.answers.remember("key", "fingerprint", {"answer": 1})
    Housekeeping(database, blobs).run()
    with database.read() as transaction:
        assert transaction.answers.recall("key") == ("fingerprint", {"answer": 1})
    time.sleep(0.01)
    Housekeeping(database, blobs, keys_kept_days=0).run()
    with database.read() as transaction:
        assert transaction.answers.recall("key") is None
    database.close()


def test_uploads_that_were_given_up_are_cleared_away(database: SqlDatabase, tmp_path: Path) -> None:
    """Files that did not grow for a day go."""
    blobs = FolderStore(tmp_path / "blobs")
    blobs.prepare()
    writer = blobs.writer("0" * 64, ME)
    writer.write(b"half")
    (left,) = (tmp_path / "blobs" / "incoming").iterdir()
    Housekeeping(database, blobs).run()
    assert left.exists()
    past = time.time() - GIVEN_UP_AFTER - 60
    os.utime(left, (past, past))
    Housekeeping(database, blobs).run()
    assert not left.exists()
    database.close()


def test_runs_without_a_word_are_ended(database: SqlDatabase, tmp_path: Path) -> None:
    """A silent run of a pipeline failed; one of another client, or that has ended, stays."""
    blobs = FolderStore(tmp_path / "blobs")
    blobs.prepare()
    ours = {"place": PropertyValue("string", "cluster"), "at": PropertyValue("string", "train")}
    with database.write() as transaction:
        experiment = transaction.resources.add(Experiment(name="training")).id
        silent, foreign, ended = (
            transaction.resources.add(
                ExperimentRun(
                    name=name, experiment_id=experiment, status=status, custom_properties=said
                )
            ).id
            for name, status, said in (
                ("silent", "RUNNING", ours),
                ("foreign", "RUNNING", {}),
                ("ended", "KILLED", ours),
            )
        )
    Housekeeping(database, blobs, silence_hours=1).run()
    with database.read() as transaction:
        assert transaction.resources.get(ExperimentRun, silent).status == "RUNNING"
    time.sleep(0.01)
    Housekeeping(database, blobs, silence_hours=1e-9).run()
    with database.read() as transaction:
        found = transaction.resources.get(ExperimentRun, silent)
        assert found.status == "FAILED"
        assert str(found.custom_properties["outcome"].value).startswith("no word of it since 20")
        assert found.custom_properties["at"] == ours["at"]
        assert transaction.resources.get(ExperimentRun, foreign).status == "RUNNING"
        assert transaction.resources.get(ExperimentRun, ended).status == "KILLED"
    database.close()


def test_many_silent_runs_are_ended_some_at_a_time(
    database: SqlDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than are read together, those of other clients among them."""
    monkeypatch.setattr(housekeeping, "RUNS_AT_A_TIME", 2)
    monkeypatch.setattr(limits, "TOGETHER", 2)
    blobs = FolderStore(tmp_path / "blobs")
    blobs.prepare()
    ours = {"place": PropertyValue("string", "cluster")}
    with database.write() as transaction:
        experiment = transaction.resources.add(Experiment(name="training")).id
        for number in range(9):
            said = ours if number % 3 else {}
            transaction.resources.add(
                ExperimentRun(name=str(number), experiment_id=experiment, custom_properties=said)
            )
    time.sleep(0.05)
    Housekeeping(database, blobs, silence_hours=1e-6).run()
    with database.read() as transaction:
        left = transaction.resources.page(ExperimentRun, ListQuery(), status="RUNNING").items
    assert [run.name for run in left] == ["0", "3", "6"]
    database.close()
