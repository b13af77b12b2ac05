"""Run the service in this process."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from registry_service.app import create_app
from registry_service.db.engine import open_engine
from registry_service.db.waiting import wait_for_database
from registry_service.settings import Settings

log = logging.getLogger(__name__)

# Longer than any request but a large upload takes; those are retried by the client.
GRACE_SECONDS = 30
# In a new cluster the database starts too. Less than the Deployment's startup probe allows, so that
# a wait in vain ends with its reason.
DATABASE_SECONDS = 90


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests that run then are finished.

    Raises:
        SettingsError: The settings would open the registry to strangers.
        StorageError: The database server cannot be reached.
    """
    settings.check()
    logging.basicConfig(format="%(levelname)s %(message)s")
    logging.getLogger("registry_service").setLevel(settings.log_level.upper())
    if settings.port:
        scheme = "http" if settings.tls_certificate is None else "https"
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        log.info("pages for people: %s://%s:%d/ui/", scheme, host, settings.port)
    if settings.database_url is not None:
        with _ending_at_once():
            _await_database(settings.database_url)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )


def _await_database(url: str) -> None:
    engine = open_engine(url, 1)
    # SQLite is a file: it is there, or waiting does not make it.
    if engine.dialect.name != "sqlite":
        wait_for_database(engine, DATABASE_SECONDS)
    engine.dispose()


@contextmanager
def _ending_at_once() -> Iterator[None]:
    """Let SIGTERM end the process, which a container's first process otherwise ignores."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
