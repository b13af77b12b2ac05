"""A step waits for servers that are away, and says so."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from components.shared.errors import InputError, RegistryError
from components.shared.patience import VARIABLE, waiting_seconds
from components.shared.registry.client import RegistryClient
from components.shared.sources.address import parse_source
from components.shared.sources.reading import local_file

CSV = b"a,b\n1,x\n"
NO_ALIASES = b'{"items": [], "nextPageToken": ""}'


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def starting_later(port: int, seconds: float, body: bytes, broken: int = 0) -> Iterator[None]:
    """Start a server after a while, whose first `broken` answers break off."""
    answered: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answered.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:3] if len(answered) <= broken else body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    def serve() -> None:
        time.sleep(seconds)
        servers.append(ThreadingHTTPServer(("127.0.0.1", port), Handler))
        servers[0].serve_forever(0.02)

    servers: list[ThreadingHTTPServer] = []
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        while not servers:
            time.sleep(0.02)
        servers[0].shutdown()
        thread.join()
        servers[0].server_close()


def test_a_registry_that_starts_later_is_waited_for(
    port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log says what is waited for, why, and for how long at most."""
    url = f"http://127.0.0.1:{port}"
    with starting_later(port, 1.5, NO_ALIASES), RegistryClient(url, wait_seconds=60) as client:
        assert client.aliases("churn") == ()
    log = capsys.readouterr().out
    assert f"waiting for the registry at {url}: " in log
    assert "refused" in log
    assert "of at most 60 s have passed" in log


def test_a_source_that_starts_later_is_waited_for(port: int) -> None:
    """A download waits as well."""
    source = parse_source(f"http://127.0.0.1:{port}/t.csv")
    with starting_later(port, 1.5, CSV), local_file(source) as path:
        assert path.read_bytes() == CSV


def test_a_download_that_breaks_off_is_begun_anew(port: int) -> None:
    """Half a table is no table."""
    source = parse_source(f"http://127.0.0.1:{port}/t.csv")
    with starting_later(port, 0, CSV, broken=2), local_file(source) as path:
        assert path.read_bytes() == CSV


def test_waiting_has_an_end(port: int) -> None:
    """After its time a step gives up, with what it could not do."""
    began = time.monotonic()
    client = RegistryClient(f"http://127.0.0.1:{port}", wait_seconds=1)
    with pytest.raises(RegistryError, match="cannot be reached"):
        client.aliases("churn")
    assert 1 <= time.monotonic() - began < 20


def test_a_variable_says_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five minutes, or what the environment of the step says."""
    monkeypatch.delenv(VARIABLE, raising=False)
    assert waiting_seconds() == 300
    monkeypatch.setenv(VARIABLE, "0")
    assert waiting_seconds() == 0
    for wrong in ("soon", "-1", "nan"):
        monkeypatch.setenv(VARIABLE, wrong)
        with pytest.raises(InputError, match=VARIABLE):
            waiting_seconds()
