"""Files in S3 stores."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import urllib3
from urllib3.exceptions import HTTPError

from components.shared.errors import (
    ComponentError,
    InputError,
    SourceChangedError,
    SourceUnavailableError,
)
from components.shared.patience import PatientRetry
from components.shared.sources.address import Source
from components.shared.sources.connections import (
    advice,
    patience,
    pool,
    reason,
    until_whole,
    write_blocks,
)
from components.shared.sources.fingerprints import Fingerprint

BLOCK: Final = 1 << 20
DEFAULT_ENDPOINT: Final = "https://s3.amazonaws.com"


def fetch(source: Source, path: Path, promised: Fingerprint | None = None) -> None:
    """Stream an object of an S3 store into a file.

    The store and the credentials come from the environment: `AWS_ENDPOINT_URL_S3`,
    `AWS_ENDPOINT_URL` or `S3_ENDPOINT_URL` (Amazon's own by default), `AWS_REGION` or
    `AWS_DEFAULT_REGION`, and `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`;
    without a key, the object is read anonymously. `AWS_CA_BUNDLE` names a PEM file of authorities
    to trust besides the usual ones. A store that fails is asked again, as pages are.

    Args:
        source: The object.
        path: The file to write.
        promised: What the object must be. It is held against the answer: to ask for a version is
            another permission.

    Raises:
        InputError: There is no such bucket or object, access was denied, or the environment is
            incomplete.
        SourceUnavailableError: The store could not be reached, or failed.
        SourceChangedError: The object is another one than was promised.
    """
    endpoint = named_endpoint() or DEFAULT_ENDPOINT
    bucket, _, key = source.location.partition("/")
    shown = source.shown
    retry = patience(f"the store at {endpoint}")

    def download() -> None:
        response = client.get_object(bucket, key)
        try:
            if promised and promised != _fingerprint(response.headers):
                raise SourceChangedError(shown)
            write_blocks(response.stream(BLOCK), path, source)
        finally:
            response.close()
            response.release_conn()

    with _explained(shown, bucket, endpoint):
        client = store_client(endpoint, retry)
        until_whole(download, retry)


def store(path: Path, target: Source) -> None:
    """Put a file into an object of an S3 store, found and entered as `fetch` does.

    Raises:
        InputError: There is no such bucket, access was denied, or the environment is incomplete.
        SourceUnavailableError: The store could not be reached, or failed.
    """
    endpoint = named_endpoint() or DEFAULT_ENDPOINT
    bucket, _, key = target.location.partition("/")
    with _explained(target.shown, bucket, endpoint, "uploaded to"):
        client = store_client(endpoint, patience(f"the store at {endpoint}"))
        client.fput_object(bucket, key, str(path))


def fingerprint(source: Source) -> Fingerprint:
    """Return what a store says of an object: tag, size and, where there is one, version.

    Raises:
        InputError: There is no such bucket or object, access was denied, or the environment is
            incomplete.
        SourceUnavailableError: The store could not be reached, or failed.
    """
    endpoint = named_endpoint() or DEFAULT_ENDPOINT
    bucket, _, key = source.location.partition("/")
    with _explained(source.shown, bucket, endpoint):
        client = store_client(endpoint, patience(f"the store at {endpoint}"))
        # Asked for and not read: a refused HEAD does not say whether it is the bucket or the key.
        response = client.get_object(bucket, key)
        try:
            return _fingerprint(response.headers)
        finally:
            response.close()
            response.release_conn()


def listed(source: Source, location: str) -> dict[str, str]:
    """Return tag and size of every object below a prefix, by its name there.

    Args:
        source: For messages.
        location: `bucket/prefix/`.

    Raises:
        InputError: There is no such bucket, access was denied, or the environment is incomplete.
        SourceUnavailableError: The store could not be reached, or failed.
    """
    endpoint = named_endpoint() or DEFAULT_ENDPOINT
    bucket, _, prefix = location.partition("/")
    with _explained(source.shown, bucket, endpoint):
        client = store_client(endpoint, patience(f"the store at {endpoint}"))
        return {
            each.object_name.removeprefix(prefix): f"{each.etag} {each.size}"
            for each in client.list_objects(bucket, prefix, recursive=True)
        }


def _fingerprint(headers: Any) -> Fingerprint:
    version = headers.get("x-amz-version-id")
    return Fingerprint(
        etag=headers["ETag"].strip('"'),
        size=int(headers["Content-Length"]),
        version=None if version in (None, "null") else version,
    )


@contextmanager
def _explained(
    shown: str, bucket: str, endpoint: str, what: str = "downloaded from"
) -> Iterator[None]:
    # minio takes 0.3 s to import: a download over HTTP does not pay for it.
    from minio.error import MinioException, S3Error

    try:
        yield
    except S3Error as error:
        raise _store_error(error.code, error.message, shown, bucket, endpoint) from error
    except (HTTPError, MinioException) as error:
        raise SourceUnavailableError(
            f"{shown} could not be {what} {endpoint}: {reason(error)}. "
            f"{advice(error, 'AWS_ENDPOINT_URL')}; then run the step again."
        ) from error
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{shown} is no valid address of an object: {error}.") from error


def named_endpoint() -> str | None:
    """Return the store that the environment names, as a URL; None for Amazon's own."""
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "S3_ENDPOINT_URL")
    named = next((os.environ[name] for name in names if os.environ.get(name)), None)
    return named if named is None or "://" in named else f"https://{named}"


def store_client(endpoint: str, retries: PatientRetry) -> Any:
    """Return a client of a store, with the credentials of the environment.

    Raises:
        InputError: The environment has one half of them.
    """
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
        http_client=pool(retries),
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
    told = f"{code}, {(message or 'no reason given').rstrip('.')}"
    if code.startswith(("Invalid", "XMinioInvalid", "KeyTooLong")):
        return InputError(f"{shown} is no valid address of an object ({told}): correct it.")
    return SourceUnavailableError(f"{shown} could not be read from {endpoint}: {told}.")
