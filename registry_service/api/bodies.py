"""The bodies of changes, read when it is known that who asks may change something."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request

from registry_service.api.identity import identity_of
from registry_service.domain import limits
from registry_service.domain.access import Role
from registry_service.errors import TooLargeError, TooSlowError


async def raw_body(request: Request) -> bytes:
    """Return the JSON body of a change.

    Raises:
        ForbiddenError: Whoever asks may change nothing: nothing is read.
        TooLargeError: There is more of it than `limits.SMALL_BODY`; not all of it was read.
        TooSlowError: It did not arrive in time.
    """
    return await _read(request, limits.SMALL_BODY)


async def large_body(request: Request) -> bytes:
    """Return the JSON body of a change that may name many files: `raw_body`, with more room."""
    return await _read(request, limits.LARGE_BODY)


RawBody = Annotated[bytes, Depends(raw_body)]
LargeBody = Annotated[bytes, Depends(large_body)]


async def _read(request: Request, most: int) -> bytes:
    (await identity_of(request)).require_somewhere(Role.WRITER)
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
    return b"".join(chunks)
