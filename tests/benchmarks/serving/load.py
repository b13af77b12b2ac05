"""Requests over a number of connections, each of which sends the next one when it is answered."""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Final

LEAST: Final = 20
"""So many answers are waited for, however slow they are."""


@dataclass(frozen=True)
class Load:
    """What came of a load.

    Attributes:
        requests_per_second: Requests that were answered with 200.
        median: Milliseconds from a request to its answer, of half of them.
        p99: The same of 99 of 100.
    """

    requests_per_second: float
    median: float
    p99: float


def load(
    port: int, path: str, body: bytes, *, connections: int, seconds: float, warm_up: float = 0.5
) -> Load:
    """Load a server on this machine for a while, after a warm-up that does not count.

    Raises:
        AssertionError: An answer was not 200.
    """
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return asyncio.run(_load(port, head.encode() + body, connections, (warm_up, seconds)))


async def _load(port: int, request: bytes, connections: int, times: tuple[float, float]) -> Load:
    loop = asyncio.get_running_loop()
    run = _Run(request, time.perf_counter() + times[0], times[1])
    callers = [
        (await loop.create_connection(lambda: _Caller(run), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(caller.done for caller in callers))
    percentiles = quantiles(run.answered, n=100, method="inclusive")
    rate = len(run.answered) / (run.last - run.begin)
    return Load(rate, percentiles[49] * 1e3, percentiles[98] * 1e3)


@dataclass
class _Run:
    """What all connections have in common.

    Attributes:
        request: What each sends.
        begin: From when on answers count.
        during: How long, or until there are enough answers.
        answered: Seconds of each answer that counts.
        last: When the last one came.
    """

    request: bytes
    begin: float
    during: float
    answered: list[float] = field(default_factory=list)
    last: float = 0.0

    def note(self, sent: float, now: float) -> bool:
        """Count an answer; tell whether that was the last one."""
        if sent >= self.begin:
            self.answered.append(now - sent)
            self.last = now
        return now > self.begin + self.during and len(self.answered) >= LEAST


class _Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, run: _Run) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._run = run
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        now = time.perf_counter()
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(AssertionError(self._answer[:500].decode()))
            self._transport.close()
            return
        if self._run.note(self._sent, now):
            self.done.set_result(None)
            self._transport.close()
            return
        self._answer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or AssertionError("the server closed a connection"))

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._run.request)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    assert rest, f"an answer without a length: {head.decode()}"
    return int(rest.split(b"\r\n", 1)[0])
