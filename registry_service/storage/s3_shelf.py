"""Objects in an S3 bucket under one prefix, named by their SHA-256 digest."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.credentials import Credentials
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.signer import sign_v4_s3

from registry_service.errors import StorageError, StorageFullError
from registry_service.service.blob_ports import Transfer
from registry_service.storage.authorities import HOW_TO_TRUST, distrusted, tls_context

CONNECTIONS = 8
VALID_FOR = timedelta(minutes=15)
SHA256_LENGTH = 64
# The protocol lists so many objects at a time, which costs as much as asking for some eighty.
PAGE = 1000
WORTH_LISTING = 100
_ABSENT = "NoSuchKey"
_EXPLAINED = {
    "AccessDenied": "its keys may not do this",
    "InvalidAccessKeyId": "it does not know the access key",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "NoSuchBucket": "there is no such bucket",
}
_FULL = {
    "XMinioStorageFull": "it is full",
    "XMinioAdminBucketQuotaExceeded": "the bucket's quota is used up",
    "QuotaExceeded": "the bucket's quota is used up",
}


# What the store keeps with an object of whoever brought its bytes: a part of what is signed.
UPLOADER = "x-amz-meta-uploader"


@dataclass(frozen=True, slots=True)
class _Stat:
    """Size in bytes of an object, and who brought it."""

    size: int
    uploader: str | None


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where a bucket is, the keys for it, which are never shown, and whose certificates count."""

    endpoint: str
    bucket: str
    region: str
    access_key: str
    secret_key: str
    authorities: Path | None = None


