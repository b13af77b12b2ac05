"""The catalogue of metrics."""

import pytest

from components.shared.errors import InputError
from components.shared.evaluation.metrics import METRICS, PRIMARY, metric_named


@pytest.mark.parametrize("task", METRICS)
def test_auto_is_the_primary_metric(task: str) -> None:
    """`auto` stands for one metric that the task has."""
    assert metric_named("auto", task).name == PRIMARY[task]


def test_losses_are_better_when_less() -> None:
    """The direction of every loss and error is known."""
    less = {m.name for metrics in METRICS.values() for m in metrics if not m.greater_is_better}
    assert less == {"log_loss", "brier", "rmse", "mae", "median_absolute_error", "mape"}


def test_a_metric_of_another_task_is_refused_with_a_hint() -> None:
    """A metric that the task lacks is the user's mistake, and the nearest name is offered."""
    with pytest.raises(InputError, match="Did you mean 'roc_auc_ovr'"):
        metric_named("roc_auc", "multiclass")
