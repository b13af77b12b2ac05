"""Bytes in an S3 bucket, addressed by their SHA-256 digest; clients talk to it directly."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.credentials import Credentials
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.signer import sign_v4_s3

from registry_service.errors import InvalidRequestError, StorageError
from registry_service.service.ports import Transfer

# One request carries at most this much; the S3 protocol sets the limit.
SINGLE_REQUEST = 5 << 30
VALID_FOR = timedelta(minutes=15)
SHA256_LENGTH = 64
PREFIX = "blobs/"
_ABSENT = "NoSuchKey"
_EXPLAINED = {
    "AccessDenied": "its keys may not do this",
    "InvalidAccessKeyId": "it does not know the access key",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "NoSuchBucket": "there is no such bucket",
    "XMinioStorageFull": "it is full",
    "XMinioAdminBucketQuotaExceeded": "the bucket's quota is used up",
}


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where a bucket is, and the keys for it, which are never shown."""

    endpoint: str
    bucket: str
    region: str
    access_key: str
    secret_key: str


class S3Store:
    """Keeps each blob as the object `blobs/<first two hex digits>/<digest>`.

    An upload is a request signed for one object and one digest: the store itself refuses other
    bytes. The service's keys never leave it.

    Args:
        address: The bucket as the service reaches it.
        public_endpoint: Its endpoint as clients reach it, when that is another.
    """

    def __init__(self, address: S3Address, public_endpoint: str | None = None) -> None:
        self._address = address
        self._client = _client(address, address.endpoint)
        self._public_endpoint = public_endpoint or address.endpoint
        self._public = _client(address, self._public_endpoint)

    def size(self, sha256: str) -> int | None:
        """Return the size of a stored blob in bytes, None when there is none."""
        with _outages(self._address.bucket):
            try:
                size: int = self._client.stat_object(self._address.bucket, _name(sha256)).size
            except S3Error as error:
                # The answer to HEAD has no body: a missing bucket looks like a missing object,
                # and a wrong key like a missing permission. A listing tells them apart.
                self.check()
                if error.code != _ABSENT:
                    raise
                return None
        return size

    def upload(self, sha256: str, size: int) -> Transfer:
        """Return a signed request, good for fifteen minutes and these bytes only.

        Raises:
            InvalidRequestError: The file is larger than one request carries.
        """
        if size > SINGLE_REQUEST:
            raise InvalidRequestError(f"{size} bytes are more than one request carries")
        now = datetime.now(UTC)
        url = urlsplit(f"{self._public_endpoint}/{self._address.bucket}/{_name(sha256)}")
        headers = {
            "Host": url.netloc,
            "Content-Length": str(size),
            "x-amz-content-sha256": sha256,
            "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
        }
        signed = sign_v4_s3(
            method="PUT",
            url=url,
            region=self._address.region,
            headers=headers,
            credentials=Credentials(self._address.access_key, self._address.secret_key),
            content_sha256=sha256,
            date=now,
        )
        shown = {name: str(value) for name, value in signed.items() if name != "Host"}
        return Transfer("PUT", url.geturl(), shown)

    def download(self, sha256: str) -> Transfer:
        """Return a URL, good for fifteen minutes and this object only."""
        url = self._public.presigned_get_object(
            self._address.bucket, _name(sha256), expires=VALID_FOR
        )
        return Transfer("GET", url)

    def delete(self, sha256: str) -> None:
        """Remove a blob; harmless when there is none."""
        with _outages(self._address.bucket):
            self._client.remove_object(self._address.bucket, _name(sha256))

    def older_than(self, seconds: float) -> Iterator[tuple[str, int]]:
        """Return digest and size of the blobs that were stored so long ago."""
        newest = datetime.now(UTC) - timedelta(seconds=seconds)
        with _outages(self._address.bucket):
            for found in self._client.list_objects(
                self._address.bucket, prefix=PREFIX, recursive=True
            ):
                sha256 = found.object_name.rsplit("/", 1)[-1]
                if len(sha256) == SHA256_LENGTH and found.last_modified <= newest:
                    yield sha256, found.size

    def check(self) -> None:
        """Raise StorageError unless the bucket is there and can be used."""
        with _outages(self._address.bucket):
            next(self._client.list_objects(self._address.bucket, prefix="none/"), None)


def _client(address: S3Address, endpoint: str) -> Minio:
    url = urlsplit(endpoint)
    pool = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=3, read=30),
        retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=(502, 503, 504)),
    )
    return Minio(
        endpoint=url.netloc,
        access_key=address.access_key,
        secret_key=address.secret_key,
        secure=url.scheme == "https",
        region=address.region,
        http_client=pool,
    )


def _name(sha256: str) -> str:
    return f"{PREFIX}{sha256[:2]}/{sha256}"


@contextmanager
def _outages(bucket: str) -> Iterator[None]:
    """Tell apart why a store cannot be used; absence of an object is none of these."""
    try:
        yield
    except S3Error as error:
        reason = _EXPLAINED.get(str(error.code), f"{error.code}: {error.message}")
        raise StorageError(f"the object store refused, bucket {bucket!r}: {reason}") from error
    except (urllib3.exceptions.HTTPError, InvalidResponseError, ServerError) as error:
        raise StorageError(f"the object store does not answer, bucket {bucket!r}") from error
