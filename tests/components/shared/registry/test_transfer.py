"""Moving many files at once, against a running registry and against one that breaks off."""

import hashlib
import json
import uuid
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from components.shared.digests import file_digest, folder_digest, manifest_digest
from components.shared.errors import DigestMismatchError, InputError, RegistryError
from components.shared.registry.client import RegistryClient
from components.shared.registry.http import RegistryHttp
from components.shared.registry.records import RegisteredVersion
from components.shared.registry.transfer import download, download_evidence
from tests.components.shared.registry.test_http import server


def test_many_files_arrive_whole(client: RegistryClient, name: str, tmp_path: Path) -> None:
    """Empty files, equal files and files of one name in many folders all come back."""
    folder = tmp_path / "model"
    for number in range(40):
        path = folder / f"part {number % 7}" / f"{number}" / "weights.bin"
        path.parent.mkdir(parents=True)
        path.write_bytes(f"{name} {number % 10}".encode() if number else b"")
    client.register({"model": {"name": name}}, folder, uuid.uuid4().hex)
    copy = client.get(name).download(tmp_path / "copy")
    assert folder_digest(copy) == folder_digest(folder)


def _version(folder: Path, path: str) -> tuple[RegisteredVersion, str]:
    """A version with one file, and the registry's answer to where it is."""
    (folder / "weights.bin").write_bytes(b"weights")
    sha256 = file_digest(folder / "weights.bin")
    lines = f"{sha256}  {path}\n"
    (folder / "lines").write_text(lines)
    version = RegisteredVersion("churn", "1", 1, file_digest(folder / "lines"))
    listed = {"files": [{"path": path, "sha256": sha256, "size": 7, "url": "/bytes"}]}
    return version, json.dumps(listed)


@pytest.mark.parametrize("answer", ["weightz", "weights and more", "weight", "", "x" * (1 << 22)])
def test_other_bytes_than_promised_leave_the_folder_as_it_was(tmp_path: Path, answer: str) -> None:
    """A store that hands out other bytes, fewer or more, is found out before a file is replaced."""
    version, listed = _version(tmp_path, "weights.bin")
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "weights.bin").write_bytes(b"the good file")
    with (
        server(lambda n: (200, listed if n == 1 else answer)) as (url, _),
        pytest.raises(DigestMismatchError, match=r"weights\.bin"),
    ):
        download(RegistryHttp(url, None, 0), version, copy)
    assert [path.name for path in copy.iterdir()] == ["weights.bin"]
    assert (copy / "weights.bin").read_bytes() == b"the good file"


def test_no_more_is_read_than_a_file_has(tmp_path: Path) -> None:
    """Bytes without end are given up at the first that is too many."""
    version, listed = _version(tmp_path, "weights.bin")

    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            if not self.path.startswith("/bytes"):
                self.wfile.write(listed.encode())
                return
            with suppress(ConnectionError):
                while True:
                    self.wfile.write(b"x" * (1 << 20))

        def log_message(self, *arguments: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        registry = RegistryHttp(f"http://127.0.0.1:{http.server_port}", None, 0)
        with pytest.raises(DigestMismatchError, match="more than its 7 bytes"):
            download(registry, version, tmp_path / "copy")
        http.shutdown()


def test_no_file_is_replaced_when_another_is_not_whole(tmp_path: Path) -> None:
    """A folder never holds files of two versions."""
    digests = {"good.bin": hashlib.sha256(b"bytes").hexdigest(), "other.bin": "0" * 64}
    listed = {
        "files": [
            {"path": path, "sha256": sha256, "size": 5, "url": "/bytes"}
            for path, sha256 in digests.items()
        ]
    }
    version = RegisteredVersion("churn", "1", 1, manifest_digest(digests))
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "good.bin").write_bytes(b"before")
    with (
        server(lambda n: (200, json.dumps(listed) if n == 1 else "bytes")) as (url, _),
        pytest.raises(DigestMismatchError, match=r"other\.bin"),
    ):
        download(RegistryHttp(url, None, 0), version, copy)
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == {"good.bin": b"before"}


def test_a_version_takes_the_place_of_another(
    client: RegistryClient, name: str, tmp_path: Path
) -> None:
    """Files of the same names are replaced, also in folders."""
    folder, copy = tmp_path / "model", tmp_path / "copy"
    (folder / "part").mkdir(parents=True)
    for text in ("old", "new"):
        (folder / "part" / "weights.bin").write_text(f"{name} {text}")
        client.register({"model": {"name": name}}, folder, uuid.uuid4().hex)
    client.get(f"{name}@1").download(copy)
    assert folder_digest(client.get(f"{name}@2").download(copy)) == folder_digest(folder)


def test_other_files_than_registered_are_not_fetched(tmp_path: Path) -> None:
    """A list of files that does not add up to the version's digest is refused as a whole."""
    _, listed = _version(tmp_path, "weights.bin")
    version = RegisteredVersion("churn", "1", 1, "0" * 64)
    with (
        server(lambda _: (200, listed)) as (url, requests),
        pytest.raises(DigestMismatchError, match="churn@1"),
    ):
        download(RegistryHttp(url, None, 0), version, tmp_path / "copy")
    assert requests == ["GET"]


def test_a_registry_cannot_write_elsewhere(tmp_path: Path) -> None:
    """A path that leads out of the folder is refused, and nothing is written."""
    version, listed = _version(tmp_path, "../stolen.bin")
    with (
        server(lambda n: (200, listed if n == 1 else "weights")) as (url, _),
        pytest.raises(RegistryError, match="outside"),
    ):
        download(RegistryHttp(url, None, 0), version, tmp_path / "copy")
    assert not (tmp_path / "stolen.bin").exists()


@pytest.mark.parametrize("paths", [("card.md", "card.md/x"), ("Card.md", "card.md")])
def test_evidence_that_cannot_lie_in_one_folder_is_told(
    tmp_path: Path, paths: tuple[str, str]
) -> None:
    """A registry may list such files; both are named, and nothing is written."""
    file = {"sha256": hashlib.sha256(b"x").hexdigest(), "size": 1, "url": "/bytes"}
    listed = {"files": [{"path": path, **file} for path in paths]}
    version = RegisteredVersion("churn", "1", 1, "0" * 64)
    with (
        server(lambda n: (200, json.dumps(listed) if n == 1 else "x")) as (url, _),
        pytest.raises(RegistryError, match=rf"{paths[0]} and {paths[1]}"),
    ):
        download_evidence(RegistryHttp(url, None, 0), version, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(("path", "there"), [("card.md", "card.md/x"), ("a/b.html", "a")])
def test_what_the_folder_holds_may_be_in_the_way(tmp_path: Path, path: str, there: str) -> None:
    """A folder in a file's place, or a file in a folder's, is named, and stays as it was."""
    obstacle = tmp_path / "copy" / there
    obstacle.parent.mkdir(parents=True)
    obstacle.write_text("mine")
    version, listed = _version(tmp_path, path)
    with (
        server(lambda n: (200, listed if n == 1 else "weights")) as (url, _),
        pytest.raises(InputError, match="Name another folder"),
    ):
        download_evidence(RegistryHttp(url, None, 0), version, tmp_path / "copy")
    assert obstacle.read_text() == "mine"
