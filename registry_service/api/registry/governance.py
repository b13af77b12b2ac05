"""Our routes for what happens to versions: approval, comparison, lineage, deletion, audit."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.kubeflow.wire import bind_filter
from registry_service.api.openapi import api_router, collection_router, takes
from registry_service.api.parameters import Listing
from registry_service.api.registry.aliases import Reason
from registry_service.api.registry.schemas import GarbageBody, MoveBody, RetentionBody
from registry_service.api.registry.views import (
    KEYS,
    audit_view,
    data_changes_view,
    detail_view,
    file_check_view,
    model_view,
    version_view,
)
from registry_service.api.tokens import encode_token
from registry_service.api.turns import LONG
from registry_service.domain.registration import AuditQuery
from registry_service.domain.resources import DATASETS, MODELS, Collection, DatasetArtifact
from registry_service.errors import InvalidRequestError
from registry_service.service.audit import Audit
from registry_service.service.data_changes import data_changes
from registry_service.service.garbage import Garbage
from registry_service.service.verification import Verification
from registry_service.service.versions import Versions, answer_alike, comparison

HOUR = 3600


def versions_router(
    versions: Versions, verification: Verification, collection: Collection
) -> APIRouter:
    """Return the routes of the versions of a model or a data set."""
    router = collection_router(collection, "Versions", "/{name}")
    slow = collection_router(collection, "Versions", "/{name}", LONG)

    @router.get("/compare")
    def compare(who: Caller, name: str, version: Annotated[list[str], Query()]) -> Response:
        """Show 2 to 20 versions side by side: for each name, its value in every version.

        `comparable` is false where they predict other targets, or by another task: a metric of
        one less that of another says nothing then.

        Of two versions of a data set, `changes` says what of their columns changed, and how far
        their values moved (a distance from 0 to 1).
        """
        details = versions.compare(who, name, version)
        shown = {
            "versions": [detail_view(detail) for detail in details],
            "comparable": answer_alike(details),
            **comparison(details),
        }
        if collection == DATASETS and len(details) == 2:
            shown["changes"] = data_changes_view(data_changes(*details))
        return json_response(shown)

    @router.post("/versions/{ref}/approval", status_code=204, openapi_extra=takes(MoveBody))
    def approve(who: Caller, name: str, ref: str, raw: RawBody) -> Response:
        """Find a version fit for protected aliases, which freezes it. Takes an approver.

        The audit log keeps the digests of the version and of its evidence.
        """
        versions.approve(who, name, ref, parse(MoveBody, raw or b"{}").reason)
        return Response(status_code=204)

    @router.delete("/versions/{ref}/approval", status_code=204)
    def withdraw(who: Caller, name: str, ref: str, reason: Reason = None) -> Response:
        """Take an approval back, unless a protected alias points there. Takes an approver."""
        versions.withdraw(who, name, ref, reason)
        return Response(status_code=204)

    @router.post("/versions/{ref}/archive", status_code=204, openapi_extra=takes(MoveBody))
    def archive(who: Caller, name: str, ref: str, raw: RawBody) -> Response:
        """Put away a version that no alias or deployment holds. Takes a writer."""
        versions.archive(who, name, ref, parse(MoveBody, raw or b"{}").reason)
        return Response(status_code=204)

    @router.post("/versions/{ref}/restore", status_code=204, openapi_extra=takes(MoveBody))
    def restore(who: Caller, name: str, ref: str, raw: RawBody) -> Response:
        """Take an archived version back. Takes a writer."""
        versions.restore(who, name, ref, parse(MoveBody, raw or b"{}").reason)
        return Response(status_code=204)

    @slow.post("/versions/{ref}/verification")
    def verify(who: Caller, name: str, ref: str) -> Response:
        """Read every file of a version in the store and compare its digest. Takes a writer.

        So is every file of its evidence.
        """
        checks = verification.verify(who, name, ref)
        files = [file_check_view(check) for check in checks if not check.is_evidence]
        evidence = [file_check_view(check) for check in checks if check.is_evidence]
        return json_response({"files": files, "evidence": evidence})

    @router.get("/versions/{ref}/lineage")
    def lineage(who: Caller, name: str, ref: str) -> Response:
        """Return where a version comes from and where it is deployed."""
        detail, deployments = versions.deployments(who, name, ref)
        shown = detail_view(detail)
        return json_response(
            {
                KEYS[collection]: detail.model.name,
                "version": shown["version"]["name"],
                "lineage": shown["lineage"],
                "datasets": shown["datasets"],
                "deployments": [
                    {
                        "inferenceService": service.name,
                        "environment": environment.name,
                        "desiredState": service.desired_state,
                    }
                    for service, environment in deployments
                ],
            }
        )

    @router.delete("/versions/{ref}", status_code=204)
    def delete(who: Caller, name: str, ref: str, reason: Reason = None) -> Response:
        """Delete a version that no alias or deployment holds; its name stays taken.

        Its bytes are left to the garbage collection. Takes an approver.
        """
        versions.delete(who, name, ref, reason)
        return Response(status_code=204)

    @slow.post("/retention", openapi_extra=takes(RetentionBody))
    def retain(who: Caller, name: str, raw: RawBody) -> Response:
        """Delete old archived versions that nothing holds, or say which. Takes an approver.

        So many of the newest versions stay, archived or not, and so do younger ones.
        """
        body = parse(RetentionBody, raw)
        deleted = versions.retain(who, name, body.keep_last, body.older_than_days, body.dry_run)
        shown = [version_view(version) for version in deleted]
        return json_response({"versions": shown, "dryRun": body.dry_run})

    router.routes.extend(slow.routes)
    return router


def records_router(
    of_models: Versions, of_datasets: Versions, audit: Audit, garbage: Garbage
) -> APIRouter:
    """Return the routes across models: data to versions, the audit log, garbage collection."""
    router = api_router("/api/registry/v1", "Records")
    slow = api_router("/api/registry/v1", "Records", LONG)

    @router.get("/data/{digest}/versions")
    def trained_on(who: Caller, digest: str, query: Listing) -> Response:
        """List the versions, of models that the caller may read, that name data of a digest."""
        page = of_models.trained_on(who, digest, bind_filter(query, DatasetArtifact))
        items = [
            {
                "model": model_view(use.model),
                "version": version_view(use.version),
                "dataset": {
                    "name": use.data.name,
                    "role": use.data.custom_properties.get("role", (None, None))[1],
                },
            }
            for use in page.items
        ]
        return json_response({"items": items, "nextPageToken": encode_token(page.next, query)})

    @router.get("/data/{digest}/datasets")
    def made_of(who: Caller, digest: str, query: Listing) -> Response:
        """List the versions of data sets, that the caller may read, made from data of a digest."""
        page = of_datasets.trained_on(who, digest, bind_filter(query, DatasetArtifact))
        items = [
            {"dataset": model_view(use.model), "version": version_view(use.version)}
            for use in page.items
        ]
        return json_response({"items": items, "nextPageToken": encode_token(page.next, query)})

    @router.get("/audit")
    def read_audit(
        who: Caller,
        model: str | None = None,
        dataset: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        before: Annotated[int | None, Query(ge=1, lt=1 << 63)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        """Read the audit log, newest first; `before` is the id of the last entry seen.

        The subject is the name of what was changed, such as that of a version or an alias.

        Takes a reader of the model or the data set, without one a reader of all of them.
        """
        if model is not None and dataset is not None:
            raise InvalidRequestError("name a model or a dataset, not both")
        query = AuditQuery(
            model_name=dataset if model is None else model,
            collection=MODELS if dataset is None else DATASETS,
            actor=actor,
            action=action,
            subject=subject,
            before=before,
            limit=limit,
        )
        entries = audit.entries(who, query)
        return json_response({"items": [audit_view(entry) for entry in entries]})

    @slow.post("/gc", openapi_extra=takes(GarbageBody))
    def collect(who: Caller, raw: RawBody) -> Response:
        """Delete bytes that no version names, or count them. Takes an approver of all models.

        Younger bytes stay: their registration may be on its way.
        """
        body = parse(GarbageBody, raw or b"{}")
        found = garbage.collect(who, body.older_than_hours * HOUR, body.dry_run)
        return json_response({"blobs": found.blobs, "bytes": found.bytes, "dryRun": body.dry_run})

    router.routes.extend(slow.routes)
    return router
