"""Where versions are served, in the terms of the Kubeflow Model Registry API."""

from dataclasses import dataclass

from registry_service.domain.resources import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingEnvironment(Resource):
    """A place that serves models, such as a cluster's namespace."""

    label = "serving environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceService(Resource):
    """A model served in an environment; without a version, its newest one is meant."""

    label = "inference service"
    parent = "serving_environment_id"

    serving_environment_id: int = 0
    registered_model_id: int = 0
    model_version_id: int | None = None
    runtime: str | None = None
    desired_state: str = "DEPLOYED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeModel(Resource):
    """One act of deploying a version to an inference service."""

    label = "serve model"
    parent = "inference_service_id"

    inference_service_id: int = 0
    model_version_id: int = 0
    last_known_state: str = "UNKNOWN"
