"""Which resources the Kubeflow API has, where they live, and what their bodies are."""

from dataclasses import dataclass

from pydantic import BaseModel

from registry_service.api.kubeflow.artifact_schemas import (
    AnyArtifactCreate,
    AnyArtifactUpdate,
    OnlyModelArtifactCreate,
    OnlyModelArtifactUpdate,
)
from registry_service.api.kubeflow.schemas import (
    ExperimentCreate,
    ExperimentRunCreate,
    ExperimentRunUpdate,
    ExperimentUpdate,
    InferenceServiceCreate,
    InferenceServiceUpdate,
    ModelVersionCreate,
    ModelVersionUpdate,
    RegisteredModelCreate,
    RegisteredModelUpdate,
    ServingEnvironmentCreate,
    ServingEnvironmentUpdate,
)
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
    """One kind of resource: where one is found, and what its bodies are."""

    single: str
    kind: type[Resource]
    create: type[BaseModel]
    update: type[BaseModel]

    @property
    def collection(self) -> str:
        """Where all of them are."""
        return f"{self.single}s"


ENDPOINTS = (
    Endpoint("registered_model", RegisteredModel, RegisteredModelCreate, RegisteredModelUpdate),
    Endpoint("model_version", ModelVersion, ModelVersionCreate, ModelVersionUpdate),
    Endpoint("artifact", Artifact, AnyArtifactCreate, AnyArtifactUpdate),
    Endpoint("model_artifact", ModelArtifact, OnlyModelArtifactCreate, OnlyModelArtifactUpdate),
    Endpoint(
        "serving_environment",
        ServingEnvironment,
        ServingEnvironmentCreate,
        ServingEnvironmentUpdate,
    ),
    Endpoint("inference_service", InferenceService, InferenceServiceCreate, InferenceServiceUpdate),
)

EXPERIMENT_ENDPOINTS = (
    Endpoint("experiment", Experiment, ExperimentCreate, ExperimentUpdate),
    Endpoint("experiment_run", ExperimentRun, ExperimentRunCreate, ExperimentRunUpdate),
)
