"""S3 as a blob store, on a real MinIO."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import urllib3
from minio import Minio as Client

from registry_service.errors import InvalidRequestError, StorageError
from registry_service.service.ports import Transfer
from registry_service.storage.s3 import SINGLE_REQUEST, S3Address, S3Store
from tests.integration.conftest import Minio, minio
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import OURS, Caller, start_registry

__all__ = ["minio"]  # the fixture
CONTENT = b"bytes " * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def address(minio: Minio, unique: str) -> S3Address:
    """An empty bucket."""
    client = Client(
        urlsplit(minio.endpoint).netloc,
        access_key=minio.access_key,
        secret_key=minio.secret_key,
        secure=False,
    )
    client.make_bucket(unique)
    return S3Address(minio.endpoint, unique, "us-east-1", minio.access_key, minio.secret_key)


def send(transfer: Transfer, content: bytes | None = None) -> urllib3.BaseHTTPResponse:
    """Do what a client does with a transfer."""
    headers = dict(transfer.headers)
    return urllib3.request(transfer.method, transfer.url, body=content, headers=headers)


def test_bytes_go_straight_to_the_store_and_back(address: S3Address) -> None:
    """A signed request brings them, a signed URL fetches them."""
    store = S3Store(address)
    assert store.size(SHA256) is None
    assert send(store.upload(SHA256, len(CONTENT)), CONTENT).status == 200
    assert store.size(SHA256) == len(CONTENT)
    assert send(store.download(SHA256)).data == CONTENT
    assert list(store.older_than(0)) == [(SHA256, len(CONTENT))]
    assert list(store.older_than(60)) == []
    store.delete(SHA256)
    assert store.size(SHA256) is None


def test_the_store_itself_refuses_other_bytes(address: S3Address) -> None:
    """Other bytes, of the same size too, or under another name, are not taken."""
    store = S3Store(address)
    other = b"x" + CONTENT[1:]
    assert send(store.upload(SHA256, len(CONTENT)), other).status == 400
    assert store.size(SHA256) is None
    transfer = store.upload(SHA256, len(CONTENT))
    digest = hashlib.sha256(other).hexdigest()
    headers = {**transfer.headers, "x-amz-content-sha256": digest}
    assert send(Transfer("PUT", transfer.url, headers), other).status == 403
    elsewhere = transfer.url.replace(SHA256, digest)
    assert send(Transfer("PUT", elsewhere, transfer.headers), CONTENT).status == 403


def test_a_fetching_url_is_for_one_object(address: S3Address) -> None:
    """Its signature does not fit another object, nor another method."""
    store = S3Store(address)
    send(store.upload(SHA256, len(CONTENT)), CONTENT)
    transfer = store.download(SHA256)
    assert send(Transfer("DELETE", transfer.url)).status == 403
    assert send(Transfer("GET", transfer.url.replace(SHA256, "0" * 64))).status == 403


def test_the_keys_are_not_in_a_transfer(address: S3Address) -> None:
    """Neither the secret key nor anything that holds it leaves the service."""
    store = S3Store(address)
    for transfer in (store.upload(SHA256, 1), store.download(SHA256)):
        shown = repr(transfer)
        assert address.secret_key not in shown
        assert base64.b64encode(address.secret_key.encode()).decode() not in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bucket": "no-such-bucket"}, "no such bucket"),
        ({"secret_key": "wrong-secret"}, "secret key is wrong"),
        ({"access_key": "nobody-here"}, "does not know the access key"),
        ({"endpoint": "http://127.0.0.1:1"}, "does not answer"),
    ],
)
def test_troubles_are_told_apart_from_absence(
    address: S3Address, change: dict[str, str], said: str
) -> None:
    """A missing bucket, wrong keys and an outage are errors with a reason, never `not there`."""
    store = S3Store(replace(address, **change))
    with pytest.raises(StorageError, match=said):
        store.size(SHA256)
    with pytest.raises(StorageError):
        store.check()


def test_what_one_request_cannot_carry_is_refused(address: S3Address) -> None:
    """The S3 protocol takes 5 GiB at most in one request."""
    with pytest.raises(InvalidRequestError):
        S3Store(address).upload(SHA256, SINGLE_REQUEST + 1)


@pytest.fixture
def on_s3(address: S3Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Our API of a registry whose bytes lie in S3."""
    running = start_registry(
        tmp_path_factory.mktemp("on-s3"),
        REGISTRY_S3_ENDPOINT=address.endpoint,
        REGISTRY_S3_BUCKET=address.bucket,
        AWS_ACCESS_KEY_ID=address.access_key,
        AWS_SECRET_ACCESS_KEY=address.secret_key,
    )
    yield Caller(running.url, OURS)
    running.stop()


def test_a_version_is_registered_with_bytes_in_s3(on_s3: Caller) -> None:
    """Plan, upload, register, fetch: the service hands out requests and never sees the bytes."""
    entry = {"path": "model.joblib", "sha256": SHA256, "size": len(CONTENT)}
    body = registration("s3", [entry])
    status, error = on_s3("POST", "/register", body, Idempotency_Key="early")
    assert (status, error["code"]) == (409, "unknown_blob")
    _, plan = on_s3("POST", "/uploads", {"files": [entry]})
    wanted = plan["files"][0]
    assert wanted["state"] == "upload"
    sent = send(Transfer(wanted["method"], wanted["url"], wanted["headers"]), CONTENT)
    assert sent.status == 200
    assert on_s3("POST", "/uploads", {"files": [entry]})[1]["files"][0]["state"] == "present"
    assert on_s3("POST", "/register", body, Idempotency_Key="key")[0] == 201
    _, listed = on_s3("GET", "/models/s3/versions/latest/files")
    assert urllib3.request("GET", listed["files"][0]["url"]).data == CONTENT
    assert on_s3("GET", f"/blobs/{SHA256}")[0] == 404
