"""Tables behind web addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from components.shared.errors import InputError, SourceChangedError, SourceUnavailableError
from components.shared.patience import waiting_seconds
from components.shared.sources.address import Source
from components.shared.sources.connections import (
    HTTP_TOO_MANY,
    advice,
    patience,
    pool,
    reason,
    until_whole,
    write_blocks,
)
from components.shared.sources.fingerprints import Fingerprint

BLOCK: Final = 1 << 20
HTTP_OK: Final = 200
HTTP_SERVER_ERROR: Final = 500

SETTLED_SECONDS: Final = 60
"""How old a page is whose tag is relied on: servers that make tags of the time of a change, in
seconds, and of the size, give two contents of the same second the same one."""


def fetch(source: Source, path: Path, promised: Fingerprint | None = None) -> None:
    """Stream what a web address answers into a file.

    A server that cannot be reached, answers 429 or 5xx or breaks off is asked again with growing
    pauses, for as long as `components.shared.patience` says.

    Args:
        source: The address.
        path: The file to write.
        promised: What the page must be, where its tag says so.

    Raises:
        InputError: The server answered with another status than 200.
        SourceUnavailableError: It could not be reached, failed, or broke off.
        SourceChangedError: The page is another one than was promised.
    """

    def download() -> None:
        with connections.request("GET", source.location, preload_content=False) as response:
            _check_status(response, source.shown)
            if promised and promised.etag and promised != _fingerprint(response):
                raise SourceChangedError(source.shown)
            write_blocks(response.stream(BLOCK, decode_content=True), path, source)

    retry = patience(source.shown)
    with _explained(source.shown), pool(retry) as connections:
        until_whole(download, retry)


def fingerprint(source: Source) -> Fingerprint | None:
    """Return what a page says of its content; None where that cannot be relied on.

    The page is asked for and not read, as addresses that are signed for reading refuse HEAD. A
    tag counts that is strong, of a page that was not changed within the minute before.

    Raises:
        InputError: The server answered with another status than 200.
        SourceUnavailableError: It could not be reached, or failed.
    """
    with (
        _explained(source.shown),
        pool(patience(source.shown)) as connections,
        connections.request("GET", source.location, preload_content=False) as response,
    ):
        _check_status(response, source.shown)
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


@contextmanager
def _explained(shown: str) -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        raise SourceUnavailableError(
            f"{shown} could not be downloaded: {reason(error)}. "
            f"{advice(error, 'the address')}; then run the step again."
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
