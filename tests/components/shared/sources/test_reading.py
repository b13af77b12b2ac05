"""Sources are taken apart and downloaded."""

import gzip
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from components.ingest_table.ingest import ingest_table
from components.shared.errors import InputError, SourceUnavailableError
from components.shared.sources.address import Source, parse_source
from components.shared.sources.reading import local_file

CSV = b"a,b\n1,x\n2,y\n"


class Pages(http.server.BaseHTTPRequestHandler):
    """A web server with a table, a redirect to it, and every kind of trouble."""

    requests: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer by the path."""
        path = self.path.partition("?")[0]
        self.requests.append(self.path)
        if path == "/moved.csv":
            self._answer(302, b"", header=("Location", "/t.csv"))
        elif path == "/broken.csv":
            self._answer(200, CSV, length=1000)
        elif path == "/busy-once.csv" and self.requests.count(self.path) == 1:
            self._answer(503, b"")
        elif path == "/packed.csv":
            self._answer(200, gzip.compress(CSV), header=("Content-Encoding", "gzip"))
        elif path in ("/t.csv", "/export", "/busy-once.csv"):
            self._answer(200, CSV)
        else:
            self._answer({"/denied.csv": 403, "/busy.csv": 503}.get(path, 404), b"")

    def _answer(
        self,
        status: int,
        body: bytes,
        length: int | None = None,
        header: tuple[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        if header is not None:
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the pages on a free port, and do not wait long for them."""
    monkeypatch.setenv("KFP_TABULAR_WAIT_SECONDS", "0.2")
    Pages.requests.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "page", ["t.csv", "moved.csv", "packed.csv", "busy-once.csv", "t.csv?signature=secret"]
)
def test_page_is_ingested(site: str, tmp_path: Path, page: str) -> None:
    """A table on the web is read through redirects, compression and one busy answer."""
    result = ingest_table(f"{site}/{page}", tmp_path / "table")
    assert (result.rows, result.columns) == (2, 2)
    assert "secret" not in str(result.metadata())


def test_address_without_ending_needs_the_format(site: str, tmp_path: Path) -> None:
    """An address that does not say what it is can be told."""
    with pytest.raises(InputError, match="set `format`"):
        ingest_table(f"{site}/export?id=3", tmp_path / "table")
    assert ingest_table(f"{site}/export?id=3", tmp_path / "table", "csv").rows == 2


@pytest.mark.parametrize(
    ("page", "error", "message"),
    [
        ("none.csv?signature=secret", InputError, r"none\.csv was answered with 404"),
        ("denied.csv", InputError, r"403 Forbidden: it needs a permission"),
        ("busy.csv", SourceUnavailableError, r"503 .*, for 0 s: try again later"),
        ("broken.csv", SourceUnavailableError, r"could not be downloaded: .*incomplete|broken"),
    ],
)
def test_trouble_is_named(
    site: str, tmp_path: Path, page: str, error: type[Exception], message: str
) -> None:
    """What a retry may help is told apart from what it cannot, and no signature is shown."""
    with pytest.raises(error, match=message) as caught:
        ingest_table(f"{site}/{page}", tmp_path / "table")
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "table").exists()


def test_server_that_is_down_is_named(site: str, tmp_path: Path, unused_port: int) -> None:
    """A refused connection is told as that."""
    with pytest.raises(SourceUnavailableError, match=r"could not be downloaded: .*refused"):
        ingest_table(f"http://127.0.0.1:{unused_port}/t.csv", tmp_path / "table")


@pytest.fixture
def unused_port() -> int:
    """Return a port that was free a moment ago."""
    with http.server.HTTPServer(("127.0.0.1", 0), Pages) as server:
        return int(server.server_port)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", r"No source was given"),
        ("ftp://host/t.csv", r"unknown scheme: use a local path, or file://, http://"),
        ("file://t.csv", r"file:///absolute/path"),
        ("s3://bucket", r"write s3://bucket/key"),
        ("s3:///folder/", r"write s3://bucket/key"),
        ("http:///t.csv", r"names no host"),
        ("https://[::1/t.csv", r"is no address"),
        ("https://me:secret@host/t.csv", "https://….*contains credentials"),
    ],
)
def test_wrong_source_is_named(source: str, message: str) -> None:
    """Each mistake in an address has its own message, without the password in it."""
    with pytest.raises(InputError, match=message) as caught:
        parse_source(source)
    assert "secret" not in str(caught.value)


def test_a_source_with_a_bound_is_not_read_beyond_it(site: str, tmp_path: Path) -> None:
    """A page is refused by its parts as they come, a file by what the folder says of it."""
    (tmp_path / "t.csv").write_bytes(CSV)
    for address in (f"{site}/t.csv", f"{site}/packed.csv", str(tmp_path / "t.csv")):
        bound = replace(parse_source(address), most_bytes=len(CSV))
        with local_file(bound) as path:
            assert path.read_bytes() == CSV
        beyond = replace(bound, most_bytes=len(CSV) - 1)
        with pytest.raises(InputError, match="has more than 11 bytes"), local_file(beyond):
            pass


@pytest.mark.parametrize("name", ["a" * 5_000, "a/" * 5_000 + "a"])
def test_what_is_too_long_for_a_path_is_no_file(name: str) -> None:
    """A text that was meant otherwise is answered in a few words."""
    with (
        pytest.raises(InputError, match="cannot be read") as caught,
        local_file(Source("file", name, name, name)),
    ):
        pass
    assert len(str(caught.value)) < 200


def test_folder_is_no_file(tmp_path: Path) -> None:
    """A folder is answered with how to name a file."""
    with pytest.raises(InputError, match="is a folder: name one file in it"):
        ingest_table(str(tmp_path), tmp_path / "table")


def test_file_address_may_have_encoded_characters(tmp_path: Path) -> None:
    """Spaces in a file:// address are decoded."""
    source = tmp_path / "my table.csv"
    source.write_bytes(CSV)
    assert ingest_table(source.as_uri(), tmp_path / "table").rows == 2
