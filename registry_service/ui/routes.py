"""The pages: models, one model, one version, versions side by side, data, the audit log."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import RedirectResponse, Response

from registry_service.api.identity import Caller
from registry_service.api.parameters import numeric_id
from registry_service.api.registry.views import KEYS
from registry_service.api.tokens import decode_token, encode_token
from registry_service.api.turns import LISTS, route_class
from registry_service.domain.access import Identity, Role
from registry_service.domain.paging import ListQuery
from registry_service.domain.registration import AuditQuery
from registry_service.domain.resources import DATASETS, MODELS, NOUNS, Collection
from registry_service.errors import InvalidRequestError, NotFoundError
from registry_service.service.audit import Audit
from registry_service.service.overview import Overview
from registry_service.service.registrations import Registrations
from registry_service.service.versions import Versions, answer_alike
from registry_service.ui import rendering
from registry_service.ui.comparisons import row_difference, sections, tested_apart
from registry_service.ui.views import (
    ACTIONS,
    change_of,
    commands,
    course,
    judged_by,
    lineage_of,
    main_metrics,
    measures_of,
    other_properties,
    properties_of,
    rows_of,
    schema_of,
)
from registry_service.ui.watching import watching

PAGE_SIZE = 25
AUDIT_SIZE = 50


def ways_in_router(models: Registrations, datasets: Registrations) -> APIRouter:
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
    def find(who: Caller, model: str = "", dataset: str = "", version: str = "") -> Response:
        if bool(model) == bool(dataset):
            raise InvalidRequestError(
                "name a model, find?model=NAME&version=NAME-OR-ALIAS, or a dataset"
            )
        registrations, name = (models, model) if model else (datasets, dataset)
        if version:
            return RedirectResponse(f"versions/{registrations.version(who, name, version).id}")
        found, _ = registrations.model(who, name)
        return RedirectResponse(f"{found.collection}/{found.id}")

    return router


def pages_router(
    overview: Overview, of_models: Versions, of_datasets: Versions, audit: Audit
) -> APIRouter:
    """Return the pages."""
    router = pages()
    _add_models(router, overview, MODELS, "/ui/")
    _add_models(router, overview, DATASETS, "/ui/datasets")
    _add_versions(router, overview, of_models, of_datasets)
    _add_records(router, of_models, audit)
    return router


def _add_models(router: APIRouter, overview: Overview, collection: Collection, path: str) -> None:
    """Add the list of what is in a collection, and the page of each."""

    @router.get(path)
    def models(request: Request, who: Caller, q: str = "", page: str = "") -> Response:
        query = page_from(page, ListQuery(page_size=PAGE_SIZE, descending=True))
        found = overview.models(who, query, q.strip(), collection)
        return show(
            request,
            who,
            "models.html.j2",
            collection=collection,
            noun=NOUNS[collection],
            rows=[(row, judged_by(row.latest, main_metrics([row.metrics]))) for row in found.items],
            q=q,
            page=page,
            following=encode_token(found.next, query),
        )

    @router.get(f"/ui/{collection}/{{model_id}}")
    def model(request: Request, who: Caller, model_id: str, page: str = "") -> Response:
        query = page_from(page, ListQuery(page_size=PAGE_SIZE, descending=True))
        found = overview.model(who, numeric_id(model_id, "model"), query, collection)
        metrics = main_metrics(row.metrics for row in found.versions.items)
        newest = next((row.version for row in found.versions.items), None)
        metric = judged_by(newest, metrics) if collection == MODELS else None
        measured = overview.measured(who, found.model.id, metric) if metric else ()
        return show(
            request,
            who,
            "model.html.j2",
            model=found.model,
            kind=KEYS[collection],
            aliases=found.aliases,
            rows=found.versions.items,
            metrics=metrics,
            chart=course(metric, measured, found.aliases) if metric else None,
            properties=properties_of(found.model),
            commands=commands(found.model, found.aliases),
            page=page,
            following=encode_token(found.versions.next, query),
        )


def _add_versions(
    router: APIRouter, overview: Overview, of_models: Versions, of_datasets: Versions
) -> None:
    @router.get("/ui/versions/{version_id}")
    def version(request: Request, who: Caller, version_id: str) -> Response:
        found = overview.version(who, numeric_id(version_id, "version"))
        collection, content = found.detail.model.collection, found.detail.version.content_digest
        newest = ListQuery(page_size=PAGE_SIZE, descending=True)
        made = (
            [
                use
                for each in (of_models, of_datasets)
                for use in each.trained_on(who, content, newest).items
            ]
            if content
            else []
        )
        measures = measures_of(found.detail)
        return show(
            request,
            who,
            "version.html.j2",
            found=found,
            kind=KEYS[collection],
            noun=NOUNS[collection],
            made=made,
            detail=found.detail,
            version=found.detail.version,
            content=found.detail.content,
            schema=schema_of(found.detail.content.document.schema),
            lineage=lineage_of(found, request.app.state.kfp_url),
            properties=other_properties(found.detail, measures),
            measures=measures,
            rows=rows_of(found.detail),
            history=[(entry, change_of(entry)) for entry in found.history],
            watched=main_metrics(check.metrics for check in found.checks),
            charts=watching(found.checks, found.detail.content.metrics),
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
            diff=row_difference(details),
            alike=answer_alike(details),
            apart=tested_apart(details),
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
        dataset: str = "",
        actor: str = "",
        action: str = "",
        before: str = "",
    ) -> Response:
        query = AuditQuery(
            model_name=model or dataset or None,
            collection=MODELS if model else DATASETS,
            actor=actor or None,
            action=action or None,
            before=numeric_id(before, "entry") if before else None,
            limit=AUDIT_SIZE + 1,
        )
        who.require_somewhere(Role.READER)
        # The log of all models is for readers of all; others are asked for one of theirs.
        is_asked = not (model or dataset) and not who.has_everywhere(Role.READER)
        entries = [] if is_asked else audit.entries(who, query)
        shown = entries[:AUDIT_SIZE]
        return show(
            request,
            who,
            "audit.html.j2",
            rows=[(entry, change_of(entry)) for entry in shown],
            is_asked=is_asked,
            wanted={"model": model, "dataset": dataset, "actor": actor, "action": action},
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
    reader = None if request.app.state.authenticator is None else who.name
    return rendering.render(request.scope["path"], template, {"reader": reader, **context})
