"""Run the server in this process."""

import asyncio
import logging
import signal
import socket
import sys
from types import FrameType
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from predictor.app import Application
from predictor.errors import SettingsError
from predictor.settings import Settings

if sys.platform == "win32":
    from asyncio import run as run_loop
else:
    from uvloop import run as run_loop

log = logging.getLogger(__name__)

# Who has not sent the whole head of a request by then, or says nothing on a connection, is
# disconnected; clients and gateways open another one.
HEAD_SECONDS: Final = 10
MOST_HEAD_BYTES: Final = 32 << 10
# Each costs some 10 KiB while it says nothing.
MOST_CONNECTIONS: Final = 1024
# Beside a busy scoring thread the loop waits a millisecond for its turn, not Python's own five.
SWITCH_SECONDS: Final = 0.001


def listen(settings: Settings) -> tuple[str, int]:
    """Return IP address and port to listen on, which nobody does now.

    Raises:
        SettingsError: They cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.create_server((settings.host, settings.port), family=family) as probe:
            address: tuple[str, int] = probe.getsockname()[:2]
            return address
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {settings.host}, port {settings.port}: {error.strerror}; take "
            "another --port, or stop what listens there"
        ) from error


def run(app: Application, address: tuple[str, int], grace_seconds: float) -> None:
    """Serve until SIGINT or SIGTERM; requests that run then are finished.

    Args:
        app: What to serve.
        address: IP address and port to listen on.
        grace_seconds: How long they may take to be finished.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    run_loop(_serve_until_asked(app, address, grace_seconds))


async def _serve_until_asked(
    app: Application, address: tuple[str, int], grace_seconds: float
) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        loop.call_soon_threadsafe(stop.set)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, ask)
    server = Server(
        app,
        *address,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=MOST_CONNECTIONS,
        backpressure=MOST_CONNECTIONS,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=MOST_HEAD_BYTES
        ),
        # What fails is logged where it fails.
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    app.stop()
    server.stop()  # type: ignore[no-untyped-call]
    stopping.cancel()
    await asyncio.wait((serving,), timeout=grace_seconds)
