"""A PostgreSQL server of the tests' own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.registry_service.running import free_port


def available() -> bool:
    """Tell whether the programs of a PostgreSQL server are installed."""
    return program("initdb") is not None and program("pg_ctl") is not None


def program(name: str) -> str | None:
    """Find a program of PostgreSQL; Debian keeps those of each version in a folder of its own."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    """Make an empty database on a server; give its URL; remove it."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield make_url(url).set(database=name).render_as_string(hide_password=False)
    with alone.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@contextmanager
def running_postgres(port: int | None = None, *, durable: bool = False) -> Iterator[str]:
    """Start a server in a new folder, on a port or a free one; give its URL; stop it.

    Args:
        port: Where it listens.
        durable: Each commit waits for the disk, as in production. Tests do without: no machine
            dies under them, and a disk that others keep busy for seconds is no fault of ours.
    """
    # Not pytest's own folder: that is closed to the user whom the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="registry-postgres-"))
    # The server refuses to run as root, which is what containers often test as.
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = str(folder / "data")

    def call(name: str, *arguments: str) -> None:
        command = [program(name) or name, *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, capture_output=True, timeout=120)

    call("initdb", "-D", data, "-U", "registry", "--auth=trust", "-E", "UTF8", "--no-sync")
    port = port or free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    if not durable:
        options += " -c fsync=off"
    call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://registry@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-D", data, "-m", "fast", "stop")
        shutil.rmtree(folder)
