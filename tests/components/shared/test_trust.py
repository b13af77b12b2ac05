"""Servers with certificates of an authority of one's own."""

import json
from pathlib import Path

import pytest
from urllib3.util import Retry

from components.shared import trust
from components.shared.errors import InputError, RegistryError, SourceUnavailableError
from components.shared.registry.client import RegistryClient
from components.shared.sources import objects
from components.shared.sources.address import parse_source
from components.shared.sources.reading import local_file
from tests.components.shared.authority import Authority, https_server

NOTHING = json.dumps({"items": [], "nextPageToken": ""}).encode()


@pytest.fixture(name="authority", scope="module")
def an_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that nobody else knows."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(name="mounted")
def mounted_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where a cluster mounts the authorities, empty as of an absent ConfigMap."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    monkeypatch.setattr(trust, "MOUNTED", folder)
    return folder


@pytest.fixture(name="once")
def no_second_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a second attempt fails."""

    def wait(*_: object) -> None:
        raise AssertionError("it was to be tried again")

    monkeypatch.setattr(Retry, "sleep", wait)


@pytest.mark.usefixtures("mounted", "once")
def test_an_unknown_authority_is_not_trusted(authority: Authority) -> None:
    """Without its certificate the registry is asked once, and the way out is named."""
    remedy = r"REGISTRY_CA_FILE.*configmap kfp-tabular-ca"
    with https_server(authority, NOTHING) as url, pytest.raises(RegistryError, match=remedy):
        RegistryClient(url).aliases("churn")


def test_a_registry_is_trusted_by_the_file_that_is_named(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`REGISTRY_CA_FILE` names the authority of the registry's certificate."""
    monkeypatch.setenv("REGISTRY_CA_FILE", str(authority.certificate))
    with https_server(authority, NOTHING) as url, RegistryClient(url, retries=0) as client:
        assert client.aliases("churn") == ()


def test_a_registry_is_trusted_by_what_is_mounted(authority: Authority, mounted: Path) -> None:
    """A ConfigMap with a certificate is enough for a step: no variable names it."""
    (mounted / "ca.crt").write_bytes(authority.certificate.read_bytes())
    with https_server(authority, NOTHING) as url, RegistryClient(url, retries=0) as client:
        assert client.aliases("churn") == ()


def test_a_source_is_trusted_by_the_bundle_of_the_aws_tools(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`AWS_CA_BUNDLE` counts for downloads as it does for other clients of S3."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(authority.certificate))
    table = b"a,b\n1,2\n"
    with https_server(authority, table) as url, local_file(parse_source(f"{url}/t.csv")) as path:
        assert path.read_bytes() == table


@pytest.mark.usefixtures("mounted", "once")
def test_an_object_of_an_untrusted_store_says_how_to_trust_it(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store whose authority is unknown ends in one message with the variable to set."""
    with https_server(authority, b"") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(SourceUnavailableError, match="AWS_CA_BUNDLE"):
            objects.fetch(parse_source("s3://tables/t.csv"), tmp_path / "t.csv")


def test_public_authorities_stay_trusted(authority: Authority, mounted: Path) -> None:
    """An authority of one's own is one more, beside those of the public."""
    public = len(trust.tls_context("REGISTRY_CA_FILE").get_ca_certs())
    (mounted / "ca.crt").write_bytes(authority.certificate.read_bytes())
    assert len(trust.tls_context("REGISTRY_CA_FILE").get_ca_certs()) == public + 1


def test_ssl_cert_file_takes_the_place_of_the_public(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sets `SSL_CERT_FILE` trusts its authorities and no others."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")
    assert len(trust.tls_context("REGISTRY_CA_FILE").get_ca_certs()) == 1


@pytest.mark.parametrize("content", [None, b"no certificate"], ids=["absent", "not PEM"])
def test_a_file_without_an_authority_is_refused(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable and the file are named, before anything is sent."""
    file = tmp_path / "ca.crt"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("REGISTRY_CA_FILE", str(file))
    with pytest.raises(InputError, match=rf"REGISTRY_CA_FILE names {file}"):
        RegistryClient("https://registry.example.com")
