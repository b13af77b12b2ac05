"""The intervals of a version's metrics, as properties of it.

The registry knows a metric as one number, as Kubeflow's does; how sure it is stands beside it.
"""

from collections.abc import Mapping
from typing import Any, Final

from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.records import EvaluationRecord
from components.shared.registry.records import RegisteredVersion

PREFIX: Final = "interval."
"""Property `interval.roc_auc`, such as `0.7876 to 0.8436`, for the metric `roc_auc`."""


def interval_properties(figures: EvaluationRecord) -> dict[str, str]:
    """Return the properties that hold the intervals of an evaluation."""
    return {
        f"{PREFIX}{name}": f"{metric.low!r} to {metric.high!r}"
        for name, metric in figures.metrics.items()
        if metric.low is not None and metric.high is not None
    }


def registered_metrics(version: RegisteredVersion) -> dict[str, Estimate]:
    """Return the metrics of a version, with their intervals where it was registered with them."""
    return {
        name: Estimate(value, *_interval(version.properties, name))
        for name, value in version.metrics.items()
    }


def _interval(properties: Mapping[str, Any], metric: str) -> tuple[float, float] | tuple[()]:
    low, found, high = str(properties.get(f"{PREFIX}{metric}", "")).partition(" to ")
    try:
        return (float(low), float(high)) if found else ()
    except ValueError:
        return ()
