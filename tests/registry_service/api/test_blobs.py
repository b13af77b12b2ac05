"""Bytes over HTTP."""

import hashlib
from urllib.parse import urljoin

import urllib3

from registry_service.service.possession import WORTH_ASKING
from tests.registry_service.api.test_registration import registration
from tests.registry_service.conftest import in_a_folder
from tests.registry_service.running import OCTETS, Caller, RunningRegistry, upload


def test_bytes_come_back_as_they_went(ours: Caller, unique: str) -> None:
    """A blob larger than one batch is stored and served unchanged."""
    content = unique.encode() * 200_000
    entry = {"path": "model.joblib", **upload(ours, content)}
    ours("POST", "/register", registration(unique, [entry]), Idempotency_Key=unique)
    _, listed = ours("GET", f"/models/{unique}/versions/latest/files")
    assert urllib3.request("GET", urljoin(ours.url, listed["files"][0]["url"])).data == content


def test_an_upload_plan_asks_only_for_what_is_missing(ours: Caller, unique: str) -> None:
    """Bytes of a version, and large ones that are there, need no second upload."""
    entry = {"path": "model.joblib", **upload(ours, unique.encode())}
    ours("POST", "/register", registration(unique, [entry]), Idempotency_Key=unique)
    large = upload(ours, unique.encode() * (WORTH_ASKING // len(unique) + 1))
    missing = {"path": "b", "sha256": hashlib.sha256(b"not yet").hexdigest(), "size": 7}
    files = [entry, {"path": "a", **large}, missing]
    status, plan = ours("POST", "/uploads", {"files": files})
    assert status == 200
    for there, planned in zip(files, plan["files"][:2], strict=False):
        assert planned == {"sha256": there["sha256"], "state": "present"}
    wanted = plan["files"][2]
    assert (wanted["state"], wanted["method"]) == ("upload", "PUT")
    assert wanted["url"].endswith(f"/{missing['sha256']}")


def test_a_small_file_that_no_version_names_is_brought_again(ours: Caller, unique: str) -> None:
    """Asking the store about it would take longer than its bytes do."""
    entry = {"path": "a", **upload(ours, unique.encode())}
    _, plan = ours("POST", "/uploads", {"files": [entry]})
    assert plan["files"][0]["state"] == "upload"
    assert upload(ours, unique.encode())["sha256"] == entry["sha256"]


def test_bytes_pass_through_the_registry(ours: Caller, unique: str) -> None:
    """Whoever cannot reach the store itself has the bytes from the registry."""
    entry = upload(ours, unique.encode() * 200_000)
    assert ours("GET", f"/blobs/{entry['sha256']}") == (200, unique.encode() * 200_000)


def test_absent_bytes_are_told(ours: Caller) -> None:
    """A digest that the store does not have is a 404, whichever store it is."""
    status, error = ours("GET", f"/blobs/{hashlib.sha256(b'nobody has this').hexdigest()}")
    assert (status, error["code"]) == (404, "not_found")


@in_a_folder
def test_wrong_bytes_are_refused_and_forgotten(ours: Caller, registry: RunningRegistry) -> None:
    """Bytes of another digest are a 400, and nothing is kept of them."""
    sha256 = hashlib.sha256(b"promised").hexdigest()
    status, error = ours("PUT", f"/blobs/{sha256}", b"delivered", **OCTETS)
    assert (status, error["code"]) == (400, "digest_mismatch")
    assert ours("GET", f"/blobs/{sha256}")[0] == 404
    assert list((registry.data / "blobs" / "incoming").iterdir()) == []


@in_a_folder
def test_damaged_bytes_are_found_named_and_mended(ours: Caller, registry: RunningRegistry) -> None:
    """A changed byte in the store is an error with a code until the file is uploaded again."""
    entry = upload(ours, b"precious bytes")
    body = registration("precious", [{"path": "a", **entry}])
    assert ours("POST", "/register", body, Idempotency_Key="precious")[0] == 201
    sha256 = str(entry["sha256"])
    path = registry.data / "blobs" / sha256[:2] / sha256
    path.write_bytes(b"Precious bytes")
    for _ in range(2):
        status, error = ours("GET", f"/blobs/{sha256}")
        assert (status, error["code"]) == (410, "corrupt_blob")
    _, plan = ours("POST", "/uploads", {"files": [{"path": "a", **entry}]})
    assert plan["files"][0]["state"] == "upload"
    upload(ours, b"precious bytes")
    assert ours("GET", f"/blobs/{sha256}") == (200, b"precious bytes")


@in_a_folder
def test_a_blob_is_named_by_a_digest(ours: Caller) -> None:
    """No path reaches the file system."""
    assert ours("PUT", "/blobs/..%2f..%2fetc%2fpasswd", b"x", **OCTETS)[0] == 404
    assert ours("PUT", "/blobs/nothex", b"x", **OCTETS)[0] == 400