class S3Shelf:
    """Keeps each object as `<prefix>/<first two hex digits>/<digest>`.

    An upload is a request signed for one object and one digest: the store itself refuses other
    bytes. The service's keys never leave it.

    Args:
        address: The bucket as the service reaches it.
        prefix: Where the objects lie in it.
        public_endpoint: Its endpoint as clients reach it, when that is another.
    """

    def __init__(self, address: S3Address, prefix: str, public_endpoint: str | None = None) -> None:
        self.address = address
        self.client = _client(address, address.endpoint)
        self._prefix = prefix
        self._public_endpoint = public_endpoint or address.endpoint
        self._public = _client(address, self._public_endpoint)

    def name(self, sha256: str) -> str:
        """Return the name of the object."""
        return f"{self._prefix}/{sha256[:2]}/{sha256}"

    def size(self, sha256: str) -> int | None:
        """Return the size of an object in bytes, None when there is none."""
        return self.sizes([sha256])[sha256]

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int | None]:
        """Return the sizes of several objects: what no listing shows is asked for side by side."""
        listed = self._listed(digests)
        others = [sha256 for sha256 in digests if sha256 not in listed]
        with ThreadPoolExecutor(min(CONNECTIONS, len(others) or 1)) as pool:
            asked = dict(zip(others, pool.map(self._size, others), strict=True))
        if None in asked.values():
            # The answer to HEAD has no body: a missing bucket looks like a missing object.
            self.check()
        return listed | asked

    def brought(self, digests: Sequence[str], uploader: str) -> Mapping[str, int | None]:
        with ThreadPoolExecutor(min(CONNECTIONS, len(digests) or 1)) as pool:
            found = dict(zip(digests, pool.map(self._stat, digests), strict=True))
        if None in found.values():
            # As above: a missing bucket looks like a missing object.
            self.check()
        return {
            sha256: None if each is None or each.uploader != uploader else each.size
            for sha256, each in found.items()
        }

    def _listed(self, digests: Sequence[str]) -> dict[str, int | None]:
        """Return the sizes of those objects that a listing shows, while each page shows many.

        S3 lists what is there at that moment. A page is from one digest on, not the next one of
        the same listing: of that MinIO would prepare the rest in advance, however long it is.
        """
        found, ahead = dict[str, int | None](), sorted(digests)
        while len(ahead) >= WORTH_LISTING:
            page = self._page(ahead[0])
            shown = {sha256: page[sha256] for sha256 in ahead if sha256 in page}
            found |= shown
            if len(page) < PAGE or len(shown) < WORTH_LISTING:
                break
            last = max(page)
            ahead = [sha256 for sha256 in ahead if sha256 > last]
        return found

    def _page(self, first: str) -> Mapping[str, int]:
        """Return digest and size of the first objects from a digest on."""
        before = self.name(first)[:-1]
        with outages(self.address.bucket):
            listing = self.client.list_objects(
                self.address.bucket, f"{self._prefix}/", recursive=True, start_after=before
            )
            return {
                found.object_name.rsplit("/", 1)[-1]: found.size for found in islice(listing, PAGE)
            }

    def _size(self, sha256: str) -> int | None:
        found = self._stat(sha256)
        return None if found is None else found.size

    def _stat(self, sha256: str) -> "_Stat | None":
        with outages(self.address.bucket):
            try:
                found = self.client.stat_object(self.address.bucket, self.name(sha256))
            except S3Error as error:
                if error.code == _ABSENT:
                    return None
                # And a wrong key looks like a missing permission; a listing tells them apart.
                self.check()
                raise
        return _Stat(found.size, (found.metadata or {}).get(UPLOADER))

    def upload(self, sha256: str, size: int, uploader: str) -> Transfer:
        # Good for fifteen minutes, these bytes and this uploader only.
        now = datetime.now(UTC)
        url = urlsplit(f"{self._public_endpoint}/{self.address.bucket}/{self.name(sha256)}")
        headers = {
            "Host": url.netloc,
            "Content-Length": str(size),
            "x-amz-content-sha256": sha256,
            UPLOADER: uploader,
            "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
        }
        signed = sign_v4_s3(
            method="PUT",
            url=url,
            region=self.address.region,
            headers=headers,
            credentials=Credentials(self.address.access_key, self.address.secret_key),
            content_sha256=sha256,
            date=now,
        )
        shown = {name: str(value) for name, value in signed.items() if name != "Host"}
        return Transfer("PUT", url.geturl(), shown)

    def download(self, sha256: str) -> Transfer:
        url = self._public.presigned_get_object(
            self.address.bucket, self.name(sha256), expires=VALID_FOR
        )
        return Transfer("GET", url)

    def delete(self, sha256: str) -> None:
        with outages(self.address.bucket):
            self.client.remove_object(self.address.bucket, self.name(sha256))

    def older_than(self, seconds: float) -> Iterator[tuple[str, int]]:
        newest = datetime.now(UTC) - timedelta(seconds=seconds)
        with outages(self.address.bucket):
            for found in self.client.list_objects(
                self.address.bucket, prefix=f"{self._prefix}/", recursive=True
            ):
                sha256 = found.object_name.rsplit("/", 1)[-1]
                if len(sha256) == SHA256_LENGTH and found.last_modified <= newest:
                    yield sha256, found.size

    def check(self) -> None:
        with outages(self.address.bucket):
            next(self.client.list_objects(self.address.bucket, prefix="none/"), None)


def _client(address: S3Address, endpoint: str) -> Minio:
    url = urlsplit(endpoint)
    pool = urllib3.PoolManager(
        maxsize=CONNECTIONS,
        timeout=urllib3.Timeout(connect=3, read=30),
        retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=(502, 503, 504)),
        ssl_context=tls_context(address.authorities) if url.scheme == "https" else None,
    )
    return Minio(
        endpoint=url.netloc,
        access_key=address.access_key,
        secret_key=address.secret_key,
        secure=url.scheme == "https",
        region=address.region,
        http_client=pool,
    )


@contextmanager
def outages(bucket: str) -> Iterator[None]:
    """Tell apart why a store cannot be used; absence of an object is none of these."""
    try:
        yield
    except S3Error as error:
        code, refused = str(error.code), f"the object store refused, bucket {bucket!r}"
        if code in _FULL:
            raise StorageFullError(f"{refused}: {_FULL[code]}") from error
        reason = _EXPLAINED.get(code, f"{code}: {error.message}")
        raise StorageError(f"{refused}: {reason}") from error
    except (urllib3.exceptions.HTTPError, InvalidResponseError, ServerError) as error:
        if distrusted(error):
            raise StorageError(f"the object store is not trusted, {HOW_TO_TRUST}") from error
        raise StorageError(f"the object store does not answer, bucket {bucket!r}") from error
