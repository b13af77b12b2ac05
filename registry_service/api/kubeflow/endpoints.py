"""Which resources the Kubeflow API has, where they live, and what their bodies are."""

from dataclasses import dataclass

from pydantic import BaseModel

from registry_service.api.kubeflow import artifact_schemas as artifacts
from registry_service.api.kubeflow import schemas
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.resources import (
    Artifact,
    ModelArtifact,
    ModelVersion,
    RegisteredModel,
    Resource,
)
from registry_service.domain.serving import InferenceService, ServeModel, ServingEnvironment


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of resource: where one is found, and what its bodies are."""

    single: str
    kind: type[Resource]
    create: type[BaseModel]
    update: type[BaseModel]

    @property
    def collection(self) -> str:
        """Where all of them are."""
        return f"{self.single}s"


@dataclass(frozen=True, slots=True)
class Children:
    """A list of resources under a parent: its path, the two kinds, and the body of a new one."""

    path: str
    parent: type[Resource]
    kind: type[Resource]
    create: type[BaseModel]


ENDPOINTS = (
    Endpoint(
        "registered_model",
        RegisteredModel,
        schemas.RegisteredModelCreate,
        schemas.RegisteredModelUpdate,
    ),
    Endpoint("model_version", ModelVersion, schemas.ModelVersionCreate, schemas.ModelVersionUpdate),
    Endpoint("artifact", Artifact, artifacts.AnyArtifactCreate, artifacts.AnyArtifactUpdate),
    Endpoint(
        "model_artifact",
        ModelArtifact,
        artifacts.OnlyModelArtifactCreate,
        artifacts.OnlyModelArtifactUpdate,
    ),
    Endpoint(
        "serving_environment",
        ServingEnvironment,
        schemas.ServingEnvironmentCreate,
        schemas.ServingEnvironmentUpdate,
    ),
    Endpoint(
        "inference_service",
        InferenceService,
        schemas.InferenceServiceCreate,
        schemas.InferenceServiceUpdate,
    ),
)
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
EXPERIMENT_ENDPOINTS = (
    Endpoint("experiment", Experiment, schemas.ExperimentCreate, schemas.ExperimentUpdate),
    Endpoint(
        "experiment_run", ExperimentRun, schemas.ExperimentRunCreate, schemas.ExperimentRunUpdate
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
BODIES: tuple[type[BaseModel], ...] = (
    artifacts.AnyArtifactBody,
    *(endpoint.create for endpoint in (*ENDPOINTS, *EXPERIMENT_ENDPOINTS)),
    *(endpoint.update for endpoint in (*ENDPOINTS, *EXPERIMENT_ENDPOINTS)),
    *(children.create for children in (*CHILDREN, *EXPERIMENT_CHILDREN)),
)
