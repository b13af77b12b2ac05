"""Is the service alive, and can it work?"""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from registry_service.api.json import json_response
from registry_service.api.openapi import api_router
from registry_service.api.turns import PROBES
from registry_service.service.blob_ports import BlobStore
from registry_service.service.ports import Database


def health_router(database: Database, blobs: BlobStore, figures: CollectorRegistry) -> APIRouter:
    """Return the probes, and the figures for Prometheus."""
    router = api_router("", "Health", PROBES)
    parts: Sequence[Database | BlobStore] = (database, blobs)

    @router.get("/livez")
    async def livez() -> Response:
        """Answer while the process lives."""
        return json_response({"status": "ok"})

    @router.get("/readyz")
    def readyz() -> Response:
        """Answer 200 where database and store can be reached, else 503."""
        for part in parts:
            part.check()
        return json_response({"status": "ok"})

    @router.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> Response:
        """Return figures for Prometheus."""
        return Response(generate_latest(figures), media_type=CONTENT_TYPE_LATEST)

    return router
