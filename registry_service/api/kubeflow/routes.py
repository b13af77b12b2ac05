"""The routes that every resource of the Kubeflow Model Registry API has."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, RootModel

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.kubeflow.artifact_schemas import TYPED_ARTIFACTS
from registry_service.api.kubeflow.endpoints import Endpoint
from registry_service.api.kubeflow.schemas import ResourceUpdate
from registry_service.api.kubeflow.wire import Dialect, bind_filter
from registry_service.api.openapi import takes
from registry_service.api.parameters import Listing, numeric_id
from registry_service.domain.resources import (
    ARTIFACT_TYPES,
    Artifact,
    ModelArtifact,
    Resource,
)
from registry_service.errors import InvalidRequestError
from registry_service.service.resources import Resources

Name = Annotated[str, Query()]
ArtifactType = Annotated[str, Query(alias="artifactType")]
ExternalId = Annotated[str, Query(alias="externalId")]


def add_resource_routes(
    router: APIRouter, endpoint: Endpoint, resources: Resources, dialect: Dialect
) -> None:
    """Add create, list, get, update and find of one kind of resource."""
    _add_collection_routes(router, endpoint, resources, dialect)
    _add_item_routes(router, endpoint, resources, dialect)
    _add_find_route(router, endpoint, resources, dialect)


def _add_collection_routes(
    router: APIRouter, endpoint: Endpoint, resources: Resources, dialect: Dialect
) -> None:
    path = f"/{endpoint.collection}"

    status = dialect.created(endpoint.kind)

    @router.post(path, status_code=status, openapi_extra=takes(endpoint.create))
    def create(who: Caller, raw: RawBody) -> Response:
        """Make a resource; its name must be free (409). Takes a writer."""
        kind, values = body_values(endpoint.kind, parse(endpoint.create, raw))
        return json_response(dialect.show(resources.create(who, kind(**values))), status)

    if endpoint.kind is Artifact:

        @router.get(path)
        def list_by_type(who: Caller, query: Listing, artifact_type: ArtifactType = "") -> Response:
            """List artifacts of one type, or of all; of models that the caller may read."""
            kind = kind_of_artifacts(artifact_type)
            page = resources.page(who, kind, bind_filter(query, kind))
            return json_response(dialect.show_page(page, query))

    else:

        @router.get(path)
        def list_all(who: Caller, query: Listing) -> Response:
            """List the resources that the caller may read."""
            page = resources.page(who, endpoint.kind, bind_filter(query, endpoint.kind))
            return json_response(dialect.show_page(page, query))


def _add_item_routes(
    router: APIRouter, endpoint: Endpoint, resources: Resources, dialect: Dialect
) -> None:
    path = f"/{endpoint.collection}/{{resource_id}}"
    label = endpoint.kind.label

    @router.get(path)
    def get(who: Caller, resource_id: str) -> Response:
        """Return the resource of an id."""
        return json_response(
            dialect.show(resources.get(who, endpoint.kind, numeric_id(resource_id, label)))
        )

    @router.patch(path, openapi_extra=takes(endpoint.update))
    def update(who: Caller, resource_id: str, raw: RawBody) -> Response:
        """Change what the body has; what it leaves out stays. Takes a writer."""
        kind, changes = body_values(endpoint.kind, parse(endpoint.update, raw))
        number = numeric_id(resource_id, label)
        if endpoint.kind is ModelArtifact:
            # An artifact of another type is not found here; elsewhere it is another type's.
            resources.get(who, ModelArtifact, number)
        return json_response(dialect.show(resources.update(who, kind, number, changes)))


def _add_find_route(
    router: APIRouter, endpoint: Endpoint, resources: Resources, dialect: Dialect
) -> None:
    parent = endpoint.kind.parent

    @router.get(f"/{endpoint.single}")
    def find(
        who: Caller,
        name: Name = "",
        external_id: ExternalId = "",
        parent_id: Annotated[str, Query(alias="parentResourceId")] = "",
    ) -> Response:
        """Return the one resource of a name (in its parent) or an external id; else 404."""
        if not external_id and not (name and (parent_id or parent is None)):
            needed = "name" if parent is None else "(name and parentResourceId)"
            raise InvalidRequestError(
                f"invalid parameters call, supply either {needed}, or externalId: bad request"
            )
        where = given(name, external_id)
        if parent is not None and parent_id:
            where[parent] = numeric_id(parent_id, "parent resource")
        return json_response(dialect.show(resources.find(who, endpoint.kind, **where)))


def given(name: str, external_id: str) -> dict[str, Any]:
    """Return the columns that a name and an external id ask for; an empty one asks nothing."""
    wanted = {"name": name, "external_id": external_id}
    return {column: value for column, value in wanted.items() if value}


def body_values(kind: type[Resource], body: BaseModel) -> tuple[type[Resource], Mapping[str, Any]]:
    """Return the class that a body describes, and the fields that it gives."""
    if isinstance(body, RootModel):
        body = body.root
    assert isinstance(body, ResourceUpdate)  # noqa: S101 - all our bodies are
    if kind is not ModelArtifact and isinstance(body, TYPED_ARTIFACTS):
        kind = ARTIFACT_TYPES[body.artifact_type]
    return kind, body.changes()


def kind_of_artifacts(artifact_type: str) -> type[Artifact]:
    """Return the class of an artifactType parameter; empty means all artifacts."""
    if not artifact_type:
        return Artifact
    if artifact_type not in ARTIFACT_TYPES:
        raise InvalidRequestError(
            f"unsupported artifactType {artifact_type!r}, use one of {list(ARTIFACT_TYPES)}"
        )
    return ARTIFACT_TYPES[artifact_type]
