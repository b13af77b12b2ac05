"""Requests between servers that come and go, on servers of a few lines."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import pytest

from components.shared.deployments import router as router_module
from components.shared.deployments.answers import Unavailable, is_whole
from components.shared.deployments.router import Backend, Router
from components.shared.deployments.servers import HOST, free_port

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LARGE = 5_000_000


async def _listening(answer: Answer, share: float = 100) -> tuple[Backend, asyncio.Server]:
    server = await asyncio.start_server(answer, HOST, 0, limit=2 * LARGE)
    return Backend(server.sockets[0].getsockname()[1], share), server


def _saying(name: bytes) -> Answer:
    """Return a server that answers each line with its name and the length of the line."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(b"%s %d\n" % (name, len(line)))
            await writer.drain()
        writer.close()

    return answer


async def _routing() -> tuple[Router, int]:
    router, port = Router(), free_port()
    await router.listen(port)
    return router, port


async def _ask(port: int, line: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port, limit=2 * LARGE)
    writer.write(line)
    said = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return said


def test_an_open_connection_moves_with_its_next_request() -> None:
    """What was asked before is answered by the old server, what is asked then by the new one."""

    async def scene() -> None:
        router, port = await _routing()
        (old, first), (new, second) = [await _listening(_saying(n)) for n in (b"old", b"new")]
        async with first, second:
            router.route_to([old])
            reader, writer = await asyncio.open_connection(HOST, port)
            for backend, said in ((old, b"old 2\n"), (new, b"new 2\n")):
                router.route_to([backend])
                writer.write(b"a\n")
                assert await asyncio.wait_for(reader.readline(), 10) == said
            assert await router.drain(old, 5)
            writer.close()
            router.close()

    asyncio.run(scene())


def test_what_is_large_comes_whole() -> None:
    """A request of megabytes, in as many pieces as the network makes, is one request."""

    async def scene() -> None:
        router, port = await _routing()
        backend, server = await _listening(_saying(b"it"))
        async with server:
            router.route_to([backend])
            line = b"x" * (LARGE - 1) + b"\n"
            assert await _ask(port, line) == b"it %d\n" % LARGE
            assert backend.requests == 1
            router.close()

    asyncio.run(scene())


def test_a_request_that_nobody_answered_is_asked_again() -> None:
    """A server that ends before it answers loses nothing; another one is asked."""

    async def scene() -> None:
        router, port = await _routing()
        sound, second = await _listening(_saying(b"sound"))

        async def dying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            router.route_to([sound])
            writer.close()

        dead, first = await _listening(dying)
        async with first, second:
            router.route_to([dead])
            assert await _ask(port, b"a\n") == b"sound 2\n"
            router.close()

    asyncio.run(scene())


def test_half_an_answer_is_none() -> None:
    """A server that ends while it answers ends the connection of its client too."""

    async def scene() -> None:
        router, port = await _routing()

        async def dying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"half")
            await writer.drain()
            writer.close()

        backend, server = await _listening(dying)
        async with server:
            router.route_to([backend])
            assert await _ask(port, b"a\n") == b"half"
            router.close()

    asyncio.run(scene())


@pytest.mark.parametrize("shares", [(100, 0), (0, 100)])
def test_shares_are_kept_to(shares: tuple[int, int]) -> None:
    """A server without a share gets nothing, wherever it stands."""

    async def scene() -> None:
        router, port = await _routing()
        (one, first), (two, second) = [await _listening(_saying(b"s"), share) for share in shares]
        async with first, second:
            router.route_to([one, two])
            for _ in range(20):
                await _ask(port, b"a\n")
            assert (one.requests, two.requests) == (shares[0] / 5, shares[1] / 5)
            router.close()

    asyncio.run(scene())


def test_a_connection_outlives_the_server_that_answered_it() -> None:
    """A server that ends right after a whole answer is replaced, and the client does not see it."""

    async def scene() -> None:
        router, port = await _routing()
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nit"

        async def ending(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(answer)
            await writer.drain()
            writer.close()

        backend, server = await _listening(ending)
        async with server:
            router.route_to([backend])
            reader, writer = await asyncio.open_connection(HOST, port)
            for _ in range(2):
                writer.write(b"a\n")
                assert await asyncio.wait_for(reader.readexactly(len(answer)), 10) == answer
                await asyncio.sleep(0.1)
            writer.close()
            router.close()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nit", True),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nit", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nit", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nit", False),
        (b"HTTP/1.1 200 OK\r\ncontent-le", False),
        (b"HTTP/1.1 200 OK\r\n\r\nit", False),
        (b"HTTP/1.1 100 Continue\r\n\r\n", False),
        (b"half", False),
        (b"", False),
    ],
)
def test_an_answer_is_whole_where_it_says_how_long_it_is(answer: bytes, whole: bool) -> None:
    """And only where its connection is for more; what cannot be read may be half of one."""
    assert is_whole(answer) is whole


def test_where_no_server_gets_ready_the_answer_is_503() -> None:
    """At once, as JSON that says when to ask again, though the client is still sending."""

    async def scene() -> tuple[bytes, float]:
        router, port = await _routing()
        down = Unavailable("nobody", time.monotonic() + 7)
        router.route_to([Backend(0, 100, unavailable=down)])
        reader, writer = await asyncio.open_connection(HOST, port)
        began = time.monotonic()
        writer.write(b"POST /predict HTTP/1.1\r\n\r\n" + b"x" * LARGE)
        told = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        router.close()
        return told, time.monotonic() - began

    told, seconds = asyncio.run(scene())
    head, body = told.split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nretry-after: 7\r\n" in head
    assert json.loads(body) == {"error": "nobody", "code": "unavailable"}
    assert seconds < 5


def test_who_waits_in_vain_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that no server takes in time is answered too, not hung up on."""
    monkeypatch.setattr(router_module, "CONNECT_SECONDS", 0.1)

    async def scene() -> bytes:
        router, port = await _routing()
        router.route_to([Backend(free_port(), 100)])
        said = await _ask(port, b"a\n")
        router.close()
        return said

    assert asyncio.run(scene()) == b"HTTP/1.1 503 Service Unavailable\r\n"
