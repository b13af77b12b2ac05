"""What all resources of the Kubeflow API share, and artifacts."""

import hashlib
import json
from dataclasses import replace

import pytest

from registry_service.domain.experiments import Experiment, ExperimentRun, PastMetric
from registry_service.domain.paging import ListQuery
from registry_service.domain.properties import PropertyValue
from registry_service.domain.registration import AuditQuery
from registry_service.domain.resources import (
    DocArtifact,
    Metric,
    ModelArtifact,
    ModelVersion,
    RegisteredModel,
)
from registry_service.domain.serving import InferenceService
from registry_service.errors import (
    AlreadyExistsError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
)
from tests.registry_service.service.use_cases import ADA, REA, WILL, UseCases


def test_a_created_resource_is_found_and_changed(registry: UseCases) -> None:
    """Fields that are not given stay, and each change is an entry in the log."""
    made = registry.resources.create(ADA, RegisteredModel(name="churn", owner="me"))
    registry.resources.update(ADA, RegisteredModel, made.id, {"description": "new"})
    found = registry.resources.find(ADA, RegisteredModel, name="churn")
    assert (found.owner, found.description) == ("me", "new")
    assert registry.actions() == ["registered_model.update", "registered_model.create"]


def test_the_log_holds_a_bounded_part_of_a_change(registry: UseCases) -> None:
    """20 fields by name and how many there are; of a long text its beginning and its digest."""
    made = registry.resources.create(ADA, RegisteredModel(name="churn"))
    long = "x" * 65_536
    changes = {
        "description": long,
        "custom_properties": {f"p{number:03}": PropertyValue.of(long) for number in range(100)},
    }
    registry.resources.update(ADA, RegisteredModel, made.id, changes)
    detail = registry.audit.entries(ADA, AuditQuery(model_name="churn"))[0].detail
    assert detail["changesInAll"] == 101
    assert [*detail["changes"]][-1] == "customProperties.p019"
    digest = hashlib.sha256(long.encode()).hexdigest()
    shortened = f"{'x' * 1_000}… (65,536 characters, SHA-256 {digest})"
    assert detail["changes"]["customProperties.p000"] == {"from": None, "to": shortened}
    assert len(json.dumps(detail)) < 30_000


def test_a_name_that_is_taken_or_too_long_is_refused(registry: UseCases) -> None:
    """Kubeflow's clients count on both."""
    model = registry.resources.create(ADA, RegisteredModel(name="churn"))
    with pytest.raises(AlreadyExistsError):
        registry.resources.create(ADA, RegisteredModel(name="churn"))
    beside_the_id = ModelVersion(name="x" * 254, registered_model_id=model.id)
    with pytest.raises(InvalidRequestError):
        registry.resources.create(ADA, beside_the_id)


def test_what_a_resource_names_has_to_be_there(registry: UseCases) -> None:
    """A service of no model and a version of none are refused."""
    for orphan in (
        InferenceService(serving_environment_id=7, registered_model_id=7),
        ModelVersion(name="a", registered_model_id=7),
    ):
        with pytest.raises(NotFoundError):
            registry.resources.create(ADA, orphan)


def test_a_run_does_not_end_before_it_starts(registry: UseCases) -> None:
    """Neither when it is made nor when it is changed."""
    experiment = registry.resources.create(ADA, Experiment(name="e"))
    started = ExperimentRun(name="r", experiment_id=experiment.id, start_time_since_epoch=5)
    with pytest.raises(InvalidRequestError):
        registry.resources.create(ADA, replace(started, end_time_since_epoch=4))
    run = registry.resources.create(ADA, started)
    with pytest.raises(InvalidRequestError):
        registry.resources.update(ADA, ExperimentRun, run.id, {"end_time_since_epoch": 4})


def test_models_are_listed_for_who_may_read_them(registry: UseCases) -> None:
    """Other lists are for readers of all models."""
    for name in ("churn", "fraud"):
        registry.register("a", model=name)
    models = registry.resources.page(REA, RegisteredModel, ListQuery()).items
    assert [model.name for model in models] == ["churn"]
    with pytest.raises(ForbiddenError):
        registry.resources.page(REA, ModelVersion, ListQuery())


def test_an_artifact_belongs_to_one_version_and_keeps_its_type(registry: UseCases) -> None:
    """It is neither taken to another version nor made something else."""
    first, second = (registry.register(name).version_id for name in "ab")
    made = registry.artifacts.put(WILL, ModelVersion, first, DocArtifact, None, {"name": "d"})
    with pytest.raises(ConflictError):
        registry.artifacts.put(WILL, ModelVersion, second, DocArtifact, made.id, {})
    with pytest.raises(InvalidRequestError):
        registry.artifacts.put(WILL, ModelVersion, first, ModelArtifact, made.id, {})


def test_a_metric_of_a_run_is_updated_by_name_and_keeps_its_history(registry: UseCases) -> None:
    """Posted twice, there is one metric and two entries of its history."""
    experiment = registry.resources.create(ADA, Experiment(name="e"))
    run = registry.resources.create(ADA, ExperimentRun(name="r", experiment_id=experiment.id))
    for value in (0.25, 0.5):
        posted = {"name": "loss", "value": value}
        registry.artifacts.put(ADA, ExperimentRun, run.id, Metric, None, posted)
    of_run = {"experiment_run_id": run.id}
    (metric,) = registry.resources.page(ADA, Metric, ListQuery(), **of_run).items
    past = registry.resources.page(ADA, PastMetric, ListQuery(), **of_run).items
    assert (metric.value, [each.value for each in past]) == (0.5, [0.25, 0.5])
