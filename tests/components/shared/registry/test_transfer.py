"""Moving many files at once, against a running registry and against one that breaks off."""

import json
import uuid
from pathlib import Path

import pytest

from components.shared.digests import file_digest, folder_digest
from components.shared.errors import DigestMismatchError, RegistryError
from components.shared.registry.client import RegistryClient
from components.shared.registry.http import RegistryHttp
from components.shared.registry.records import RegisteredVersion
from components.shared.registry.transfer import download
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


def test_other_bytes_than_promised_are_not_kept(tmp_path: Path) -> None:
    """A store that hands out other bytes is found out by the digest."""
    version, listed = _version(tmp_path, "weights.bin")
    with (
        server(lambda n: (200, listed if n == 1 else "weightz")) as (url, _),
        pytest.raises(DigestMismatchError, match=r"weights\.bin"),
    ):
        download(RegistryHttp(url, None, 0), version, tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []


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
