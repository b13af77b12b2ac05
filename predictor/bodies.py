"""The bodies of requests: read within their bounds, and taken apart as JSON."""

import asyncio
from typing import Any, Final

import orjson

from predictor.errors import (
    InvalidRequestError,
    MediaTypeError,
    TooLargeError,
    TooSlowError,
)
from predictor.web import Request

JSON: Final = "application/json"
OCTETS: Final = "application/octet-stream"


async def json_body(request: Request, most_bytes: int, seconds: float) -> Any:
    """Read the body of a request as JSON.

    Args:
        request: The request.
        most_bytes: Most bytes that it may have.
        seconds: How long it may take to arrive.

    Raises:
        MediaTypeError: It is not said to be JSON.
        TooLargeError: It has more bytes; not all of them were read.
        TooSlowError: It did not arrive in time.
        InvalidRequestError: It is no JSON.
    """
    check_media_type(request, JSON)
    return parsed(await read_body(request, most_bytes, seconds))


def check_media_type(request: Request, *allowed: str) -> None:
    """Make sure that a body is said to be what it should.

    No web page elsewhere can send these without asking first, which is never granted.

    Raises:
        MediaTypeError: It is said to be something else.
    """
    given = request.header(b"content-type").partition(b";")[0].strip().lower()
    if given.decode("latin-1") not in allowed:
        raise MediaTypeError(f"send the header Content-Type: {' or '.join(allowed)}")


async def read_body(request: Request, most_bytes: int, seconds: float) -> bytes:
    """Read the body of a request; raises as `json_body`."""
    length = request.header(b"content-length")
    if length.isdigit() and int(length) > most_bytes:
        raise _too_large(most_bytes)
    chunks: list[bytes] = []
    size, more = 0, True
    try:
        # Nearly every body arrives with its head, and a timer costs as much as scoring a row.
        async with asyncio.timeout(seconds):
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise InvalidRequestError("the body ended before it was whole")
                chunk = message.get("body", b"")
                more = message.get("more_body", False)
                size += len(chunk)
                if size > most_bytes:
                    raise _too_large(most_bytes)
                chunks.append(chunk)
    except TimeoutError as error:
        raise TooSlowError(f"the body did not arrive within {seconds:g} s") from error
    request.is_read = True
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def parsed(raw: bytes) -> Any:
    """Return what JSON says.

    Raises:
        InvalidRequestError: It is none.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequestError(
            f"the body is no JSON: {error}; a value that is not known is null"
        ) from error


def _too_large(most_bytes: int) -> TooLargeError:
    return TooLargeError(
        f"the body has more than {most_bytes:,} bytes: send the rows in several requests, or set "
        "PREDICTOR_MAX_BYTES"
    )
