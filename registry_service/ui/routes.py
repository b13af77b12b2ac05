"""The pages: models, one model, one version, versions side by side, data, the audit log."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import RedirectResponse, Response

from registry_service.api.identity import Caller
from registry_service.api.parameters import numeric_id
from registry_service.api.tokens import decode_token, encode_token
from registry_service.api.turns import LISTS, route_class
from registry_service.domain.access import ANYONE, Identity, Role
from registry_service.domain.paging import ListQuery
from registry_service.domain.registration import AuditQuery
from registry_service.errors import InvalidRequestError, NotFoundError
from registry_service.service.audit import Audit
from registry_service.service.overview import Overview
from registry_service.service.registrations import Registrations
from registry_service.service.versions import Versions
from registry_service.ui import rendering
from registry_service.ui.comparisons import sections
from registry_service.ui.views import (
    ACTIONS,
    change_of,
    commands,
    lineage_of,
    main_metrics,
    properties_of,
    schema_of,
)

PAGE_SIZE = 25
AUDIT_SIZE = 50


def ways_in_router(registrations: Registrations) -> APIRouter:
    """Return the ways in: from the bare address, and from a name to its page."""
    router = pages()

    @router.get("/")
    def root(accept: Annotated[str, Header()] = "") -> Response:
        if "text/html" in accept:
            return RedirectResponse("ui/")
        # Clients probe this address, and count on a 404.
        raise NotFoundError("the API is under /api/, pages for people are under /ui/")

    # Relative, since a gateway may have taken a prefix away.
    @router.get("/ui")
    def without_slash() -> Response:
        return RedirectResponse("ui/")

    @router.get("/ui/find")
    def find(who: Caller, model: str = "", version: str = "") -> Response:
        if not model:
            raise InvalidRequestError("name a model: find?model=NAME&version=NAME-OR-ALIAS")
        if version:
            return RedirectResponse(f"versions/{registrations.version(who, model, version).id}")
        return RedirectResponse(f"models/{registrations.model(who, model)[0].id}")

    return router


def pages_router(overview: Overview, versions: Versions, audit: Audit) -> APIRouter:
    """Return the pages."""
    router = pages()
    _add_models(router, overview)
    _add_versions(router, overview)
    _add_records(router, versions, audit)
    return router


def _add_models(router: APIRouter, overview: Overview) -> None:
    @router.get("/ui/")
    def models(request: Request, who: Caller, q: str = "", page: str = "") -> Response:
        query = page_from(page, ListQuery(page_size=PAGE_SIZE, descending=True))
        found = overview.models(who, query, q.strip())
        following = encode_token(found.next, query)
        return show(
            request, who, "models.html.j2", rows=found.items, q=q, page=page, following=following
        )

    @router.get("/ui/models/{model_id}")
    def model(request: Request, who: Caller, model_id: str, page: str = "") -> Response:
        query = page_from(page, ListQuery(page_size=PAGE_SIZE, descending=True))
        found = overview.model(who, numeric_id(model_id, "model"), query)
        return show(
            request,
            who,
            "model.html.j2",
            model=found.model,
            aliases=found.aliases,
            rows=found.versions.items,
            metrics=main_metrics(row.metrics for row in found.versions.items),
            properties=properties_of(found.model),
            commands=commands(found.model, found.aliases),
            page=page,
            following=encode_token(found.versions.next, query),
        )


def _add_versions(router: APIRouter, overview: Overview) -> None:
    @router.get("/ui/versions/{version_id}")
    def version(request: Request, who: Caller, version_id: str) -> Response:
        found = overview.version(who, numeric_id(version_id, "version"))
        return show(
            request,
            who,
            "version.html.j2",
            found=found,
            detail=found.detail,
            version=found.detail.version,
            content=found.detail.content,
            schema=schema_of(found.detail.content.document.schema),
            lineage=lineage_of(found.detail),
            properties=properties_of(found.detail.version),
            history=[(entry, change_of(entry)) for entry in found.history],
            commands=commands(found.detail.model, found.aliases, found.detail.version),
        )

    @router.get("/ui/compare")
    def compare(
        request: Request,
        who: Caller,
        version: Annotated[list[str], Query(default_factory=list)],
        everything: str = "",
    ) -> Response:
        details = overview.compared(who, [numeric_id(each, "version") for each in version])
        return show(
            request,
            who,
            "compare.html.j2",
            details=details,
            sections=sections(details, everything=bool(everything)),
            everything=everything,
        )


def _add_records(router: APIRouter, versions: Versions, audit: Audit) -> None:
    @router.get("/ui/data")
    def data(request: Request, who: Caller, digest: str = "", page: str = "") -> Response:
        query = page_from(page, ListQuery(page_size=PAGE_SIZE, descending=True))
        found = versions.trained_on(who, digest, query)
        following = encode_token(found.next, query)
        return show(
            request,
            who,
            "data.html.j2",
            digest=digest,
            rows=found.items,
            page=page,
            following=following,
        )

    @router.get("/ui/audit")
    def log(
        request: Request,
        who: Caller,
        model: str = "",
        actor: str = "",
        action: str = "",
        before: str = "",
    ) -> Response:
        query = AuditQuery(
            model_name=model or None,
            actor=actor or None,
            action=action or None,
            before=numeric_id(before, "entry") if before else None,
            limit=AUDIT_SIZE + 1,
        )
        who.require_somewhere(Role.READER)
        # The log of all models is for readers of all; others are asked for one of theirs.
        is_asked = not model and not who.has_everywhere(Role.READER)
        entries = [] if is_asked else audit.entries(who, query)
        shown = entries[:AUDIT_SIZE]
        return show(
            request,
            who,
            "audit.html.j2",
            rows=[(entry, change_of(entry)) for entry in shown],
            is_asked=is_asked,
            wanted={"model": model, "actor": actor, "action": action},
            actions=ACTIONS,
            before=before,
            following=shown[-1].id if len(entries) > AUDIT_SIZE else None,
        )


def assets_router() -> APIRouter:
    """Return style and icon, which need no identity: the page that asks for one has them too."""
    router = APIRouter(include_in_schema=False)

    @router.get("/ui/assets/{name}")
    def asset(name: str) -> Response:
        if name not in rendering.MEDIA_TYPES:
            raise NotFoundError("there is no such file")
        return rendering.asset(name)

    return router


def pages() -> APIRouter:
    """Return a router for pages, which stand in no description of an API."""
    return APIRouter(include_in_schema=False, route_class=route_class(LISTS))


def page_from(token: str, query: ListQuery) -> ListQuery:
    """Return the query of the page that a token names, the first one without a token."""
    return replace(query, after=decode_token(token, query)) if token else query


def show(request: Request, who: Identity, template: str, **context: object) -> Response:
    """Return a page for whoever asks."""
    reader = None if who is ANYONE else who.name
    return rendering.render(request.scope["path"], template, {"reader": reader, **context})
