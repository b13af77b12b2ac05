"""Fingerprints tell contents apart, and are held against what is read."""

import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import ClassVar

import pytest

from components.fingerprint_source.fingerprint import fingerprint_source
from components.ingest_table.ingest import ingest_table
from components.shared.errors import InputError, SourceChangedError
from components.shared.sources.fingerprints import Fingerprint
from components.validate_table.validate import validate_table

CSV = b"a,b\n1,x\n2,y\n"
CHANGED = b"a,b\n1,x\n2,z\n"


class Page(http.server.BaseHTTPRequestHandler):
    """A web server with one page."""

    body: ClassVar[bytes] = CSV
    headers_sent: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        """Answer with the page."""
        self.send_response(200)
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the page."""
    monkeypatch.setattr(Page, "body", CSV)
    monkeypatch.setattr(Page, "headers_sent", {})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/t.csv"
    server.shutdown()
    thread.join()
    server.server_close()


def _changed_ago(seconds: int) -> dict[str, str]:
    changed = datetime.now(UTC) - timedelta(seconds=seconds)
    return {"ETag": '"1-c"', "Last-Modified": format_datetime(changed, usegmt=True)}


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (lambda: {"ETag": '"one"'}, Fingerprint(etag="one", size=len(CSV))),
        (lambda: _changed_ago(3600), Fingerprint(etag="1-c", size=len(CSV))),
        (lambda: _changed_ago(5), None),
        (lambda: {"ETag": 'W/"one"'}, None),
        (dict, None),
    ],
    ids=["strong", "of an old page", "of a page just changed", "weak", "none"],
)
def test_a_tag_counts_only_where_it_is_to_be_relied_on(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    headers: Callable[[], dict[str, str]],
    told: Fingerprint | None,
) -> None:
    """A page without a strong tag, or changed a moment ago, is told by its bytes, as a file is."""
    file = tmp_path / "t.csv"
    file.write_bytes(CSV)
    expected = told.to_text() if told else fingerprint_source(str(file)).source
    monkeypatch.setattr(Page, "headers_sent", headers())
    assert fingerprint_source(page).source == expected
    assert ingest_table(page, tmp_path / "table", fingerprint=expected).rows == 2


@pytest.mark.parametrize("headers", [{"ETag": '"one"'}, {}], ids=["by its tag", "by its bytes"])
def test_a_page_that_changes_between_the_steps_is_not_read(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    """What would be cached under the fingerprint of other bytes ends the step."""
    monkeypatch.setattr(Page, "headers_sent", headers)
    told = fingerprint_source(page).source
    monkeypatch.setattr(Page, "body", CHANGED)
    monkeypatch.setattr(Page, "headers_sent", dict.fromkeys(headers, '"two"'))
    with pytest.raises(SourceChangedError, match=r"t\.csv has changed"):
        ingest_table(page, tmp_path / "table", fingerprint=told)
    assert not (tmp_path / "table").exists()


def test_a_file_that_changes_between_the_steps_is_not_read(tmp_path: Path) -> None:
    """The file is held against its digest after it was read, and what was written is removed."""
    file = tmp_path / "t.csv"
    file.write_bytes(CSV)
    told = fingerprint_source(str(file)).source
    file.write_bytes(CHANGED)
    with pytest.raises(SourceChangedError):
        ingest_table(str(file), tmp_path / "table", fingerprint=told)
    assert not (tmp_path / "table").exists()


def test_a_curated_schema_has_a_fingerprint_of_its_own(tmp_path: Path) -> None:
    """A changed schema is another one for the validation, which refuses the wrong one."""
    table, report, schema = (tmp_path / name for name in ("table", "report", "schema.json"))
    source = tmp_path / "t.csv"
    source.write_bytes(CSV)
    ingest_table(str(source), table)
    validate_table(table, report, schema)
    told = fingerprint_source(str(source), str(schema)).curated_schema
    curated = tmp_path / "curated.json"
    curated.write_bytes(schema.read_bytes() + b"\n")
    assert fingerprint_source(str(source), str(curated)).curated_schema != told
    with pytest.raises(SourceChangedError, match=r"curated\.json has changed"):
        validate_table(
            table,
            report,
            schema,
            curated_schema=str(curated),
            curated_schema_fingerprint=told,
        )


def test_what_is_no_fingerprint_is_named(tmp_path: Path) -> None:
    """A text that fingerprint_source did not write is refused before anything is read."""
    with pytest.raises(InputError, match="is no fingerprint"):
        ingest_table(str(tmp_path / "t.csv"), tmp_path / "table", fingerprint="latest")
