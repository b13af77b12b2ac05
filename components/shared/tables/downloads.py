"""Downloads over HTTP and S3, streamed to a file."""

import os
import shutil
from pathlib import Path
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from components.shared.errors import ComponentError, InputError, SourceUnavailableError
from components.shared.trust import RetryWhereTrusted, distrusted, how_to_trust, tls_context

BLOCK = 1 << 20
ATTEMPTS = 4
BACKOFF_SECONDS = 0.5
CONNECT_SECONDS = 10
READ_SECONDS = 60
HTTP_OK = 200
HTTP_SERVER_ERROR = 500
HTTP_TOO_MANY = 429
DEFAULT_ENDPOINT = "https://s3.amazonaws.com"
CA_VARIABLE = "AWS_CA_BUNDLE"


def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=RetryWhereTrusted(
            total=ATTEMPTS,
            backoff_factor=BACKOFF_SECONDS,
            status_forcelist=(HTTP_TOO_MANY, 500, 502, 503, 504),
            raise_on_status=False,
        ),
        ssl_context=tls_context(CA_VARIABLE),
    )


def download_page(url: str, shown: str, path: Path) -> None:
    """Stream what a web address answers into a file.

    Connections and answers of 429 and 5xx are retried with growing pauses.

    Args:
        url: The address, with its query.
        shown: What messages call it.
        path: The file to write.

    Raises:
        InputError: The server answered with another status than 200.
        SourceUnavailableError: It could not be reached, failed, or broke off.
    """
    try:
        with _pool() as pool:
            response = pool.request("GET", url, preload_content=False)
            with response:
                _check_status(response.status, response.reason, shown)
                with path.open("wb") as file:
                    for block in response.stream(BLOCK, decode_content=True):
                        file.write(block)
    except HTTPError as error:
        raise SourceUnavailableError(
            f"{shown} could not be downloaded: {_reason(error)}. "
            f"{_advice(error, 'the address')}; then run the step again."
        ) from error


def _check_status(status: int, reason: str | None, shown: str) -> None:
    if status == HTTP_OK:
        return
    answer = f"{shown} was answered with {status} {reason or ''}".rstrip()
    if status >= HTTP_SERVER_ERROR or status == HTTP_TOO_MANY:
        raise SourceUnavailableError(f"{answer}, {ATTEMPTS + 1} times: try again later.")
    if status in (401, 403):
        raise InputError(f"{answer}: it needs a permission, for instance a pre-signed address.")
    raise InputError(f"{answer}: check the address.")


def download_object(bucket: str, key: str, path: Path) -> None:
    """Stream an object of an S3 store into a file.

    The store and the credentials come from the environment: `AWS_ENDPOINT_URL_S3`,
    `AWS_ENDPOINT_URL` or `S3_ENDPOINT_URL` (Amazon's own by default), `AWS_REGION` or
    `AWS_DEFAULT_REGION`, and `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`;
    without a key, the object is read anonymously. `AWS_CA_BUNDLE` names a PEM file of authorities
    to trust besides the usual ones.

    Raises:
        InputError: There is no such bucket or object, access was denied, or the environment is
            incomplete.
        SourceUnavailableError: The store could not be reached, or failed.
    """
    # minio takes 0.3 s to import: a download over HTTP does not pay for it.
    from minio.error import MinioException, S3Error

    shown = f"s3://{bucket}/{key}"
    endpoint = _endpoint()
    client = _client(endpoint)
    try:
        response = client.get_object(bucket, key)
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(response, file, BLOCK)
        finally:
            response.close()
            response.release_conn()
    except S3Error as error:
        raise _store_error(error.code, error.message, shown, bucket, endpoint) from error
    except (HTTPError, MinioException) as error:
        raise SourceUnavailableError(
            f"{shown} could not be downloaded from {endpoint}: {_reason(error)}. "
            f"{_advice(error, 'AWS_ENDPOINT_URL')}; then run the step again."
        ) from error
    except ValueError as error:
        raise InputError(f"{shown} is no valid address of an object: {error}.") from error


def _endpoint() -> str:
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "S3_ENDPOINT_URL")
    given = next((os.environ[name] for name in names if os.environ.get(name)), DEFAULT_ENDPOINT)
    return given if "://" in given else f"https://{given}"


def _client(endpoint: str) -> Any:
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
        http_client=_pool(),
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
