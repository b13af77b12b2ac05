"""Files about a version as a browser shows them: whoever registered them is not trusted."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from registry_service.api.identity import Caller
from registry_service.api.parameters import numeric_id
from registry_service.api.turns import LONG, route_class
from registry_service.service.evidence import Evidence
from registry_service.service.possession import Possession
from registry_service.ui.rendering import UNTRUSTED

MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "json": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
"""What is shown, by the ending; everything else is offered to be saved."""


def is_shown(path: str) -> bool:
    """Tell whether a browser shows a file, and does not save it."""
    return path.rpartition(".")[2].lower() in MEDIA_TYPES


def evidence_pages_router(evidence: Evidence, possession: Possession) -> APIRouter:
    """Return the route that shows a file of evidence."""
    router = APIRouter(include_in_schema=False, route_class=route_class(LONG))

    @router.get("/ui/versions/{version_id}/evidence/{path:path}")
    def shown(who: Caller, version_id: str, path: str) -> Response:
        file = evidence.file(who, numeric_id(version_id, "version"), path)
        size, chunks = possession.read(who, file.sha256)
        ending = path.rpartition(".")[2].lower()
        headers = {
            **UNTRUSTED,
            "Content-Length": str(size),
            "ETag": f'"{file.sha256}"',
            "Cache-Control": "private, no-cache",
            **({} if is_shown(path) else {"Content-Disposition": "attachment"}),
        }
        media_type = MEDIA_TYPES.get(ending, "application/octet-stream")
        return StreamingResponse(chunks, headers=headers, media_type=media_type)

    return router
