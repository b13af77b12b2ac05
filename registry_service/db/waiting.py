"""Wait for a database that starts at the same time as the service."""

import logging
import time
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from registry_service.errors import StorageError

PAUSE_SECONDS = 1.0

log = logging.getLogger(__name__)


def wait_for_database(
    engine: Engine, seconds: float, pause: Callable[[float], None] = time.sleep
) -> None:
    """Return once a connection can be opened; each new reason why not is logged.

    Args:
        engine: The database.
        seconds: How long to try.
        pause: What passes the time between two attempts.

    Raises:
        StorageError: There was none in time.
    """
    deadline = time.monotonic() + seconds
    logged = None
    while reason := _why_not(engine):
        if time.monotonic() >= deadline:
            raise StorageError(
                f"the registry's database cannot be used: {reason}. See that it runs, that this "
                "machine reaches it, and that REGISTRY_DATABASE_URL names it and its password."
            )
        if reason != logged:
            log.warning("waiting for the database: %s", reason)
            logged = reason
        pause(PAUSE_SECONDS)


def _why_not(engine: Engine) -> str | None:
    try:
        engine.connect().close()
    except OperationalError as error:
        return " ".join(str(error.orig).split()).rstrip(".")
    return None
