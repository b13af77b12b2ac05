"""S3 as a blob store, on a real MinIO."""

import base64
import hashlib
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import urllib3

from registry_service.errors import (
    CorruptBlobError,
    DigestMismatchError,
    InvalidRequestError,
    NotFoundError,
    StorageError,
    StorageFullError,
    UnknownBlobError,
)
from registry_service.service.blob_ports import Transfer
from registry_service.storage.s3 import LARGEST, SINGLE_REQUEST, Limits, S3Store
from registry_service.storage.s3_shelf import PAGE, S3Address
from tests.minio_server import Minio
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import OURS, Caller, start_registry

ME = "0123456789abcdef"

CONTENT = b"bytes " * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
# The smallest parts that the protocol allows, the last one apart.
SMALL = Limits(single_request=6 << 20, part=5 << 20)
PARTS = (b"a" * SMALL.part, b"b" * (2 << 20))
LARGE = b"".join(PARTS)
QUOTA = b"<Code>XMinioAdminBucketQuotaExceeded</Code>"


@pytest.fixture
def address(minio: Minio, unique: str) -> S3Address:
    """An empty bucket."""
    minio.client().make_bucket(unique)
    return S3Address(minio.endpoint, unique, "us-east-1", minio.access_key, minio.secret_key)


def send(transfer: Transfer, content: bytes | None = None) -> urllib3.BaseHTTPResponse:
    """Do what a client does with a transfer."""
    headers = dict(transfer.headers)
    return urllib3.request(transfer.method, transfer.url, body=content, headers=headers)


def test_bytes_go_straight_to_the_store_and_back(address: S3Address) -> None:
    """A signed request brings them, a signed URL fetches them."""
    store = S3Store(address)
    assert store.size(SHA256) is None
    assert send(store.upload(SHA256, len(CONTENT), ME), CONTENT).status == 200
    assert store.size(SHA256) == len(CONTENT)
    assert send(store.download(SHA256)).data == CONTENT
    assert list(store.older_than(0)) == [(SHA256, len(CONTENT))]
    assert list(store.older_than(60)) == []
    store.delete(SHA256)
    assert store.size(SHA256) is None


@pytest.fixture(scope="module")
def crowd(minio: Minio) -> tuple[S3Store, dict[str, int]]:
    """More objects than one page of a listing has, and their sizes."""
    client, bucket = minio.client(), uuid.uuid4().hex
    client.make_bucket(bucket)
    store = S3Store(
        S3Address(minio.endpoint, bucket, "us-east-1", minio.access_key, minio.secret_key)
    )
    sizes = {hashlib.sha256(b"%d" % n).hexdigest(): n % 7 for n in range(PAGE + 200)}

    def put(sha256: str) -> None:
        size = sizes[sha256]
        client.put_object(bucket, store.name(sha256), BytesIO(b"x" * size), size)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, sizes))
    return store, sizes


@pytest.mark.parametrize("share", [1, 10])
def test_many_objects_are_found_among_many(
    crowd: tuple[S3Store, dict[str, int]], share: int
) -> None:
    """All objects of a bucket, or some of them, have the sizes they have by themselves."""
    store, sizes = crowd
    absent = [hashlib.sha256(b"absent %d" % n).hexdigest() for n in range(20)]
    wanted = dict(list(sizes.items())[::share]) | dict.fromkeys(absent)
    assert store.sizes(list(wanted)) == wanted


def test_the_store_itself_refuses_other_bytes(address: S3Address) -> None:
    """Other bytes, of the same size too, or under another name, are not taken."""
    store = S3Store(address)
    other = b"x" + CONTENT[1:]
    assert send(store.upload(SHA256, len(CONTENT), ME), other).status == 400
    assert store.size(SHA256) is None
    transfer = store.upload(SHA256, len(CONTENT), ME)
    digest = hashlib.sha256(other).hexdigest()
    headers = {**transfer.headers, "x-amz-content-sha256": digest}
    assert send(Transfer("PUT", transfer.url, headers), other).status == 403
    elsewhere = transfer.url.replace(SHA256, digest)
    assert send(Transfer("PUT", elsewhere, transfer.headers), CONTENT).status == 403


def test_a_fetching_url_is_for_one_object(address: S3Address) -> None:
    """Its signature does not fit another object, nor another method."""
    store = S3Store(address)
    send(store.upload(SHA256, len(CONTENT), ME), CONTENT)
    transfer = store.download(SHA256)
    assert send(Transfer("DELETE", transfer.url)).status == 403
    assert send(Transfer("GET", transfer.url.replace(SHA256, "0" * 64))).status == 403


def test_the_keys_are_not_in_a_transfer(address: S3Address) -> None:
    """Neither the secret key nor anything that holds it leaves the service."""
    store = S3Store(address)
    for transfer in (store.upload(SHA256, 1, ME), store.download(SHA256)):
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
    address: S3Address, change: dict[str, Any], said: str
) -> None:
    """A missing bucket, wrong keys and an outage are errors with a reason, never `not there`."""
    store = S3Store(replace(address, **change))
    with pytest.raises(StorageError, match=said):
        store.size(SHA256)
    with pytest.raises(StorageError):
        store.check()


