"""The registry client against a running registry."""

from pathlib import Path

import pytest

from components.shared.digests import folder_digest
from components.shared.errors import (
    DigestMismatchError,
    InputError,
    RegistryError,
    RegistryRefusalError,
)
from components.shared.registry.client import RegisteredVersion, RegistryClient
from tests.registry_service.running import RunningRegistry


def _body(name: str) -> dict[str, object]:
    return {"model": {"name": name}, "metrics": {"auc": 0.5}, "aliases": ["champion"]}


def test_what_was_registered_is_found(client: RegistryClient, folder: Path, name: str) -> None:
    """A registered version is found by name, number, alias and as the latest."""
    client.register(_body(name), folder, name)
    for ref in ("1", "champion", "latest"):
        found = client.find(name, ref)
        assert found is not None
        assert (found.version, found.number, found.metrics) == ("1", 1, {"auc": 0.5})
        assert found.digest == folder_digest(folder)


def test_a_repeated_registration_makes_no_second_version(
    client: RegistryClient, folder: Path, name: str
) -> None:
    """The same key and content give the first answer again."""
    first = client.register(_body(name), folder, name)
    again = client.register(_body(name), folder, name)
    assert (again.version, again.digest) == (first.version, first.digest)
    assert (first.replayed, again.replayed) == (False, True)


def test_downloaded_bytes_are_the_registered_ones(
    client: RegistryClient, folder: Path, name: str, tmp_path: Path
) -> None:
    """A download restores the folder, sub-folders and all."""
    client.register(_body(name), folder, name)
    client.download(name, "champion", tmp_path / "copy")
    assert folder_digest(tmp_path / "copy") == folder_digest(folder)


def test_evidence_is_registered_beside_the_version(
    client: RegistryClient, folder: Path, name: str, tmp_path: Path
) -> None:
    """It comes back by itself, whole, and changes nothing of the version's digest."""
    evidence = tmp_path / "evidence"
    (evidence / "reports").mkdir(parents=True)
    (evidence / "reports" / "evaluation.html").write_text(name)
    made = client.register(_body(name), folder, name, evidence)
    assert made.digest == folder_digest(folder)
    found = client.get(name)
    copy = client.download_evidence(found, tmp_path / "copy")
    assert folder_digest(copy) == folder_digest(evidence)
    assert [check.path for check in client.verify(name) if check.evidence] == [*found.evidence]


def test_a_version_downloads_itself(
    registry_url: str, client: RegistryClient, folder: Path, name: str, tmp_path: Path
) -> None:
    """What a client returned can be downloaded without naming it again."""
    client.register(_body(name), folder, name)
    copy = RegistryClient(registry_url).get(f"{name}@champion").download(tmp_path / "copy")
    assert folder_digest(copy) == folder_digest(folder)


def test_a_version_by_hand_says_that_it_cannot_be_downloaded(tmp_path: Path) -> None:
    """Only a registry has bytes to give."""
    with pytest.raises(ValueError, match="churn@1"):
        RegisteredVersion("churn", "1", 1, "0" * 64).download(tmp_path)


def test_damaged_bytes_are_not_kept(
    client: RegistryClient, folder: Path, name: str, tmp_path: Path, registry: RunningRegistry
) -> None:
    """A file that was changed in the store is refused, and not left behind."""
    client.register(_body(name), folder, name)
    for blob in registry.data.rglob("*"):
        if blob.is_file() and blob.stat().st_size == 1_600_000:
            content = blob.read_bytes()
            blob.chmod(0o600)
            blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises((DigestMismatchError, RegistryError)):
        client.download(name, "1", tmp_path / "copy")
    assert not (tmp_path / "copy" / "more" / "weights.bin").exists()


def test_what_is_not_there_is_none(client: RegistryClient, name: str) -> None:
    """Absence is an answer of `find`, and an error of `get`."""
    assert client.find(name) is None
    with pytest.raises(InputError, match=name):
        client.get(name)


def test_a_near_miss_is_named(client: RegistryClient, folder: Path, name: str) -> None:
    """A misspelt alias or model is answered with the one that was probably meant."""
    client.register(_body(name), folder, name)
    with pytest.raises(InputError, match=f"did you mean {name}@champion"):
        client.get(f"{name}@chapmion")
    with pytest.raises(InputError, match=f"did you mean {name}"):
        client.get(f"{name}s@champion")


def test_a_name_without_a_model_is_refused(client: RegistryClient) -> None:
    """A reference alone does not say of which model."""
    with pytest.raises(InputError, match="names no model"):
        client.get("@champion")


def test_a_refusal_tells_its_code(client: RegistryClient, folder: Path, name: str) -> None:
    """The same key for other content is refused with the registry's own code."""
    client.register(_body(name), folder, name)
    with pytest.raises(RegistryRefusalError) as caught:
        client.register({**_body(name), "metrics": {"auc": 0.6}}, folder, name)
    assert (caught.value.status, caught.value.code) == (409, "idempotency_key_reused")


def test_an_unreachable_registry_is_named() -> None:
    """A registry that is down is named, with the reason, after the retries."""
    client = RegistryClient("http://127.0.0.1:9", retries=1)
    with pytest.raises(RegistryError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        client.find("model")


@pytest.mark.parametrize("url", ["registry:8080", "", "ftp://registry"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """Only http and https URLs name a registry."""
    with pytest.raises(InputError, match="URL of a registry"):
        RegistryClient(url)


def test_the_environment_names_the_registry(
    monkeypatch: pytest.MonkeyPatch, registry_url: str
) -> None:
    """REGISTRY_URL is used where no URL is given; without either, the error names both."""
    monkeypatch.setenv("REGISTRY_URL", registry_url)
    assert RegistryClient.from_environment().url == registry_url
    monkeypatch.delenv("REGISTRY_URL")
    with pytest.raises(InputError, match="REGISTRY_URL"):
        RegistryClient.from_environment()
