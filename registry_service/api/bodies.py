"""The JSON bodies of changes."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request

from registry_service.domain import limits
from registry_service.errors import TooLargeError, TooSlowError


async def raw_body(request: Request) -> bytes:
    """Return the JSON body of a change, which was read before its turn came."""
    raw: bytes = request.state.raw
    return raw


RawBody = Annotated[bytes, Depends(raw_body)]


async def read_body(request: Request, most: int) -> None:
    """Read the body of a request for `raw_body`.

    Raises:
        TooLargeError: It has more bytes than that; not all of them were read.
        TooSlowError: It did not arrive in time.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise TooLargeError(f"the body has more than {most} bytes")
                chunks.append(chunk)
    except TimeoutError as error:
        raise TooSlowError(f"the body did not arrive within {limits.BODY_SECONDS} s") from error
    request.state.raw = b"".join(chunks)
