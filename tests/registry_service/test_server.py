"""The service as a process, before it serves."""

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from registry_service import server
from registry_service.__main__ import main
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from tests.registry_service.running import free_port


def test_a_database_that_is_not_there_ends_it_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its database the service ends with the reason, and shows no traceback."""
    url = f"postgresql://registry:hidden@127.0.0.1:{free_port()}/registry"
    monkeypatch.setenv("REGISTRY_DATABASE_URL", url)
    monkeypatch.setattr(server, "DATABASE_SECONDS", 0)
    assert main(["--data", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: the registry's database cannot be used: ")
    assert error.count("\n") == 1


def test_only_a_registry_on_postgresql_loads_its_driver() -> None:
    """On SQLite the service starts without a tenth of a second of imports."""
    program = "import sys, registry_service.server; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def start(capsys: pytest.CaptureFixture[str], data: Path) -> str:
    """Start the service in this process, which fails; return the one line that says why."""
    assert main(["--data", str(data), "--port", str(free_port())]) == 1
    error = capsys.readouterr().err
    lines = [line for line in error.splitlines() if not line.startswith("INFO ")]
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    return lines[0]


def made(data: Path) -> Path:
    """Make the database of a registry; return its file."""
    engine = open_engine(f"sqlite:///{data}/registry.db", 1)
    migrate(engine)
    engine.dispose()
    return data / "registry.db"


def test_a_damaged_database_ends_it_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither what is no database, nor one with a hole in it, is shown as a traceback."""
    (tmp_path / "registry.db").write_bytes(b"no database" * 1000)
    assert "file is not a database" in start(capsys, tmp_path)


def test_a_newer_database_ends_it_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A database of a later version is named as such, and left as it is."""
    with sqlite3.connect(made(tmp_path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "of a newer version (9999, this one knows " in start(capsys, tmp_path)


def test_a_read_only_database_ends_it_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that may not be written is an outage when it is opened."""
    url = f"sqlite:///file:{made(tmp_path)}?mode=ro&uri=true"
    monkeypatch.setenv("REGISTRY_DATABASE_URL", url)
    assert "attempt to write a readonly database" in start(capsys, tmp_path)


def test_a_folder_that_cannot_be_made_ends_it_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where the folder of the data should be is named."""
    (tmp_path / "file").write_bytes(b"")
    assert f"{tmp_path}/file/data cannot be made" in start(capsys, tmp_path / "file" / "data")


def test_a_port_that_is_taken_ends_it_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever listens there already is not disturbed."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--data", str(tmp_path), "--port", str(port)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: cannot listen on 127.0.0.1, port {port}: ")
    assert error.count("\n") == 1
