"""Our routes for bytes: where clients bring and fetch them, and the bytes themselves."""

import re
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from registry_service.api.bodies import LargeBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.openapi import api_router, takes
from registry_service.api.registry.schemas import AssemblyBody, PartsBody, UploadsBody
from registry_service.domain import limits
from registry_service.domain.access import Role
from registry_service.errors import InvalidRequestError
from registry_service.service.blob_ports import (
    BlobStore,
    BlobWriter,
    LocalBlobs,
    PartedBlobs,
    Parts,
)
from registry_service.service.possession import Bytes, uploader_mark
from registry_service.service.uploads import Uploads

_SHA256 = re.compile(r"[0-9a-f]{64}")
# Bytes gathered before a thread hashes and writes them: a thread per network chunk costs more.
BATCH = 1 << 20
_BYTES: dict[str, Any] = {"requestBody": {"content": {"application/octet-stream": {}}}}
_SERVED: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}


def uploads_router(uploads: Uploads, blobs: BlobStore) -> APIRouter:
    """Return the route that says which files to bring, and where to."""
    router = api_router("/api/registry/v1", "Bytes")

    @router.post("/uploads", openapi_extra=takes(UploadsBody, limits.LARGE_BODY))
    def plan_uploads(who: Caller, raw: LargeBody) -> Response:
        """Say of each file whether it is there, else where and how to bring it.

        `state` is `present`, `upload` (with method, url and headers of the request to send) or
        `parts` (with the size of the parts to cut it into). Takes a writer of some model.
        """
        who.require_somewhere(Role.WRITER)
        body = parse(UploadsBody, raw)
        wanted = {file.sha256: file.size for file in body.files}
        present = uploads.present(who, wanted)
        mark = uploader_mark(who.name)
        plans = [
            _plan_file(blobs, mark, sha256 in present, sha256, size)
            for sha256, size in wanted.items()
        ]
        return json_response({"files": plans})

    return router


def parts_router(blobs: PartedBlobs) -> APIRouter:
    """Return the routes for what one request cannot carry."""
    router = api_router("/api/registry/v1/uploads", "Bytes")

    @router.post("/parts", openapi_extra=takes(PartsBody, limits.LARGE_BODY))
    def plan_parts(who: Caller, raw: LargeBody) -> Response:
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

    @router.post("/assembly", status_code=201, openapi_extra=takes(AssemblyBody, limits.LARGE_BODY))
    def assemble(who: Caller, raw: LargeBody) -> Response:
        """Put a file together from its parts, in their order. Takes a writer of some model."""
        who.require_somewhere(Role.WRITER)
        body = parse(AssemblyBody, raw)
        blobs.assemble(body.sha256, body.size, body.parts, uploader_mark(who.name))
        return json_response({"sha256": body.sha256, "size": body.size}, 201)

    return router


def incoming_router(blobs: LocalBlobs) -> APIRouter:
    """Return the route through which bytes come, where the store has none of its own."""
    router = api_router("/api/registry/v1/blobs", "Bytes")

    @router.put("/{sha256}", status_code=201, openapi_extra=_BYTES)
    async def put_blob(who: Caller, sha256: str, request: Request) -> Response:
        """Take the bytes of a file, checked by digest, where there is no S3. Takes a writer."""
        who.require_somewhere(Role.WRITER)
        mark = uploader_mark(who.name)
        writer = await run_in_threadpool(blobs.writer, _digest(sha256), mark)
        try:
            size = await _receive(request, writer)
            await run_in_threadpool(writer.commit)
        finally:
            await run_in_threadpool(writer.discard)
        return json_response({"sha256": sha256, "size": size}, 201)

    return router


def outgoing_router(stored: Bytes) -> APIRouter:
    """Return the route that passes bytes on, also for those who cannot reach the store itself."""
    router = api_router("/api/registry/v1/blobs", "Bytes")

    @router.get("/{sha256}", response_class=StreamingResponse, responses=_SERVED)
    def get_blob(who: Caller, sha256: str) -> Response:
        """Pass the bytes of a file on. Takes a reader of a version that names it."""
        who.require_somewhere(Role.READER)
        size, chunks = stored.read(who, _digest(sha256))
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


async def _receive(request: Request, writer: BlobWriter) -> int:
    size = 0
    batch = bytearray()
    async for chunk in request.stream():
        batch += chunk
        size += len(chunk)
        if len(batch) >= BATCH:
            await run_in_threadpool(writer.write, bytes(batch))
            batch.clear()
    await run_in_threadpool(writer.write, bytes(batch))
    return size


def _digest(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise InvalidRequestError("a blob is named by its SHA-256 digest in lower-case hex")
    return text
