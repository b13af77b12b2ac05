"""An S3 that has its certificate from an authority of one's own."""

from pathlib import Path

import pytest

from registry_service.errors import SettingsError, StorageError
from registry_service.storage.s3_shelf import S3Address, S3Shelf
from tests.components.shared.authority import Authority, https_server

EMPTY = b"<ListBucketResult><Name>models</Name><IsTruncated>false</IsTruncated></ListBucketResult>"


@pytest.fixture(name="authority", scope="module")
def an_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that nobody else knows."""
    return Authority(tmp_path_factory.mktemp("authority"))


def shelf(url: str, authorities: Path | None) -> S3Shelf:
    """Return a bucket at an address."""
    return S3Shelf(S3Address(url, "models", "us-east-1", "key", "secret", authorities), "blobs")


def test_a_store_is_trusted_by_the_file_that_is_named(authority: Authority) -> None:
    """A PEM file is enough to speak to it."""
    with https_server(authority, EMPTY) as url:
        shelf(url, authority.certificate).check()


def test_a_store_is_trusted_by_what_is_mounted(authority: Authority, tmp_path: Path) -> None:
    """All files of a folder count, as those of a ConfigMap."""
    (tmp_path / "..data").mkdir()
    (tmp_path / "ca.crt").write_bytes(authority.certificate.read_bytes())
    with https_server(authority, EMPTY) as url:
        shelf(url, tmp_path).check()


def test_an_empty_folder_adds_nothing(authority: Authority, tmp_path: Path) -> None:
    """Where the ConfigMap is not there, an unknown authority is not trusted, and it is said."""
    with (
        https_server(authority, EMPTY) as url,
        pytest.raises(StorageError, match="AWS_CA_BUNDLE"),
    ):
        shelf(url, tmp_path).check()


@pytest.mark.parametrize("content", [None, b"no certificate"], ids=["absent", "not PEM"])
def test_a_file_without_an_authority_is_refused(content: bytes | None, tmp_path: Path) -> None:
    """The variable and the file are named when the service starts."""
    file = tmp_path / "ca.crt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"AWS_CA_BUNDLE names {file}"):
        shelf("https://s3.example.com", file)
