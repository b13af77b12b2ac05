"""The Kubeflow Model Registry API under any prefix."""

from fastapi import APIRouter

from registry_service.api.kubeflow.nested import add_version_artifact_routes, add_version_routes
from registry_service.api.kubeflow.routes import ENDPOINTS, add_resource_routes
from registry_service.service.resources import Resources


def kubeflow_router(prefix: str, resources: Resources) -> APIRouter:
    """Return the routes of the API.

    Args:
        prefix: Where they begin, such as `/api/model_registry/v1`.
        resources: The use cases.
    """
    router = APIRouter(prefix=prefix, tags=["Kubeflow Model Registry"])
    for endpoint in ENDPOINTS:
        add_resource_routes(router, endpoint, resources)
    add_version_routes(router, resources)
    add_version_artifact_routes(router, resources)
    return router
