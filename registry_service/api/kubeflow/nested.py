"""The routes of resources that belong to another: versions of a model, runs of an experiment."""

from dataclasses import dataclass

from fastapi import APIRouter, Response
from pydantic import BaseModel

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.kubeflow import schemas
from registry_service.api.kubeflow.routes import (
    ExternalId,
    Name,
    body_values,
    given,
)
from registry_service.api.kubeflow.wire import Dialect, bind_filter
from registry_service.api.openapi import takes
from registry_service.api.parameters import Listing, numeric_id
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.resources import ModelVersion, RegisteredModel, Resource
from registry_service.domain.serving import InferenceService, ServeModel, ServingEnvironment
from registry_service.service.resources import Resources


@dataclass(frozen=True, slots=True)
class Children:
    """A list of resources under a parent: its path, the two kinds, and the body of a new one."""

    path: str
    parent: type[Resource]
    kind: type[Resource]
    create: type[BaseModel]


CHILDREN = (
    Children(
        "/registered_models/{parent_id}/versions",
        RegisteredModel,
        ModelVersion,
        schemas.ModelVersionBody,
    ),
    Children(
        "/serving_environments/{parent_id}/inference_services",
        ServingEnvironment,
        InferenceService,
        schemas.InferenceServiceCreate,
    ),
    Children(
        "/inference_services/{parent_id}/serves",
        InferenceService,
        ServeModel,
        schemas.ServeModelCreate,
    ),
)

EXPERIMENT_CHILDREN = (
    Children(
        "/experiments/{parent_id}/experiment_runs",
        Experiment,
        ExperimentRun,
        schemas.ExperimentRunBody,
    ),
)


def add_children_routes(
    router: APIRouter, children: Children, resources: Resources, dialect: Dialect
) -> None:
    """Add list and create of resources under a parent."""
    owner = children.kind.parent
    assert owner is not None  # noqa: S101 - a child names its parent
    label = children.parent.label

    @router.get(children.path)
    def list_children(
        who: Caller, parent_id: str, query: Listing, name: Name = "", external_id: ExternalId = ""
    ) -> Response:
        """List what belongs to a resource."""
        parent = numeric_id(parent_id, label)
        where = given(name, external_id) | {owner: parent}
        bound = bind_filter(query, children.kind)
        page = resources.children(who, children.parent, parent, children.kind, bound, **where)
        return json_response(dialect.show_page(page, query))

    @router.post(children.path, status_code=201, openapi_extra=takes(children.create))
    def create_child(who: Caller, parent_id: str, raw: RawBody) -> Response:
        """Make something that belongs to a resource. Takes a writer."""
        kind, values = body_values(children.kind, parse(children.create, raw))
        # The path says whose it is, whatever the body says; an id is the server's to give.
        owned = {**values, "id": 0, owner: numeric_id(parent_id, label)}
        return json_response(dialect.show(resources.create(who, kind(**owned))), 201)


def add_served_routes(router: APIRouter, resources: Resources, dialect: Dialect) -> None:
    """Add inference_services/{id}/model and …/version: what is served there."""
    label = InferenceService.label

    @router.get("/inference_services/{service_id}/model")
    def served_model(who: Caller, service_id: str) -> Response:
        """Return the model that an inference service serves."""
        return json_response(
            dialect.show(resources.served_model(who, numeric_id(service_id, label)))
        )

    @router.get("/inference_services/{service_id}/version")
    def served_version(who: Caller, service_id: str) -> Response:
        """Return the version that an inference service serves."""
        return json_response(
            dialect.show(resources.served_version(who, numeric_id(service_id, label)))
        )
