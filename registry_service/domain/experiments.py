"""Experiments and their runs, in the terms of the Kubeflow API v1alpha3."""

from dataclasses import dataclass

from registry_service.domain.resources import Metric, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment(Resource):
    """A question that runs try to answer."""

    label = "experiment"

    owner: str | None = None
    state: str = "LIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRun(Resource):
    """One run; start and end in epoch milliseconds."""

    label = "experiment run"
    parent = "experiment_id"

    experiment_id: int = 0
    owner: str | None = None
    state: str = "LIVE"
    status: str = "RUNNING"
    start_time_since_epoch: int | None = None
    end_time_since_epoch: int | None = None

    def said(self, name: str) -> str:
        """Return a property as text, empty where there is none of that name."""
        found = self.custom_properties.get(name)
        return "" if found is None else str(found.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMetric(Metric):
    """A metric as it was when it was posted to a run: its history, one for each posting."""

    label = "metric history"
    parent = "experiment_run_id"
