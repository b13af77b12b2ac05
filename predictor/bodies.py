"""The bodies of requests: read within their bounds, and taken apart as JSON."""

import asyncio
import json
import re
from typing import Any, Final

import orjson

from components.shared.features.raw_columns import shown
from predictor.errors import (
    InvalidRequestError,
    MediaTypeError,
    TooLargeError,
    TooSlowError,
)
from predictor.web import Request

JSON: Final = "application/json"
OCTETS: Final = "application/octet-stream"
_AFTER_KEY: Final = re.compile(rb'"[ \t\r\n]*:')


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
    """Read the body of a request; raises as `json_body`.

    Of one that is too large, as much again is read and thrown away: clients that send all before
    they listen see the answer then, and not that the connection broke.
    """
    length = request.header(b"content-length")
    told = int(length) if length.isdigit() else 0
    if told > 2 * most_bytes:
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
                if size > 2 * most_bytes:
                    raise _too_large(most_bytes)
                if max(size, told) > most_bytes:
                    chunks.clear()
                else:
                    chunks.append(chunk)
    except TimeoutError as error:
        raise TooSlowError(f"the body did not arrive within {seconds:g} s") from error
    if max(size, told) > most_bytes:
        raise _too_large(most_bytes)
    request.is_read = True
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def parsed(raw: bytes) -> Any:
    """Return what JSON says.

    Raises:
        InvalidRequestError: It is none, or an object has a key twice.
    """
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequestError(
            f"the body is no JSON: {error}; a value that is not known is null"
        ) from error
    # A colon follows each key. Some texts look like a key too: then there are more, and JSON is
    # read once more, by what tells keys that stand twice, in five times the time.
    keys = _keys(content)
    if raw.count(b'":') != keys and len(_AFTER_KEY.findall(raw)) != keys:
        _refuse_twins(raw)
    return content


def _keys(content: Any) -> int:
    """Return how many keys all objects have together."""
    count, rest = 0, [content]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            count += len(each)
            rest += [v for v in each.values() if v.__class__ is dict or v.__class__ is list]
        elif isinstance(each, list):
            rest += [v for v in each if v.__class__ is dict or v.__class__ is list]
    return count


def _refuse_twins(raw: bytes) -> None:
    """Refuse JSON in which an object has a key twice; what it holds does not matter else."""
    try:
        json.loads(raw, object_pairs_hook=_without_twins, parse_int=len, parse_float=len)
    except RecursionError as error:
        raise InvalidRequestError(
            "the body is nested too deeply: rows hold plain values"
        ) from error


def _without_twins(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise InvalidRequestError(
                f"the column or field {shown(name)} stands twice in one object: which value is "
                "meant cannot be known"
            )
        seen.add(name)


def _too_large(most_bytes: int) -> TooLargeError:
    return TooLargeError(
        f"the body has more than {most_bytes:,} bytes: send the rows in several requests, or set "
        "PREDICTOR_MAX_BYTES"
    )
