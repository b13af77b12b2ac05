"""The routes of resources that belong to another: versions of a model, artifacts of a version."""

from fastapi import APIRouter, Response

from registry_service.api.json import json_response, parse
from registry_service.api.kubeflow import schemas
from registry_service.api.kubeflow.routes import (
    ArtifactType,
    ExternalId,
    Listing,
    Name,
    RawBody,
    body_values,
    given,
    kind_of_artifacts,
)
from registry_service.api.kubeflow.wire import page_to_wire, to_wire
from registry_service.api.parameters import numeric_id
from registry_service.domain.resources import ARTIFACT_TYPES, ModelVersion, RegisteredModel
from registry_service.service.resources import Resources


def add_version_routes(router: APIRouter, resources: Resources) -> None:
    """Add registered_models/{id}/versions."""
    path = "/registered_models/{resource_id}/versions"

    @router.get(path)
    def list_versions(
        resource_id: str, query: Listing, name: Name = "", external_id: ExternalId = ""
    ) -> Response:
        model_id = numeric_id(resource_id, RegisteredModel.label)
        where = given(name, external_id) | {"registered_model_id": model_id}
        page = resources.children(RegisteredModel, model_id, ModelVersion, query, **where)
        return json_response(page_to_wire(page, query))

    @router.post(path, status_code=201)
    def create_version(resource_id: str, raw: RawBody) -> Response:
        model_id = numeric_id(resource_id, RegisteredModel.label)
        _, values = body_values(ModelVersion, parse(schemas.ModelVersionBody, raw))
        version = ModelVersion(**{**values, "id": 0, "registered_model_id": model_id})
        return json_response(to_wire(resources.create(version)), 201)


def add_version_artifact_routes(router: APIRouter, resources: Resources) -> None:
    """Add model_versions/{id}/artifacts."""
    path = "/model_versions/{resource_id}/artifacts"

    @router.get(path)
    def list_artifacts(
        resource_id: str,
        query: Listing,
        name: Name = "",
        external_id: ExternalId = "",
        artifact_type: ArtifactType = "",
    ) -> Response:
        version_id = numeric_id(resource_id, ModelVersion.label)
        kind = kind_of_artifacts(artifact_type)
        where = given(name, external_id) | {"model_version_id": version_id}
        page = resources.children(ModelVersion, version_id, kind, query, **where)
        return json_response(page_to_wire(page, query))

    @router.post(path, status_code=201)
    def put_artifact(resource_id: str, raw: RawBody) -> Response:
        body = parse(schemas.AnyArtifactBody, raw).root
        kind = ARTIFACT_TYPES[body.artifact_type]
        values = {name: value for name, value in body.changes().items() if name != "id"}
        version_id = numeric_id(resource_id, ModelVersion.label)
        stored = resources.put_artifact(version_id, kind, body.id, values)
        return json_response(to_wire(stored), 201 if body.id is None else 200)
