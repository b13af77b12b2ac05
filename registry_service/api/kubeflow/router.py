"""The Kubeflow Model Registry API, in any of its versions."""

from fastapi import APIRouter
from pydantic import BaseModel

from registry_service.api.kubeflow.artifact_schemas import AnyArtifactBody
from registry_service.api.kubeflow.endpoints import ENDPOINTS, EXPERIMENT_ENDPOINTS
from registry_service.api.kubeflow.nested import (
    CHILDREN,
    EXPERIMENT_CHILDREN,
    add_children_routes,
    add_served_routes,
)
from registry_service.api.kubeflow.owned_artifacts import add_artifact_routes
from registry_service.api.kubeflow.routes import add_resource_routes
from registry_service.api.kubeflow.wire import Dialect
from registry_service.api.openapi import api_router
from registry_service.service.artifacts import Artifacts
from registry_service.service.resources import Resources

BODIES: tuple[type[BaseModel], ...] = (
    AnyArtifactBody,
    *(endpoint.create for endpoint in (*ENDPOINTS, *EXPERIMENT_ENDPOINTS)),
    *(endpoint.update for endpoint in (*ENDPOINTS, *EXPERIMENT_ENDPOINTS)),
    *(children.create for children in (*CHILDREN, *EXPERIMENT_CHILDREN)),
)


def kubeflow_router(dialect: Dialect, resources: Resources, artifacts: Artifacts) -> APIRouter:
    """Return the routes of the API.

    Args:
        dialect: Which version of it.
        resources: The use cases of all resources.
        artifacts: Those of artifacts that belong to something.
    """
    router = api_router(dialect.prefix, "Kubeflow Model Registry")
    more = (EXPERIMENT_ENDPOINTS, EXPERIMENT_CHILDREN) if dialect.experiments else ((), ())
    # Routes are tried in order: those asked most often come first.
    for endpoint in ENDPOINTS:
        add_resource_routes(router, endpoint, resources, dialect)
    add_artifact_routes(router, resources, artifacts, dialect)
    for children in (*CHILDREN, *more[1]):
        add_children_routes(router, children, resources, dialect)
    add_served_routes(router, resources, dialect)
    for endpoint in more[0]:
        add_resource_routes(router, endpoint, resources, dialect)
    return router
