"""Load on an HTTP server: clients that each send the next operation when the last is answered.

It shares the processors with the server that it measures, so it does as little as it can: ready
bytes out, and from what comes in only the status and the length.
"""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

Operation = Sequence[bytes]
"""The requests of one operation, sent one after the other on one connection."""

WARM_UP_SECONDS: Final = 0.3
_LENGTH: Final = b"content-length: "


@dataclass(frozen=True)
class Served:
    """What a server did under load: operations a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def request(method: str, target: str, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of a request; underscores in header names become dashes."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def load(port: int, operation: Callable[[], Operation], clients: int, seconds: float) -> Served:
    """Keep a server on this machine busy.

    Args:
        port: Where it listens.
        operation: Makes the next operation.
        clients: How many ask at the same time, each on a connection of its own.
        seconds: How long it is measured, after a moment that does not count.

    Raises:
        RuntimeError: An answer was no success.
    """
    return asyncio.run(_load(port, operation, clients, seconds))


def send_all(port: int, operations: Sequence[Operation], clients: int) -> None:
    """Send operations, several at a time, until all are answered."""
    left = iter(operations)
    asyncio.run(_drive(port, lambda: next(left, None), clients))


async def _load(
    port: int, operation: Callable[[], Operation], clients: int, seconds: float
) -> Served:
    begin = time.perf_counter() + WARM_UP_SECONDS
    end = begin + seconds
    done = await _drive(port, lambda: operation() if time.perf_counter() < end else None, clients)
    counted = [(at, took) for at, took in done if at > begin]
    latencies = sorted(took * 1000 for _, took in counted)
    slow = latencies[math.ceil(0.99 * len(latencies)) - 1]
    # What was asked before the end is waited for: a slow server has its last answers after it.
    return Served(len(counted) / (counted[-1][0] - begin), median(latencies), slow)


async def _drive(
    port: int, operation: Callable[[], Operation | None], clients: int
) -> list[tuple[float, float]]:
    """Return for each operation when it was answered, and how long that took."""
    loop = asyncio.get_running_loop()
    done: list[tuple[float, float]] = []
    connections = [
        (await loop.create_connection(lambda: _Client(operation, done), "127.0.0.1", port))[1]
        for _ in range(clients)
    ]
    await asyncio.gather(*(connection.finished for connection in connections))
    return done


class _Client(asyncio.Protocol):
    """One connection that sends operations until there are no more."""

    def __init__(
        self, operation: Callable[[], Operation | None], done: list[tuple[float, float]]
    ) -> None:
        self._operation = operation
        self._done = done
        self._current: Operation = ()
        self._sent = 0
        self._started = 0.0
        self._expected: int | None = None
        self._received = bytearray()
        self.finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._expected is None:
            self._expected = self._length()
        if self._expected is None or len(self._received) < self._expected:
            return
        if not self._received.startswith(b"HTTP/1.1 2"):
            self._fail(bytes(self._received[:500]).decode(errors="replace"))
            return
        self._expected = None
        self._received.clear()
        if self._sent < len(self._current):
            self._send()
            return
        now = time.perf_counter()
        self._done.append((now, now - self._started))
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("the server closed the connection")

    def _next(self) -> None:
        operation = self._operation()
        if operation is None:
            if not self.finished.done():
                self.finished.set_result(None)
            self._transport.close()
            return
        self._current, self._sent = operation, 0
        self._started = time.perf_counter()
        self._send()

    def _send(self) -> None:
        self._transport.write(self._current[self._sent])
        self._sent += 1

    def _length(self) -> int | None:
        """Return how many bytes the answer has in all, None before its head is there."""
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return None
        fields = self._received[:head].lower()
        at = fields.find(_LENGTH)
        if at < 0:
            self._fail("an answer without a length")
            return None
        begin = at + len(_LENGTH)
        line = fields.find(b"\r\n", begin)
        return head + 4 + int(fields[begin : line if line >= 0 else len(fields)])

    def _fail(self, message: str) -> None:
        if not self.finished.done():
            self.finished.set_exception(RuntimeError(message))
        self._transport.close()
