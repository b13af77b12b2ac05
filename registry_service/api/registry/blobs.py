"""Our routes for bytes: where clients bring and fetch them, and the bytes themselves."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.openapi import api_router, takes
from registry_service.api.registry.schemas import AssemblyBody, PartsBody, UploadsBody
from registry_service.api.turns import LONG, LONG_NAMING_FILES, NAMING_FILES, UPLOADS
from registry_service.domain import limits
from registry_service.domain.access import Role
from registry_service.errors import InvalidRequestError, TooSlowError
from registry_service.service.blob_ports import (
    BlobStore,
    LocalBlobs,
    PartedBlobs,
    Parts,
)
from registry_service.service.possession import Possession, uploader_mark

_SHA256 = re.compile(r"[0-9a-f]{64}")
# Bytes gathered before a thread hashes and writes them: a thread per network chunk costs more.
BATCH = 1 << 18
WRITERS = 4
_BYTES: dict[str, Any] = {"requestBody": {"content": {"application/octet-stream": {}}}}
_SERVED: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}


def uploads_router(possession: Possession, blobs: BlobStore) -> APIRouter:
    """Return the route that says which files to bring, and where to."""
    router = api_router("/api/registry/v1", "Bytes", NAMING_FILES)

    @router.post("/uploads", openapi_extra=takes(UploadsBody, NAMING_FILES))
    def plan_uploads(who: Caller, raw: RawBody) -> Response:
        """Say of each file whether it is there, else where and how to bring it.

        `state` is `present`, `upload` (with method, url and headers of the request to send) or
        `parts` (with the size of the parts to cut it into). Takes a writer of some model.
        """
        who.require_somewhere(Role.WRITER)
        body = parse(UploadsBody, raw)
        wanted = {file.sha256: file.size for file in body.files}
        present = possession.present(who, wanted)
        mark = uploader_mark(who.name)
        plans = [
            _plan_file(blobs, mark, sha256 in present, sha256, size)
            for sha256, size in wanted.items()
        ]
        return json_response({"files": plans})

    return router


def parts_router(blobs: PartedBlobs) -> APIRouter:
    """Return the routes for what one request cannot carry."""
    router = api_router("/api/registry/v1/uploads", "Bytes", LONG_NAMING_FILES)

    @router.post("/parts", openapi_extra=takes(PartsBody, LONG_NAMING_FILES))
    def plan_parts(who: Caller, raw: RawBody) -> Response:
        """Say of each part of a file what `uploads` says of files. Takes a writer."""
        who.require_somewhere(Role.WRITER)
        wanted = {part.sha256: part.size for part in parse(PartsBody, raw).parts}
        mark = uploader_mark(who.name)
        stored = blobs.parts.brought(list(wanted), mark)
        plans = [
            _plan(blobs.parts, mark, stored[sha256] == size, sha256, size)
            for sha256, size in wanted.items()
        ]
        return json_response({"parts": plans})

    @router.post("/assembly", status_code=201, openapi_extra=takes(AssemblyBody, LONG_NAMING_FILES))
    def assemble(who: Caller, raw: RawBody) -> Response:
        """Put a file together from its parts, in their order. Takes a writer of some model."""
        who.require_somewhere(Role.WRITER)
        body = parse(AssemblyBody, raw)
        blobs.assemble(body.sha256, body.size, body.parts, uploader_mark(who.name))
        return json_response({"sha256": body.sha256, "size": body.size}, 201)

    return router


def incoming_router(blobs: LocalBlobs) -> APIRouter:
    """Return the route through which bytes come, where the store has none of its own."""
    router = api_router("/api/registry/v1/blobs", "Bytes", UPLOADS)
    # Threads of their own: others do not wait while the disk writes.
    writers = CapacityLimiter(WRITERS)

    @router.put("/{sha256}", status_code=201, openapi_extra=_BYTES)
    async def put_blob(who: Caller, sha256: str, request: Request) -> Response:
        """Take the bytes of a file, checked by digest, where there is no S3. Takes a writer."""
        who.require_somewhere(Role.WRITER)
        size, mark = 0, uploader_mark(who.name)
        writer = await to_thread.run_sync(blobs.writer, _digest(sha256), mark, limiter=writers)
        try:
            async for batch in _batches(request):
                await to_thread.run_sync(writer.write, batch, limiter=writers)
                size += len(batch)
            await to_thread.run_sync(writer.commit, limiter=writers)
        finally:
            await to_thread.run_sync(writer.discard, limiter=writers)
        return json_response({"sha256": sha256, "size": size}, 201)

    return router


def outgoing_router(possession: Possession) -> APIRouter:
    """Return the route that passes bytes on, also for those who cannot reach the store itself."""
    router = api_router("/api/registry/v1/blobs", "Bytes", LONG)

    @router.get("/{sha256}", response_class=StreamingResponse, responses=_SERVED)
    def get_blob(who: Caller, sha256: str) -> Response:
        """Pass the bytes of a file on. Takes a reader of a version that names it."""
        who.require_somewhere(Role.READER)
        size, chunks = possession.read(who, _digest(sha256))
        headers = {"Content-Length": str(size), "ETag": f'"{sha256}"'}
        return StreamingResponse(chunks, media_type="application/octet-stream", headers=headers)

    return router


def _plan_file(
    blobs: BlobStore, mark: str, present: bool, sha256: str, size: int
) -> dict[str, object]:
    part_size = blobs.part_size(size)
    if part_size is None or present:
        return _plan(blobs, mark, present, sha256, size)
    return {"sha256": sha256, "state": "parts", "partSize": part_size}


def _plan(
    blobs: BlobStore | Parts, mark: str, present: bool, sha256: str, size: int
) -> dict[str, object]:
    if present:
        return {"sha256": sha256, "state": "present"}
    transfer = blobs.upload(sha256, size, mark)
    return {
        "sha256": sha256,
        "state": "upload",
        "method": transfer.method,
        "url": transfer.url,
        "headers": dict(transfer.headers),
    }


async def _batches(request: Request) -> AsyncIterator[bytes]:
    """Yield the bytes of a request. Raises TooSlowError when none come for a while."""
    batch = bytearray()
    chunks = request.stream()
    try:
        while True:
            async with asyncio.timeout(limits.BODY_SECONDS):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            batch += chunk
            if len(batch) >= BATCH:
                yield bytes(batch)
                batch.clear()
    except TimeoutError as error:
        raise TooSlowError(f"no bytes came for {limits.BODY_SECONDS} s") from error
    yield bytes(batch)


def _digest(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise InvalidRequestError("a blob is named by its SHA-256 digest in lower-case hex")
    return text
