"""What callers may say before anybody knows who they are."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import count
from urllib.parse import urlsplit

import pytest

from registry_service.domain import limits
from registry_service.server import HEAD_SECONDS
from tests.benchmarks.registry.process_memory import peak_mib, resident_mib
from tests.registry_service.conftest import in_a_folder
from tests.registry_service.running import Caller, RunningRegistry

BEGINNING = b"GET /livez HTTP/1.1\r\nHost: registry\r\n"
CONNECTIONS = 6
# Without a limit each connection holds as much, and more, in the service.
MOST_SENT = 32 << 20


def connect(registry: RunningRegistry, seconds: float = 30) -> socket.socket:
    """Open a connection on which one waits so long at most."""
    address = urlsplit(registry.url)
    return socket.create_connection((str(address.hostname), int(address.port or 0)), seconds)


def headers() -> Iterator[bytes]:
    """Yield header lines without an end, 64 KiB at a time."""
    for number in count():
        yield b"".join(b"x-%d-%d: %s\r\n" % (number, each, b"a" * 1000) for each in range(64))


def send_endless(registry: RunningRegistry) -> int:
    """Send headers until the service is fed up; return how many bytes went out."""
    sent = 0
    with closing(connect(registry)) as connection, suppress(OSError):
        connection.sendall(BEGINNING)
        for lines in headers():
            if sent > MOST_SENT:
                break
            connection.sendall(lines)
            sent += len(lines)
    return sent


def test_endless_headers_are_cut_off(start: Callable[[], RunningRegistry]) -> None:
    """Six callers who never end their headers are disconnected, and cost no memory to speak of."""
    registry = start()
    before = resident_mib(registry.process.pid)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        sent = list(pool.map(send_endless, [registry] * CONNECTIONS))
    assert max(sent) < MOST_SENT
    assert peak_mib(registry.process.pid) < before + 20


@in_a_folder
@pytest.mark.parametrize("said", [b"", BEGINNING, BEGINNING + b"\r\n"])
def test_a_silent_connection_is_closed(registry: RunningRegistry, said: bytes) -> None:
    """Whoever says nothing, half a head, or nothing after an answer is disconnected in time."""
    with closing(connect(registry, HEAD_SECONDS + 10)) as connection:
        connection.sendall(said)
        begun = time.monotonic()
        while connection.recv(4096):
            pass
        assert time.monotonic() - begun < HEAD_SECONDS + 5


@in_a_folder
def test_a_head_of_the_stated_size_is_taken(registry: RunningRegistry) -> None:
    """Headers as large as a gateway's reach the service beside the longest URL."""
    call = Caller(registry.url)
    longest = "/livez?" + "a" * (limits.URL - len("/livez"))
    assert call("GET", longest, x_mesh="a" * (limits.HEAD - 2048))[0] == 200


@in_a_folder
@pytest.mark.parametrize("pause", [0, 0.005], ids=["at once", "bit by bit"])
@pytest.mark.parametrize("size", [limits.HEAD, 80_000, 120_000, 1_000_000])
def test_a_larger_head_is_refused_however_it_comes(
    registry: RunningRegistry, size: int, pause: float
) -> None:
    """With 431 and, where it was read at all, words."""
    head = BEGINNING.replace(b"registry", b"localhost") + b"X-Mesh: " + b"a" * size + b"\r\n\r\n"
    with closing(connect(registry)) as connection:
        # Who is refused in the midst of it may not be able to send the rest.
        with suppress(OSError):
            for start in range(0, len(head), 4096):
                connection.sendall(head[start : start + 4096])
                time.sleep(pause)
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 431 ")
    if size < limits.HEAD + limits.URL:
        assert b'"code":"headers_too_large"' in answer


@in_a_folder
@pytest.mark.parametrize(("length", "told"), [(limits.URL, True), (limits.HEAD, False)])
def test_a_longer_url_is_refused(registry: RunningRegistry, length: int, told: bool) -> None:
    """With 414 and words; one that is far too long with the status alone."""
    status, answer = Caller(registry.url)("GET", "/livez?" + "a" * length)
    assert (status, bool(answer)) == (414, told)


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "Authorization", "Content-Type", "Idempotency-Key", "Origin"),
        *("Kubeflow-UserId", "Sec-Fetch-Site", "X-Forwarded-Client-Cert"),
    ],
)
@in_a_folder
def test_what_says_who_asks_is_said_once(registry: RunningRegistry, name: str) -> None:
    """Two of a header that decides something are refused: others may have read the other one."""
    first = b"" if name == "Host" else f"{name}: localhost\r\n".encode()
    lines = first + f"{name}: localhost\r\n".encode()
    head = BEGINNING.replace(b"registry", b"localhost") + lines + b"Connection: close\r\n\r\n"
    with closing(connect(registry)) as connection:
        connection.sendall(head)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert f"send the header {name.lower()} once".encode() in answer
