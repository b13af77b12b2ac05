"""Routes of MLflow's model registry, those that read."""

import re
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from registry_service.api.filter_query import parse_filter
from registry_service.api.identity import Caller
from registry_service.api.json import json_response
from registry_service.api.mlflow.views import (
    NO_STAGE,
    artifact_uri,
    detail_view,
    model_view,
    version_view,
)
from registry_service.api.openapi import api_router
from registry_service.api.tokens import decode_token, encode_token
from registry_service.api.turns import SEARCHES
from registry_service.domain import limits
from registry_service.domain.access import Identity
from registry_service.domain.filters import Comparison
from registry_service.domain.paging import ListQuery, OrderBy
from registry_service.domain.registration import LATEST, VersionDetail
from registry_service.domain.resources import ModelVersion
from registry_service.errors import InvalidRequestError, NotFoundError
from registry_service.service.aliases import Aliases
from registry_service.service.registrations import Registrations

PREFIX: Final = "/api/2.0/mlflow"
MOST: Final = 1_000
DEFAULT: Final = 100
ORDERS: Final[dict[str, OrderBy]] = {
    "creation_timestamp": "CREATE_TIME",
    "last_updated_timestamp": "LAST_UPDATE_TIME",
    "timestamp": "LAST_UPDATE_TIME",
    "version_number": "ID",
}

NO_PROMPTS: Final = re.compile(r"(?:^| AND )tag\.`mlflow\.prompt\.is_prompt` != 'true'$")
"""What clients add to every search for models; there are no prompts here."""

Name = Annotated[str, Query(max_length=limits.NAME)]
Most = Annotated[int, Query(ge=1)]
Wish = Annotated[str, Query(alias="filter")]
Ordering = Annotated[list[str] | None, Query()]


def reading_router(registrations: Registrations, aliases: Aliases) -> APIRouter:
    """Return the routes that read one model or version."""
    router = api_router(PREFIX, "MLflow")

    @router.get("/registered-models/get")
    def get_registered_model(who: Caller, name: Name) -> Response:
        """Return a model, its newest version and its aliases."""
        model, named = registrations.model(who, name)
        newest = _newest(registrations, who, name)
        return json_response({"registered_model": model_view(model, newest, named)})

    @router.get("/registered-models/alias")
    def get_by_alias(who: Caller, name: Name, alias: Name) -> Response:
        """Return the version that an alias points to."""
        version = aliases.target(who, name, alias)
        detail = registrations.numbered(who, name, version.number)
        return json_response({"model_version": detail_view(detail)})

    @router.get("/registered-models/get-latest-versions")
    def get_latest_versions(
        who: Caller, name: Name, stages: Annotated[list[str] | None, Query()] = None
    ) -> Response:
        """Return the newest version; there are no stages but `None`, aliases are used instead."""
        model, _ = registrations.model(who, name)
        newest = _newest(registrations, who, name)
        wanted = newest is not None and (not stages or NO_STAGE in stages)
        shown = [version_view(model, newest)] if wanted and newest is not None else []
        return json_response({"model_versions": shown})

    @router.get("/model-versions/get")
    def get_model_version(who: Caller, name: Name, version: Name) -> Response:
        """Return a version by its number, with its metrics, parameters and lineage."""
        detail = _numbered(registrations, who, name, version)
        return json_response({"model_version": detail_view(detail)})

    @router.get("/model-versions/get-download-uri")
    def get_download_uri(who: Caller, name: Name, version: Name) -> Response:
        """Return where the files of a version are, below `mlflow-artifacts/artifacts`."""
        detail = _numbered(registrations, who, name, version)
        return json_response({"artifact_uri": artifact_uri(detail.version)})

    return router


def searching_router(registrations: Registrations) -> APIRouter:
    """Return the routes that list models and versions."""
    router = api_router(PREFIX, "MLflow", SEARCHES)

    @router.get("/registered-models/search")
    def search_registered_models(
        who: Caller,
        wish: Wish = "",
        max_results: Most = DEFAULT,
        order_by: Ordering = None,
        page_token: str = "",
    ) -> Response:
        """List the models that the caller may read, by `name` with `=`, `LIKE` or `ILIKE`.

        They come without aliases and versions: ask for one.
        """
        query = replace(_query(max_results, order_by, page_token), filter=_by_name(wish))
        page = registrations.models(who, query)
        shown = [model_view(model, None) for model in page.items]
        token = encode_token(page.next, query)
        return json_response({"registered_models": shown, "next_page_token": token})

    @router.get("/model-versions/search")
    def search_model_versions(
        who: Caller,
        wish: Wish = "",
        max_results: Most = DEFAULT,
        order_by: Ordering = None,
        page_token: str = "",
    ) -> Response:
        """List the versions of one model, which the filter names: `name = 'churn'`."""
        wanted = _by_name(wish)
        if wanted is None or wanted.operator != "=":
            raise InvalidRequestError(
                "this registry lists the versions of one model: name it, as in "
                "filter_string=\"name = 'churn'\""
            )
        name = str(wanted.value)
        query = _query(max_results, order_by or ["version_number DESC"], page_token)
        model, _ = registrations.model(who, name)
        page = registrations.versions(who, name, query)
        shown = [version_view(model, version) for version in page.items]
        token = encode_token(page.next, query)
        return json_response({"model_versions": shown, "next_page_token": token})

    return router


def _newest(registrations: Registrations, who: Identity, name: str) -> ModelVersion | None:
    try:
        return registrations.version(who, name, LATEST)
    except NotFoundError:
        # The model was found before: it has no version.
        return None


def _numbered(registrations: Registrations, who: Identity, name: str, text: str) -> VersionDetail:
    """Return the version of a number. Raises NotFoundError."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        # Where there is none of that number, it may be a name.
        with suppress(NotFoundError):
            return registrations.numbered(who, name, int(text))
    number = registrations.version(who, name, text).number
    raise NotFoundError(
        f"MLflow names versions by numbers, and {text!r} of model {name!r} is the name of "
        f"version {number}: use models:/{name}/{number}"
    )


def _by_name(text: str) -> Comparison | None:
    """Return the comparison with a name that a filter is. Raises InvalidRequestError."""
    parsed = parse_filter(NO_PROMPTS.sub("", text))
    if parsed is None:
        return None
    if (
        not isinstance(parsed, Comparison)
        or parsed.name != "name"
        or parsed.operator not in ("=", "LIKE", "ILIKE")
        or not isinstance(parsed.value, str)
    ):
        raise InvalidRequestError(
            f"this registry finds by name alone, with =, LIKE or ILIKE, and not by {text!r}; "
            "properties are searched through its own API, /api/registry/v1/models"
        )
    return replace(parsed, custom=False)


def _query(most: int, order_by: list[str] | None, token: str) -> ListQuery:
    field, _, direction = (order_by or ["creation_timestamp"])[0].strip().partition(" ")
    direction = direction.strip().upper()
    if len(order_by or ()) > 1 or field not in ORDERS or direction not in ("", "ASC", "DESC"):
        raise InvalidRequestError(
            f"order_by takes one of {', '.join(ORDERS)}, with ASC or DESC, not {order_by}"
        )
    query = ListQuery(
        page_size=min(most, MOST), order_by=ORDERS[field], descending=direction == "DESC"
    )
    return replace(query, after=decode_token(token, query)) if token else query
