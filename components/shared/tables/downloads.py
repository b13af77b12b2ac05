"""Downloads over HTTP and S3, streamed to a file."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from components.shared.errors import (
    ComponentError,
    InputError,
    SourceChangedError,
    SourceUnavailableError,
)
from components.shared.patience import PatientRetry, waiting_seconds
from components.shared.tables.fingerprints import Fingerprint
from components.shared.trust import distrusted, how_to_trust, tls_context

BLOCK = 1 << 20
CONNECT_SECONDS = 10
READ_SECONDS = 60
HTTP_OK = 200
HTTP_SERVER_ERROR = 500
HTTP_TOO_MANY = 429
DEFAULT_ENDPOINT = "https://s3.amazonaws.com"
CA_VARIABLE = "AWS_CA_BUNDLE"

SETTLED_SECONDS: Final = 60
"""How old a page is whose tag is relied on: servers that make tags of the time of a change, in
seconds, and of the size, give two contents of the same second the same one."""


def _patience(server: str) -> PatientRetry:
    return PatientRetry(
        server=server,
        seconds=waiting_seconds(),
        status_forcelist=(HTTP_TOO_MANY, 500, 502, 503, 504),
    )


def _pool(retries: PatientRetry) -> urllib3.PoolManager:
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=retries,
        ssl_context=tls_context(CA_VARIABLE),
    )


def download_page(url: str, shown: str, path: Path, promised: Fingerprint | None = None) -> None:
    """Stream what a web address answers into a file.

    A server that cannot be reached, answers 429 or 5xx or breaks off is asked again with growing
    pauses, for as long as `components.shared.patience` says.

    Args:
        url: The address, with its query.
        shown: What messages call it.
        path: The file to write.
        promised: What the page must be, where its tag says so.

    Raises:
        InputError: The server answered with another status than 200.
        SourceUnavailableError: It could not be reached, failed, or broke off.
        SourceChangedError: The page is another one than was promised.
    """

    def fetch() -> None:
        with pool.request("GET", url, preload_content=False) as response:
            _check_status(response, shown)
            if promised and promised.etag and promised != _fingerprint(response):
                raise SourceChangedError(shown)
            with path.open("wb") as file:
                for block in response.stream(BLOCK, decode_content=True):
                    file.write(block)

    retry = _patience(shown)
    with _explained_page(shown), _pool(retry) as pool:
        _until_whole(fetch, retry)


def page_fingerprint(url: str, shown: str) -> Fingerprint | None:
    """Return what a page says of its content; None where that cannot be relied on.

    The page is asked for and not read, as addresses that are signed for reading refuse HEAD. A
    tag counts that is strong, of a page that was not changed within the minute before.

    Raises:
        InputError: The server answered with another status than 200.
        SourceUnavailableError: It could not be reached, or failed.
    """
    with (
        _explained_page(shown),
        _pool(_patience(shown)) as pool,
        pool.request("GET", url, preload_content=False) as response,
    ):
        _check_status(response, shown)
        return _fingerprint(response) if _settled(response) else None


def _fingerprint(response: BaseHTTPResponse) -> Fingerprint | None:
    etag, size = response.headers.get("ETag", ""), response.headers.get("Content-Length")
    if not etag.startswith('"'):
        return None
    return Fingerprint(etag=etag.strip('"'), size=int(size) if size and size.isdecimal() else None)


def _settled(response: BaseHTTPResponse) -> bool:
    changed, now = response.headers.get("Last-Modified"), response.headers.get("Date")
    if not changed:
        return True
    try:
        age = parsedate_to_datetime(now or "") - parsedate_to_datetime(changed)
    except ValueError:
        return False
    return age.total_seconds() >= SETTLED_SECONDS


def _until_whole(fetch: Callable[[], None], retry: PatientRetry) -> None:
    """Fetch again what broke off: urllib3 repeats requests, and not the reading of answers."""
    while True:
        try:
            return fetch()
        except (ProtocolError, ReadTimeoutError) as error:
            retry = retry.increment("GET", error=error)
            retry.sleep()


@contextmanager
def _explained_page(shown: str) -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        raise SourceUnavailableError(
            f"{shown} could not be downloaded: {_reason(error)}. "
            f"{_advice(error, 'the address')}; then run the step again."
        ) from error


def _check_status(response: BaseHTTPResponse, shown: str) -> None:
    status = response.status
    if status == HTTP_OK:
        return
    answer = f"{shown} was answered with {status} {response.reason or ''}".rstrip()
    if status >= HTTP_SERVER_ERROR or status == HTTP_TOO_MANY:
        waited = f"for {waiting_seconds():.0f} s"
        raise SourceUnavailableError(f"{answer}, {waited}: try again later.")
    if status in (401, 403):
        raise InputError(f"{answer}: it needs a permission, for instance a pre-signed address.")
    raise InputError(f"{answer}: check the address.")


def download_object(bucket: str, key: str, path: Path, promised: Fingerprint | None = None) -> None:
    """Stream an object of an S3 store into a file.

    The store and the credentials come from the environment: `AWS_ENDPOINT_URL_S3`,
    `AWS_ENDPOINT_URL` or `S3_ENDPOINT_URL` (Amazon's own by default), `AWS_REGION` or
    `AWS_DEFAULT_REGION`, and `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`;
    without a key, the object is read anonymously. `AWS_CA_BUNDLE` names a PEM file of authorities
    to trust besides the usual ones. A store that fails is asked again, as pages are.

    Args:
        bucket: The bucket.
        key: The key of the object.
        path: The file to write.
        promised: What the object must be. It is held against the answer: to ask for a version is
            another permission.

    Raises:
        InputError: There is no such bucket or object, access was denied, or the environment is
            incomplete.
        SourceUnavailableError: The store could not be reached, or failed.
        SourceChangedError: The object is another one than was promised.
    """
    endpoint = _endpoint()
    shown = f"s3://{bucket}/{key}"
    retry = _patience(f"the store at {endpoint}")

    def fetch() -> None:
        response = client.get_object(bucket, key)
        try:
            if promised and promised != _object_fingerprint(response.headers):
                raise SourceChangedError(shown)
            with path.open("wb") as file:
                shutil.copyfileobj(response, file, BLOCK)
        finally:
            response.close()
            response.release_conn()

    with _explained_object(shown, bucket, endpoint):
        client = _client(endpoint, retry)
        _until_whole(fetch, retry)


def object_fingerprint(bucket: str, key: str) -> Fingerprint:
    """Return what a store says of an object: tag, size and, where there is one, version.

    Raises:
        InputError: There is no such bucket or object, access was denied, or the environment is
            incomplete.
        SourceUnavailableError: The store could not be reached, or failed.
    """
    endpoint = _endpoint()
    with _explained_object(f"s3://{bucket}/{key}", bucket, endpoint):
        client = _client(endpoint, _patience(f"the store at {endpoint}"))
        # Asked for and not read: a refused HEAD does not say whether it is the bucket or the key.
        response = client.get_object(bucket, key)
        try:
            return _object_fingerprint(response.headers)
        finally:
            response.close()
            response.release_conn()


def _object_fingerprint(headers: Any) -> Fingerprint:
    version = headers.get("x-amz-version-id")
    return Fingerprint(
        etag=headers["ETag"].strip('"'),
        size=int(headers["Content-Length"]),
        version=None if version in (None, "null") else version,
    )


@contextmanager
def _explained_object(shown: str, bucket: str, endpoint: str) -> Iterator[None]:
    # minio takes 0.3 s to import: a download over HTTP does not pay for it.
    from minio.error import MinioException, S3Error

    try:
        yield
    except S3Error as error:
        raise _store_error(error.code, error.message, shown, bucket, endpoint) from error
    except (HTTPError, MinioException) as error:
        raise SourceUnavailableError(
            f"{shown} could not be downloaded from {endpoint}: {_reason(error)}. "
            f"{_advice(error, 'AWS_ENDPOINT_URL')}; then run the step again."
        ) from error
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{shown} is no valid address of an object: {error}.") from error


def _endpoint() -> str:
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "S3_ENDPOINT_URL")
    given = next((os.environ[name] for name in names if os.environ.get(name)), DEFAULT_ENDPOINT)
    return given if "://" in given else f"https://{given}"


def _client(endpoint: str, retries: PatientRetry) -> Any:
    from minio import Minio

    address = urllib3.util.parse_url(endpoint)
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if bool(key) != bool(secret):
        missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
        raise InputError(
            f"The environment has one half of the S3 credentials: set {missing} too, "
            "or neither to read anonymously."
        )
    return Minio(
        address.netloc or "",
        access_key=key or None,
        secret_key=secret or None,
        session_token=os.environ.get("AWS_SESSION_TOKEN") or None,
        secure=address.scheme == "https",
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None,
        http_client=_pool(retries),
    )


def _store_error(
    code: str, message: str | None, shown: str, bucket: str, endpoint: str
) -> ComponentError:
    if code == "NoSuchBucket":
        return InputError(
            f"There is no bucket {bucket!r} at {endpoint} ({shown}): check its name, and that "
            "AWS_ENDPOINT_URL names its store."
        )
    if code == "NoSuchKey":
        return InputError(f"There is no object {shown} at {endpoint}: check its key.")
    if code in ("AccessDenied", "AllAccessDisabled"):
        who = "these credentials" if os.environ.get("AWS_ACCESS_KEY_ID") else "anonymous readers"
        return InputError(
            f"Access to {shown} at {endpoint} was denied to {who}: set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY (in a cluster, from a Secret) to those of one who may read it."
        )
    if code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"):
        return InputError(
            f"{endpoint} does not accept the credentials ({code}): correct AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."
        )
    reason = f"{code}, {(message or 'no reason given').rstrip('.')}"
    if code.startswith(("Invalid", "XMinioInvalid", "KeyTooLong")):
        return InputError(f"{shown} is no valid address of an object ({reason}): correct it.")
    return SourceUnavailableError(f"{shown} could not be read from {endpoint}: {reason}.")


def _advice(error: BaseException, address: str) -> str:
    if distrusted(error):
        return how_to_trust(CA_VARIABLE)
    return f"Check {address}, the network and the server"


def _reason(error: BaseException) -> str:
    """Return the innermost reason of urllib3's nested errors, without object addresses."""
    while isinstance(inner := getattr(error, "reason", None), BaseException):
        error = inner
    return str(error).rpartition(">: ")[2] or type(error).__name__
