"""What the OpenAPI description says of bodies and errors, which the routes read themselves."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from registry_service.api.errors import STATUS
from registry_service.api.turns import ORDINARY, Kind, route_class
from registry_service.domain import limits
from registry_service.domain.resources import MODELS, Collection

REF = "#/components/schemas/{model}"
_ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
}
# What the middleware answers, before any route.
BEFORE_ROUTES = (
    *(HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    *(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.MISDIRECTED_REQUEST),
)
ERRORS: dict[int | str, dict[str, Any]] = {
    int(status): {
        "description": status.phrase,
        "content": {"application/json": {"schema": {"$ref": REF.format(model="Error")}}},
    }
    for status in sorted({*STATUS.values(), *BEFORE_ROUTES})
}


def takes(model: type[BaseModel], kind: Kind = ORDINARY) -> dict[str, Any]:
    """Return the description of the body of a route that does a kind of work."""
    schema = {"$ref": REF.format(model=model.__name__)}
    content = {"application/json": {"schema": schema}}
    values = f"{limits.JSON_VALUES:,} commas, brackets and braces"
    described = f"At most {kind.body:,} bytes, and {values}."
    return {"requestBody": {"required": True, "content": content, "description": described}}


def api_router(prefix: str, tag: str, kind: Kind = ORDINARY) -> APIRouter:
    """Return a router of routes that do one kind of work, and may answer with an error of ours."""
    return APIRouter(prefix=prefix, tags=[tag], responses=ERRORS, route_class=route_class(kind))


def collection_router(
    collection: Collection, tag: str, below: str = "", kind: Kind = ORDINARY
) -> APIRouter:
    """Return a router of routes that models and data sets have alike.

    Args:
        collection: Whose they are.
        tag: Their subject; that of all routes of data sets is these.
        below: The path below that of the collection.
        kind: The work that they do.
    """
    tag = tag if collection == MODELS else "Data sets"
    return api_router(f"/api/registry/v1/{collection}{below}", tag, kind)


def describe_bodies(app: FastAPI, bodies: Sequence[type[BaseModel]]) -> None:
    """Add bodies, which `takes` refers to, and errors to the description of an application."""

    def openapi() -> Mapping[str, Any]:
        if app.openapi_schema is None:
            known = get_openapi(title=app.title, version=app.version, routes=app.routes)
            modes = [(model, "validation") for model in bodies]
            _, described = models_json_schema(modes, ref_template=REF)  # type: ignore[arg-type]
            schemas = known.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(described.get("$defs", {}), Error=_ERROR)
            app.openapi_schema = known
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign, assignment]
