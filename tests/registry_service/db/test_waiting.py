"""A service that starts before its database."""

import logging
from contextlib import ExitStack

import pytest

from registry_service.db.engine import open_engine
from registry_service.db.waiting import wait_for_database
from registry_service.errors import StorageError
from tests.postgres_server import running_postgres
from tests.registry_service.running import free_port


def nowhere() -> str:
    """Return the URL of a database that is not there."""
    return f"postgresql://registry:hidden@127.0.0.1:{free_port()}/registry"


def test_waiting_in_vain_ends_in_one_line_without_the_password() -> None:
    """A server that does not come up is an error with its reason and what to look at."""
    with pytest.raises(StorageError, match="refused") as failure:
        wait_for_database(open_engine(nowhere(), 1), seconds=0)
    message = str(failure.value)
    assert "REGISTRY_DATABASE_URL" in message
    assert "hidden" not in message
    assert "\n" not in message


@pytest.mark.usefixtures("postgres_url")  # which tells where no server can be started
def test_it_goes_on_once_the_database_answers() -> None:
    """The wait ends when a connection can be opened."""
    with ExitStack() as stack:
        port = free_port()

        def start_it(_: float) -> None:
            stack.enter_context(running_postgres(port))

        engine = open_engine(f"postgresql://registry@127.0.0.1:{port}/postgres", 1)
        wait_for_database(engine, seconds=300, pause=start_it)
        with engine.connect() as connection:
            assert not connection.closed
        engine.dispose()


def test_the_reason_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever looks at the log sees what is waited for, not a line for each attempt."""
    attempts = []

    def give_up(_: float) -> None:
        attempts.append(1)
        if len(attempts) == 3:
            raise KeyboardInterrupt

    with caplog.at_level(logging.WARNING), pytest.raises(KeyboardInterrupt):
        wait_for_database(open_engine(nowhere(), 1), seconds=300, pause=give_up)
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "waiting for the database"
    ]
