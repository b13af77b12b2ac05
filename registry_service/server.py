"""Run the service in this process."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server.embed import Server
from starlette.applications import Starlette

from registry_service.app import create_app
from registry_service.db.engine import open_engine
from registry_service.db.waiting import wait_for_database
from registry_service.domain import limits
from registry_service.errors import SettingsError
from registry_service.settings import Settings

if sys.platform == "win32":
    from asyncio import run as run_loop
else:
    from uvloop import run as run_loop

log = logging.getLogger(__name__)

# Longer than any request but a large upload takes; those are retried by the client.
GRACE_SECONDS = 30
# In a new cluster the database starts too. Less than the Deployment's startup probe allows, so that
# a wait in vain ends with its reason.
DATABASE_SECONDS = 90
# Who has not sent the whole head of a request by then, or says nothing on a connection, is
# disconnected; clients and gateways open another one.
HEAD_SECONDS = 10
# A fifth of Python's own: with twelve busy threads the loop waits for 12 ms rather than for 60.
SWITCH_SECONDS = 0.001
# Each costs some 10 KiB while it says nothing.
MOST_CONNECTIONS = 2048


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests that run then are finished.

    Raises:
        SettingsError: The settings would open the registry to strangers, or cannot be used.
        StorageError: The database server cannot be reached.
    """
    settings.check()
    logging.basicConfig(format="%(levelname)s %(message)s")
    logging.getLogger("registry_service").setLevel(settings.log_level.upper())
    host, port = _free_address(settings.host, settings.port)
    if settings.database_url is not None:
        with _asked_by(_end_at_once, signal.SIGTERM):
            _await_database(settings.database_url)
    # The loop that answers probes gets its turn sooner from threads that compute.
    sys.setswitchinterval(SWITCH_SECONDS)
    run_loop(_serve_until_asked(settings, host, port))


async def serve(
    app: Starlette, settings: Settings, address: tuple[str, int], stop: asyncio.Event
) -> None:
    """Serve an application until an event is set.

    Args:
        app: What to serve.
        settings: Its certificate counts here.
        address: IP address and port to listen on.
        stop: Ends it: no connection is taken any more, the requests that run are finished.
    """
    server = Server(
        app,
        *address,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=MOST_CONNECTIONS,
        backpressure=MOST_CONNECTIONS,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_SECONDS * 1000,
            # It may have read as much again when it looks: the middleware refuses that, with words.
            max_buffer_size=limits.HEAD + limits.URL,
        ),
        # What fails is logged where it fails.
        log_enabled=False,
        ssl_cert=settings.tls_certificate,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    # Not by the server's own protocol: what keeps the service from starting is the caller's to see.
    async with app.router.lifespan_context(app):
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        server.stop()  # type: ignore[no-untyped-call]
        stopping.cancel()
        await asyncio.wait((serving,), timeout=GRACE_SECONDS)


async def _serve_until_asked(settings: Settings, host: str, port: int) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        loop.call_soon_threadsafe(stop.set)

    scheme = "http" if settings.tls_certificate is None else "https"
    shown = f"[{host}]" if ":" in host else host
    log.info("pages for people: %s://%s:%d/ui/", scheme, shown, port)
    with _asked_by(ask, signal.SIGTERM, signal.SIGINT):
        await serve(create_app(settings), settings, (host, port), stop)


def _free_address(host: str, port: int) -> tuple[str, int]:
    """Return IP address and port to listen on, which nobody does now.

    Raises:
        SettingsError: They cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as probe:
            address: tuple[str, int] = probe.getsockname()[:2]
            return address
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}, port {port}: {error.strerror}; take another --port, or stop "
            "what listens there"
        ) from error


def _await_database(url: str) -> None:
    engine = open_engine(url, 1)
    # SQLite is a file: it is there, or waiting does not make it.
    if engine.dialect.name != "sqlite":
        wait_for_database(engine, DATABASE_SECONDS)
    engine.dispose()


def _end_at_once(number: int, frame: FrameType | None) -> None:
    """End the process, as a container's first process does not by itself when it is asked to."""
    del number, frame
    sys.exit(0)


@contextmanager
def _asked_by(
    handler: Callable[[int, FrameType | None], None], *signals: signal.Signals
) -> Iterator[None]:
    """Let a handler hear of signals, and leave them afterwards to who heard of them before."""
    before = {each: signal.signal(each, handler) for each in signals}
    try:
        yield
    finally:
        for each, former in before.items():
            signal.signal(each, former)
