"""What runs in the Python of `kfp-tabular`, which has no Airflow.

Airflow writes the source of these functions into a script of its own: what they use, they import.
"""

from collections.abc import Mapping
from typing import Any


def train(
    source: str, target: str, folder: str, settings: Mapping[str, Any], metric: str
) -> dict[str, Any]:
    """Read, validate and split a table, and fit a model."""
    from pipelines.training.stages import train_stage

    result: dict[str, Any] = train_stage(source, target, folder, settings, metric)
    return result


def evaluate(trained: Mapping[str, Any], registry: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate the model, and hold it against the champion."""
    from pipelines.training.stages import evaluate_stage

    result: dict[str, Any] = evaluate_stage(trained, registry)
    return result


def deploy(trained: Mapping[str, Any], registry: Mapping[str, Any], run_id: str) -> dict[str, Any]:
    """Register the model, and make it the champion."""
    from pipelines.training.stages import deploy_stage

    result: dict[str, Any] = deploy_stage(trained, registry, run_id)
    return result
