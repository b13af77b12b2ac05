"""The routes of the Kubeflow Model Registry API, in any of its versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, RootModel

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.kubeflow.artifact_schemas import TYPED_ARTIFACTS, AnyArtifactBody
from registry_service.api.kubeflow.endpoints import (
    CHILDREN,
    ENDPOINTS,
    EXPERIMENT_CHILDREN,
    EXPERIMENT_ENDPOINTS,
    Children,
    Endpoint,
)
from registry_service.api.kubeflow.schemas import ResourceUpdate
from registry_service.api.kubeflow.wire import Dialect, bind_filter
from registry_service.api.openapi import api_router, takes
from registry_service.api.parameters import Listing, numeric_id
from registry_service.domain.experiments import ExperimentRun, PastMetric
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.resources import (
    ARTIFACT_TYPES,
    Artifact,
    ModelArtifact,
    ModelVersion,
    Resource,
)
from registry_service.domain.serving import InferenceService
from registry_service.errors import InvalidRequestError
from registry_service.service.artifacts import Artifacts
from registry_service.service.resources import Resources

Name = Annotated[str, Query()]
ArtifactType = Annotated[str, Query(alias="artifactType")]
ExternalId = Annotated[str, Query(alias="externalId")]
StepIds = Annotated[str, Query(alias="stepIds")]
_SAID_BY_THE_PATH = frozenset({"id", "experiment_id", "experiment_run_id"})


def kubeflow_router(dialect: Dialect, resources: Resources, artifacts: Artifacts) -> APIRouter:
    """Return the routes of the API.

    Args:
        dialect: Which version of it.
        resources: The use cases of all resources.
        artifacts: Those of artifacts that belong to something.
    """
    router = api_router(dialect.prefix, "Kubeflow Model Registry")
    routes = _Routes(router, resources, artifacts, dialect)
    # Routes are tried in order: those asked most often come first.
    for endpoint in ENDPOINTS:
        routes.add_resource(endpoint)
    routes.add_artifacts(ModelVersion, "model_versions", "model_version_id")
    if dialect.experiments:
        routes.add_artifacts(ExperimentRun, "experiment_runs", "experiment_run_id")
        routes.add_history()
    for children in (*CHILDREN, *(EXPERIMENT_CHILDREN if dialect.experiments else ())):
        routes.add_children(children)
    routes.add_served()
    for endpoint in EXPERIMENT_ENDPOINTS if dialect.experiments else ():
        routes.add_resource(endpoint)
    return router


@dataclass(frozen=True, slots=True)
class _Routes:
    """Adds routes to a router, which answer from use cases as a version of the API has it."""

    router: APIRouter
    resources: Resources
    artifacts: Artifacts
    dialect: Dialect

    def _show(self, resource: Resource, status: int = 200) -> Response:
        return json_response(self.dialect.show(resource), status)

    def _show_page(self, page: Page[Any], query: ListQuery) -> Response:
        return json_response(self.dialect.show_page(page, query))

    def add_resource(self, endpoint: Endpoint) -> None:
        """Add create, list, get, update and find of one kind of resource."""
        self._add_collection(endpoint)
        self._add_item(endpoint)
        self._add_find(endpoint)

    def _add_collection(self, endpoint: Endpoint) -> None:
        path, status = f"/{endpoint.collection}", self.dialect.created(endpoint.kind)

        @self.router.post(path, status_code=status, openapi_extra=takes(endpoint.create))
        def create(who: Caller, raw: RawBody) -> Response:
            """Make a resource; its name must be free (409). Takes a writer."""
            kind, values = _body_values(endpoint.kind, parse(endpoint.create, raw))
            return self._show(self.resources.create(who, kind(**values)), status)

        if endpoint.kind is Artifact:

            @self.router.get(path)
            def list_by_type(
                who: Caller, query: Listing, artifact_type: ArtifactType = ""
            ) -> Response:
                """List artifacts of one type, or of all; of models that the caller may read."""
                kind = _kind_of_artifacts(artifact_type)
                page = self.resources.page(who, kind, bind_filter(query, kind))
                return self._show_page(page, query)

        else:

            @self.router.get(path)
            def list_all(who: Caller, query: Listing) -> Response:
                """List the resources that the caller may read."""
                bound = bind_filter(query, endpoint.kind)
                return self._show_page(self.resources.page(who, endpoint.kind, bound), query)

    def _add_item(self, endpoint: Endpoint) -> None:
        path, label = f"/{endpoint.collection}/{{resource_id}}", endpoint.kind.label

        @self.router.get(path)
        def get(who: Caller, resource_id: str) -> Response:
            """Return the resource of an id."""
            number = numeric_id(resource_id, label)
            return self._show(self.resources.get(who, endpoint.kind, number))

        @self.router.patch(path, openapi_extra=takes(endpoint.update))
        def update(who: Caller, resource_id: str, raw: RawBody) -> Response:
            """Change what the body has; what it leaves out stays. Takes a writer."""
            kind, changes = _body_values(endpoint.kind, parse(endpoint.update, raw))
            number = numeric_id(resource_id, label)
            if endpoint.kind is ModelArtifact:
                # An artifact of another type is not found here; elsewhere it is another type's.
                self.resources.get(who, ModelArtifact, number)
            return self._show(self.resources.update(who, kind, number, changes))

    def _add_find(self, endpoint: Endpoint) -> None:
        parent = endpoint.kind.parent

        @self.router.get(f"/{endpoint.single}")
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
            where = _given(name, external_id)
            if parent is not None and parent_id:
                where[parent] = numeric_id(parent_id, "parent resource")
            return self._show(self.resources.find(who, endpoint.kind, **where))

    def add_children(self, children: Children) -> None:
        """Add list and create of resources under a parent."""
        owner, label = children.kind.parent, children.parent.label
        assert owner is not None  # noqa: S101 - a child names its parent

        @self.router.get(children.path)
        def list_children(
            who: Caller,
            parent_id: str,
            query: Listing,
            name: Name = "",
            external_id: ExternalId = "",
        ) -> Response:
            """List what belongs to a resource."""
            parent = numeric_id(parent_id, label)
            where = _given(name, external_id) | {owner: parent}
            bound = bind_filter(query, children.kind)
            page = self.resources.children(
                who, children.parent, parent, children.kind, bound, **where
            )
            return self._show_page(page, query)

        @self.router.post(children.path, status_code=201, openapi_extra=takes(children.create))
        def create_child(who: Caller, parent_id: str, raw: RawBody) -> Response:
            """Make something that belongs to a resource. Takes a writer."""
            kind, values = _body_values(children.kind, parse(children.create, raw))
            # The path says whose it is, whatever the body says; an id is the server's to give.
            owned = {**values, "id": 0, owner: numeric_id(parent_id, label)}
            return self._show(self.resources.create(who, kind(**owned)), 201)

    def add_served(self) -> None:
        """Add inference_services/{id}/model and …/version: what is served there."""
        label = InferenceService.label

        @self.router.get("/inference_services/{service_id}/model")
        def served_model(who: Caller, service_id: str) -> Response:
            """Return the model that an inference service serves."""
            return self._show(self.resources.served_model(who, numeric_id(service_id, label)))

        @self.router.get("/inference_services/{service_id}/version")
        def served_version(who: Caller, service_id: str) -> Response:
            """Return the version that an inference service serves."""
            return self._show(self.resources.served_version(who, numeric_id(service_id, label)))

    def add_artifacts(self, owner: type[Resource], collection: str, column: str) -> None:
        """Add list and create of the artifacts of versions or of runs."""
        path = f"/{collection}/{{owner_id}}/artifacts"

        @self.router.get(path)
        def list_artifacts(
            who: Caller,
            owner_id: str,
            query: Listing,
            name: Name = "",
            external_id: ExternalId = "",
            artifact_type: ArtifactType = "",
        ) -> Response:
            """List the artifacts of a version or a run."""
            owned_by, kind = numeric_id(owner_id, owner.label), _kind_of_artifacts(artifact_type)
            where = _given(name, external_id) | {column: owned_by}
            bound = bind_filter(query, kind)
            page = self.resources.children(who, owner, owned_by, kind, bound, **where)
            return self._show_page(page, query)

        @self.router.post(
            path,
            status_code=201,
            openapi_extra=takes(AnyArtifactBody),
            responses={200: {"description": "Updated"}},
        )
        def put_artifact(who: Caller, owner_id: str, raw: RawBody) -> Response:
            """Attach an artifact (201), or change the one whose id the body has (200)."""
            body = parse(AnyArtifactBody, raw).root
            changes = body.changes().items()
            values = {name: value for name, value in changes if name not in _SAID_BY_THE_PATH}
            kind = ARTIFACT_TYPES[body.artifact_type]
            owned_by = numeric_id(owner_id, owner.label)
            stored = self.artifacts.put(who, owner, owned_by, kind, body.id, values)
            return self._show(stored, 201 if body.id is None else 200)

    def add_history(self) -> None:
        """Add the lists of the values that metrics of runs had over time."""

        # Before the route of one run, whose id would match this path's last part.
        @self.router.get("/experiment_runs/metric_history")
        def all_history(
            who: Caller, query: Listing, name: Name = "", step_ids: StepIds = ""
        ) -> Response:
            """List the values that metrics had over time, of all runs."""
            where = _given(name, "") | _steps(step_ids)
            page = self.resources.page(who, PastMetric, bind_filter(query, PastMetric), **where)
            return self._show_page(page, query)

        @self.router.get("/experiment_runs/{run_id}/metric_history")
        def run_history(
            who: Caller, run_id: str, query: Listing, name: Name = "", step_ids: StepIds = ""
        ) -> Response:
            """List the values that the metrics of a run had over time."""
            run = numeric_id(run_id, ExperimentRun.label)
            where = _given(name, "") | _steps(step_ids) | {"experiment_run_id": run}
            bound = bind_filter(query, PastMetric)
            page = self.resources.children(who, ExperimentRun, run, PastMetric, bound, **where)
            return self._show_page(page, query)


def _given(name: str, external_id: str) -> dict[str, Any]:
    """Return the columns that a name and an external id ask for; an empty one asks nothing."""
    wanted = {"name": name, "external_id": external_id}
    return {column: value for column, value in wanted.items() if value}


def _steps(step_ids: str) -> dict[str, Any]:
    """Return the column that some steps ask for."""
    if not step_ids:
        return {}
    try:
        steps = [int(step) for step in step_ids.split(",")]
    except ValueError:
        raise InvalidRequestError(
            f"stepIds must be whole numbers with commas between, not {step_ids!r}: bad request"
        ) from None
    if any(abs(step) >= 1 << 63 for step in steps):
        raise InvalidRequestError("stepIds must fit into 64 bits: bad request")
    return {"step__in": steps}


def _body_values(kind: type[Resource], body: BaseModel) -> tuple[type[Resource], Mapping[str, Any]]:
    """Return the class that a body describes, and the fields that it gives."""
    if isinstance(body, RootModel):
        body = body.root
    assert isinstance(body, ResourceUpdate)  # noqa: S101 - all our bodies are
    if kind is not ModelArtifact and isinstance(body, TYPED_ARTIFACTS):
        kind = ARTIFACT_TYPES[body.artifact_type]
    return kind, body.changes()


def _kind_of_artifacts(artifact_type: str) -> type[Artifact]:
    """Return the class of an artifactType parameter; empty means all artifacts."""
    if not artifact_type:
        return Artifact
    if artifact_type not in ARTIFACT_TYPES:
        raise InvalidRequestError(
            f"unsupported artifactType {artifact_type!r}, use one of {list(ARTIFACT_TYPES)}"
        )
    return ARTIFACT_TYPES[artifact_type]