def test_a_full_quota_is_neither_an_outage_nor_an_absence(address: S3Address, minio: Minio) -> None:
    """The store refuses the bytes with a code of its own, to clients and to the service alike."""
    store = S3Store(address, limits=SMALL)
    parts = [put_part(store, content) for content in PARTS]
    minio.admin().bucket_quota_set(address.bucket, 1000)
    refused = send(store.upload(SHA256, len(CONTENT), ME), CONTENT)
    assert (refused.status, QUOTA in refused.data) == (400, True)
    assert store.size(SHA256) is None
    store.check()
    with pytest.raises(StorageFullError, match="the bucket's quota is used up"):
        store.assemble(hashlib.sha256(LARGE).hexdigest(), len(LARGE), parts, ME)


def put_part(store: S3Store, content: bytes) -> str:
    """Bring a part; return its digest."""
    sha256 = hashlib.sha256(content).hexdigest()
    assert send(store.parts.upload(sha256, len(content), ME), content).status == 200
    return sha256


def test_a_large_file_is_put_together_of_parts(address: S3Address) -> None:
    """Nothing is visible before; the parts are gone after; a second time changes nothing."""
    store = S3Store(address, limits=SMALL)
    assert store.part_size(SMALL.single_request) is None
    assert store.part_size(len(LARGE)) == SMALL.part
    sha256 = hashlib.sha256(LARGE).hexdigest()
    parts = [put_part(store, content) for content in PARTS]
    assert store.size(sha256) is None
    for _ in range(2):
        store.assemble(sha256, len(LARGE), parts, ME)
        assert send(store.download(sha256)).data == LARGE
    assert list(store.parts.older_than(0)) == []


def test_parts_of_something_else_make_no_blob(address: S3Address) -> None:
    """Neither missing parts, nor others, nor the right ones in another order."""
    store = S3Store(address, limits=SMALL)
    sha256 = hashlib.sha256(LARGE).hexdigest()
    first = put_part(store, PARTS[0])
    second = hashlib.sha256(PARTS[1]).hexdigest()
    with pytest.raises(UnknownBlobError, match=second):
        store.assemble(sha256, len(LARGE), [first, second], ME)
    put_part(store, PARTS[1])
    for parts, size in (
        ([second, first], len(LARGE)),
        ([first], len(LARGE)),
        ([first, second], len(LARGE) + 1),
    ):
        with pytest.raises(DigestMismatchError, match="nothing was kept"):
            store.assemble(sha256, size, parts, ME)
    assert store.size(sha256) is None


def test_parts_that_were_given_up_are_removed(address: S3Address) -> None:
    """Those of a while ago; younger ones stay."""
    store = S3Store(address, limits=SMALL)
    part = put_part(store, PARTS[1])
    store.forget_unfinished(60)
    assert store.parts.size(part) == len(PARTS[1])
    store.forget_unfinished(0)
    assert store.parts.size(part) is None


def test_parts_fit_files_of_every_size(address: S3Address) -> None:
    """The protocol takes 10,000 parts, and no file beyond 5 TiB."""
    store = S3Store(address)
    assert store.part_size(SINGLE_REQUEST) is None
    for size in (SINGLE_REQUEST + 1, LARGEST):
        part = store.part_size(size)
        assert part is not None
        assert -(-size // part) <= 10_000
    with pytest.raises(InvalidRequestError):
        store.part_size(LARGEST + 1)


def test_damage_is_found_by_digest_and_mended_by_uploading(
    address: S3Address, minio: Minio
) -> None:
    """A damaged blob is set aside, and counts as missing until the same bytes come again."""
    store = S3Store(address)
    with pytest.raises(NotFoundError):
        store.verify(SHA256)
    send(store.upload(SHA256, len(CONTENT), ME), CONTENT)
    assert store.verify(SHA256) == len(CONTENT)
    damaged = b"x" + CONTENT[1:]
    minio.client().put_object(address.bucket, store.name(SHA256), BytesIO(damaged), len(damaged))
    for _ in range(2):
        with pytest.raises(CorruptBlobError, match=SHA256):
            store.verify(SHA256)
    assert store.size(SHA256) is None
    send(store.upload(SHA256, len(CONTENT), ME), CONTENT)
    assert store.verify(SHA256) == len(CONTENT)


@pytest.fixture
def on_s3(
    address: S3Address, minio: Minio, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Caller]:
    """Our API of a registry whose bytes lie in S3."""
    running = start_registry(tmp_path_factory.mktemp("on-s3"), **minio.settings(address.bucket))
    yield Caller(running.url, OURS)
    running.stop()


def test_a_version_is_registered_with_bytes_in_s3(on_s3: Caller) -> None:
    """Plan, upload, register, fetch: from the store, or from the service when asked for it."""
    entry = {"path": "model.joblib", "sha256": SHA256, "size": len(CONTENT)}
    body = registration("s3", [entry])
    status, error = on_s3("POST", "/register", body, Idempotency_Key="early")
    assert (status, error["code"]) == (409, "unknown_blob")
    _, plan = on_s3("POST", "/uploads", {"files": [entry]})
    wanted = plan["files"][0]
    assert wanted["state"] == "upload"
    sent = send(Transfer(wanted["method"], wanted["url"], wanted["headers"]), CONTENT)
    assert sent.status == 200
    assert on_s3("POST", "/register", body, Idempotency_Key="key")[0] == 201
    assert on_s3("POST", "/uploads", {"files": [entry]})[1]["files"][0]["state"] == "present"
    _, listed = on_s3("GET", "/models/s3/versions/latest/files")
    assert urllib3.request("GET", listed["files"][0]["url"]).data == CONTENT
    assert on_s3("GET", f"/blobs/{SHA256}") == (200, CONTENT)
