"""Our routes for evidence: files about a version, beside those that it consists of."""

from fastapi import APIRouter, Response

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.openapi import collection_router, takes
from registry_service.api.registry.aliases import Reason
from registry_service.api.registry.schemas import EvidenceBody
from registry_service.api.registry.views import fetched_view, file_view
from registry_service.api.turns import NAMING_FILES
from registry_service.domain.resources import Collection
from registry_service.service.blob_ports import BlobStore
from registry_service.service.evidence import Evidence


def evidence_router(evidence: Evidence, blobs: BlobStore, collection: Collection) -> APIRouter:
    """Return the routes of evidence."""
    router = collection_router(collection, "Evidence", "/{name}/versions/{ref}/evidence")
    naming = collection_router(
        collection, "Evidence", "/{name}/versions/{ref}/evidence", NAMING_FILES
    )

    @router.get("")
    def get_evidence(who: Caller, name: str, ref: str) -> Response:
        """Return the evidence of a version, each file with a short-lived URL to fetch it from."""
        return json_response(fetched_view(evidence.of(who, name, ref), blobs))

    @naming.post("", openapi_extra=takes(EvidenceBody, NAMING_FILES))
    def attach(who: Caller, name: str, ref: str, raw: RawBody) -> Response:
        """Add evidence to a version, such as a model card that somebody filled in.

        A file takes the place of that of its path. The version keeps its digest; an approved one
        keeps its evidence too (409), and what cannot lie in one folder with the rest is refused
        (409). The bytes must have been uploaded. Takes a writer. The audit log has what changed.
        """
        files = [file.to_domain() for file in parse(EvidenceBody, raw).files]
        attached = evidence.attach(who, name, ref, files)
        return json_response({"evidence": [file_view(file) for file in attached]})

    @router.delete("/{path:path}", status_code=204)
    def detach(who: Caller, name: str, ref: str, path: str, reason: Reason = None) -> Response:
        """Take a file from the evidence of a version.

        An approved version keeps its evidence (409). Takes a writer. The audit log has the digest,
        and the bytes are left to the garbage collection.
        """
        evidence.detach(who, name, ref, path, reason)
        return Response(status_code=204)

    router.routes.extend(naming.routes)
    return router
