"""One address for servers that come and go: requests are passed on, none is lost between them.

Bytes are passed on as they are; where no server gets ready, the answer is 503. A client says
something new only once it was answered, so what it says then begins a request, and may go to
another server: a connection that stays open moves with its next request. Clients that send a
request before the last one was answered (HTTP pipelining, which browsers and the usual libraries do
not use) are not for this.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from components.shared.deployments.answers import NO_SERVER, Unavailable, is_whole

HOST: Final = "127.0.0.1"
CONNECT_SECONDS: Final = 15.0
"""How long a request waits for a server that is being started again."""

PAUSE_SECONDS: Final = 0.05
RETRY_SECONDS: Final = 5.0
"""When a client that waited in vain may ask again."""

QUIET_SECONDS: Final = 1.0
"""After so long without a byte, an answer that began is one that ended."""

MOST_AGAIN: Final = 1 << 20
"""Bytes of a request up to which it is sent again where a server ended before it answered, and of
an answer up to which it is known to be whole at once."""

CONTINUE: Final = b"HTTP/1.1 100"
"""What a server answers to a client that asks whether to send the rest of its request."""


@dataclass(eq=False)
class Backend:
    """A server that requests are passed on to.

    Attributes:
        port: Where it listens on the loopback address.
        share: How many of a hundred requests it gets.
        requests: How many it got.
        callers: Connections that go on to it.
        unavailable: That it ended, and did not get ready again; None: it answers, or soon will.
    """

    port: int
    share: float
    requests: int = 0
    callers: "set[_Caller]" = field(default_factory=set)
    unavailable: Unavailable | None = None


class Router:
    """Passes requests on to servers, by their shares."""

    def __init__(self) -> None:
        self._backends: Sequence[Backend] = ()
        self._server: asyncio.Server | None = None

    async def listen(self, port: int) -> None:
        """Listen on a port of the loopback address."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Caller(self), HOST, port, backlog=1024)

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def route_to(self, backends: Sequence[Backend]) -> None:
        """Send all requests that begin from now on to these."""
        self._backends = tuple(backends)

    def choose(self) -> Backend | None:
        """Return the server of the next request; None where there is none."""
        backends = self._backends
        if len(backends) < 2:
            return backends[0] if backends else None
        shares = [each.share for each in backends]
        return random.choices(backends, shares)[0]  # noqa: S311 - a share of requests is no secret

    async def drain(self, backend: Backend, seconds: float) -> bool:
        """Wait until a server that gets no new requests has answered its last; tell if it has."""
        end = time.monotonic() + seconds
        while backend.callers:
            for caller in list(backend.callers):
                caller.leave_if_quiet()
            if time.monotonic() > end:
                return False
            await asyncio.sleep(PAUSE_SECONDS)
        return True


class _Caller(asyncio.Protocol):
    """The connection of a client."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._transport: asyncio.Transport | None = None
        self._server: _Server | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._said = bytearray()
        self._answer = bytearray()
        self._answered = True
        self._refused = False
        self._heard = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._answered:
            self._said.clear()
            self._answer.clear()
        self._said += data
        if self._connecting is not None:
            return
        if self._answered:
            backend = self._router.choose()
            if backend is not None:
                backend.requests += 1
            if self._server is None or self._server.backend is not backend:
                self.leave()
                self._answered = False
                self._connecting = asyncio.ensure_future(self._connect(backend))
                return
        self._answered = False
        if self._server is not None:
            self._server.write(data)

    async def _connect(self, backend: Backend | None) -> None:
        loop, end = asyncio.get_running_loop(), time.monotonic() + CONNECT_SECONDS
        while True:
            if backend is not None and backend.unavailable is not None:
                self.refuse(backend.unavailable)
                return
            if backend is not None:
                try:
                    _, server = await loop.create_connection(
                        lambda chosen=backend: _Server(self, chosen),  # type: ignore[misc]
                        HOST,
                        backend.port,
                    )
                    break
                except OSError:
                    pass
            if time.monotonic() > end:
                self.refuse(Unavailable(NO_SERVER, time.monotonic() + RETRY_SECONDS))
                return
            await asyncio.sleep(PAUSE_SECONDS)
            backend = self._router.choose()
        self._connecting = None
        if self._transport is None:
            server.close()
            return
        self._server = server
        server.backend.callers.add(self)
        server.write(bytes(self._said))

    def answer(self, data: bytes) -> None:
        """Take what the server says."""
        self._answered = not data.startswith(CONTINUE)
        self._heard = time.monotonic()
        if len(self._answer) <= MOST_AGAIN:
            self._answer += data
        if self._transport is not None:
            self._transport.write(data)

    def leave(self) -> None:
        """Let go of the server; the client stays."""
        if self._server is not None:
            server, self._server = self._server, None
            server.backend.callers.discard(self)
            server.close()
            self.resume()

    def leave_if_quiet(self) -> None:
        """Let go of the server if the client was answered, and has said nothing since."""
        if self._is_quiet():
            self.leave()

    def server_lost(self, server: "_Server") -> None:
        """Take note that a server closed its connection."""
        if server is not self._server:
            return
        quiet = self._is_quiet()
        self.leave()
        if not self._answered:
            if len(self._said) > MOST_AGAIN:
                self.refuse(Unavailable(NO_SERVER, time.monotonic() + RETRY_SECONDS))
                return
            # A prediction changes nothing: what nobody answered is asked of another server.
            self._connecting = asyncio.ensure_future(self._connect(self._router.choose()))
        elif not quiet and not is_whole(bytes(self._answer)):
            # What was answered may be half an answer: the client must see that it ends here.
            self.hang_up()

    def refuse(self, why: Unavailable) -> None:
        """Answer that nobody answers, and hang up once the client has had time to read it."""
        self._connecting, self._refused = None, True
        if self._transport is None:
            return
        self._transport.write(why.answer())
        # Who closes while something is still being sent takes the answer away with it.
        self._transport.write_eof()
        asyncio.get_running_loop().call_later(QUIET_SECONDS, self.hang_up)

    def _is_quiet(self) -> bool:
        sent = self._transport is None or not self._transport.get_write_buffer_size()
        return self._answered and sent and time.monotonic() - self._heard > QUIET_SECONDS

    def hang_up(self) -> None:
        """Close the connection, after all that was said."""
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        self.leave()

    def pause_writing(self) -> None:
        if self._server is not None:
            self._server.pause()

    def resume_writing(self) -> None:
        if self._server is not None:
            self._server.resume()

    def pause(self) -> None:
        """Take nothing more from the client for now."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take what the client says again."""
        if self._transport is not None:
            self._transport.resume_reading()


class _Server(asyncio.Protocol):
    """The connection to a server, for one client."""

    def __init__(self, caller: _Caller, backend: Backend) -> None:
        self.backend = backend
        self._caller = caller
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._caller.answer(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        self._caller.server_lost(self)

    def write(self, data: bytes) -> None:
        """Say what the client says."""
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def pause(self) -> None:
        """Take nothing more from the server for now."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take what the server says again."""
        if self._transport is not None:
            self._transport.resume_reading()

    def pause_writing(self) -> None:
        self._caller.pause()

    def resume_writing(self) -> None:
        self._caller.resume()
