"""Which resources the Kubeflow API has, where they live, and what their bodies are."""

from dataclasses import dataclass

from pydantic import BaseModel

from registry_service.api.kubeflow import artifact_schemas, schemas
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.resources import (
    Artifact,
    ModelArtifact,
    ModelVersion,
    RegisteredModel,
    Resource,
)
from registry_service.domain.serving import InferenceService, ServingEnvironment


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of resource: where it lives, and what its bodies are."""

    collection: str
    single: str
    kind: type[Resource]
    create: type[BaseModel]
    update: type[BaseModel]


ENDPOINTS = (
    Endpoint(
        "registered_models",
        "registered_model",
        RegisteredModel,
        schemas.RegisteredModelCreate,
        schemas.RegisteredModelUpdate,
    ),
    Endpoint(
        "model_versions",
        "model_version",
        ModelVersion,
        schemas.ModelVersionCreate,
        schemas.ModelVersionUpdate,
    ),
    Endpoint(
        "artifacts",
        "artifact",
        Artifact,
        artifact_schemas.AnyArtifactCreate,
        artifact_schemas.AnyArtifactUpdate,
    ),
    Endpoint(
        "model_artifacts",
        "model_artifact",
        ModelArtifact,
        artifact_schemas.OnlyModelArtifactCreate,
        artifact_schemas.OnlyModelArtifactUpdate,
    ),
    Endpoint(
        "serving_environments",
        "serving_environment",
        ServingEnvironment,
        schemas.ServingEnvironmentCreate,
        schemas.ServingEnvironmentUpdate,
    ),
    Endpoint(
        "inference_services",
        "inference_service",
        InferenceService,
        schemas.InferenceServiceCreate,
        schemas.InferenceServiceUpdate,
    ),
)

EXPERIMENT_ENDPOINTS = (
    Endpoint(
        "experiments",
        "experiment",
        Experiment,
        schemas.ExperimentCreate,
        schemas.ExperimentUpdate,
    ),
    Endpoint(
        "experiment_runs",
        "experiment_run",
        ExperimentRun,
        schemas.ExperimentRunCreate,
        schemas.ExperimentRunUpdate,
    ),
)
