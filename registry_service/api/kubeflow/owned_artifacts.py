"""The routes of artifacts that belong to a model version or to a run, and of a run's metrics."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from registry_service.api.bodies import RawBody
from registry_service.api.identity import Caller
from registry_service.api.json import json_response, parse
from registry_service.api.kubeflow.artifact_schemas import AnyArtifactBody
from registry_service.api.kubeflow.routes import (
    ArtifactType,
    ExternalId,
    Name,
    given,
    kind_of_artifacts,
)
from registry_service.api.kubeflow.wire import Dialect, bind_filter
from registry_service.api.openapi import takes
from registry_service.api.parameters import Listing, numeric_id
from registry_service.domain.experiments import ExperimentRun, PastMetric
from registry_service.domain.resources import ARTIFACT_TYPES, ModelVersion, Resource
from registry_service.errors import InvalidRequestError
from registry_service.service.artifacts import Artifacts
from registry_service.service.resources import Resources

_SAID_BY_THE_PATH = frozenset({"id", "experiment_id", "experiment_run_id"})


def add_artifact_routes(
    router: APIRouter, resources: Resources, artifacts: Artifacts, dialect: Dialect
) -> None:
    """Add model_versions/{id}/artifacts and, where there are runs, theirs."""
    _add_owned(router, resources, artifacts, dialect, ModelVersion, "model_versions")
    if dialect.experiments:
        _add_owned(router, resources, artifacts, dialect, ExperimentRun, "experiment_runs")
        _add_history(router, resources, dialect)


def _add_owned(
    router: APIRouter,
    resources: Resources,
    artifacts: Artifacts,
    dialect: Dialect,
    owner: type[Resource],
    collection: str,
) -> None:
    path = f"/{collection}/{{owner_id}}/artifacts"
    column = "model_version_id" if owner is ModelVersion else "experiment_run_id"

    @router.get(path)
    def list_artifacts(
        who: Caller,
        owner_id: str,
        query: Listing,
        name: Name = "",
        external_id: ExternalId = "",
        artifact_type: ArtifactType = "",
    ) -> Response:
        """List the artifacts of a version or a run."""
        owned_by = numeric_id(owner_id, owner.label)
        kind = kind_of_artifacts(artifact_type)
        where = given(name, external_id) | {column: owned_by}
        page = resources.children(who, owner, owned_by, kind, bind_filter(query, kind), **where)
        return json_response(dialect.show_page(page, query))

    @router.post(
        path,
        status_code=201,
        openapi_extra=takes(AnyArtifactBody),
        responses={200: {"description": "Updated"}},
    )
    def put_artifact(who: Caller, owner_id: str, raw: RawBody) -> Response:
        """Attach an artifact (201), or change the one whose id the body has (200)."""
        body = parse(AnyArtifactBody, raw).root
        values = {
            name: value for name, value in body.changes().items() if name not in _SAID_BY_THE_PATH
        }
        kind = ARTIFACT_TYPES[body.artifact_type]
        owned_by = numeric_id(owner_id, owner.label)
        stored = artifacts.put(who, owner, owned_by, kind, body.id, values)
        return json_response(dialect.show(stored), 201 if body.id is None else 200)


def _add_history(router: APIRouter, resources: Resources, dialect: Dialect) -> None:
    steps_parameter = Annotated[str, Query(alias="stepIds")]

    # Before the route of one run, whose id would match this path's last part.
    @router.get("/experiment_runs/metric_history")
    def all_history(
        who: Caller, query: Listing, name: Name = "", step_ids: steps_parameter = ""
    ) -> Response:
        """List the values that metrics had over time, of all runs."""
        where = _wanted(name, step_ids)
        page = resources.page(who, PastMetric, bind_filter(query, PastMetric), **where)
        return json_response(dialect.show_page(page, query))

    @router.get("/experiment_runs/{run_id}/metric_history")
    def run_history(
        who: Caller, run_id: str, query: Listing, name: Name = "", step_ids: steps_parameter = ""
    ) -> Response:
        """List the values that the metrics of a run had over time."""
        run = numeric_id(run_id, ExperimentRun.label)
        where = _wanted(name, step_ids) | {"experiment_run_id": run}
        bound = bind_filter(query, PastMetric)
        page = resources.children(who, ExperimentRun, run, PastMetric, bound, **where)
        return json_response(dialect.show_page(page, query))


def _wanted(name: str, step_ids: str) -> dict[str, Any]:
    where = given(name, "")
    if step_ids:
        try:
            where["step__in"] = [int(step) for step in step_ids.split(",")]
        except ValueError:
            raise InvalidRequestError(
                f"stepIds must be whole numbers with commas between, not {step_ids!r}: bad request"
            ) from None
        if any(abs(step) >= 1 << 63 for step in where["step__in"]):
            raise InvalidRequestError("stepIds must fit into 64 bits: bad request")
    return where
