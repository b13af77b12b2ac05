"""The metrics a model is judged by: names, meaning, direction. Computing them is `scores.py`."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from components.shared.errors import InputError

BINARY: Final = "binary"
MULTICLASS: Final = "multiclass"
REGRESSION: Final = "regression"

LEAST_ROWS: Final = 20
"""Test rows of the rarest class, of a regression in all, that a bootstrap needs: 95 % intervals of
RMSE held the truth in 89 % of samples of 7 rows, 90 % of 10 and 92 % of 20 or 30."""

OF_ALL_ROWS: Final = frozenset({"accuracy", "log_loss"})
"""Metrics that, of more than two classes, rest on all rows and not on those of the rarest."""


@dataclass(frozen=True)
class Metric:
    """A metric as people and the gate need to know it.

    Attributes:
        name: Name in JSON, in the registry and in parameters, such as `roc_auc`.
        title: Name in reports, such as `ROC AUC`.
        greater_is_better: False for losses and errors.
        meaning: What the number says, in one sentence.
        lowest: The smallest possible value, None where there is none.
        highest: The greatest possible value, None where there is none.
        same_of_constants: A constant prediction reaches the same whatever the rows, so that its
            value has no error of its own: half of the pairs ranked right, one class of several
            found, no variance explained.
    """

    name: str
    title: str
    greater_is_better: bool
    meaning: str
    lowest: float | None = 0.0
    highest: float | None = 1.0
    same_of_constants: bool = False

    @property
    def direction(self) -> str:
        """`greater` or `less`: which is better."""
        return "greater" if self.greater_is_better else "less"


@dataclass(frozen=True)
class Estimate:
    """A metric's value with its bootstrap interval; None for what the rows leave undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


def _gain(name: str, title: str, meaning: str, same_of_constants: bool = False) -> Metric:
    return Metric(
        name, title, greater_is_better=True, meaning=meaning, same_of_constants=same_of_constants
    )


def _loss(name: str, title: str, meaning: str, highest: float | None = None) -> Metric:
    return Metric(name, title, greater_is_better=False, meaning=meaning, highest=highest)


_LOG_LOSS: Final = _loss(
    "log_loss", "Log loss", "Mean surprise at the truth, in nats; punishes confident mistakes."
)
_ACCURACY: Final = _gain("accuracy", "Accuracy", "Share of rows whose class is right.")
_BALANCED: Final = _gain(
    *("balanced_accuracy", "Balanced accuracy", "Mean over the classes of the share found."),
    same_of_constants=True,
)

METRICS: Final[Mapping[str, tuple[Metric, ...]]] = MappingProxyType(
    {
        BINARY: (
            _gain(
                *("roc_auc", "ROC AUC", "Chance that a positive row ranks above a negative one."),
                same_of_constants=True,
            ),
            _gain(
                "average_precision",
                "Average precision",
                "Precision averaged over recall; compare it with the share of positive rows.",
            ),
            _LOG_LOSS,
            _loss("brier", "Brier score", "Mean squared error of the probability.", highest=1.0),
            _ACCURACY,
            _BALANCED,
            _gain("f1", "F1", "Harmonic mean of precision and recall."),
            _gain("precision", "Precision", "Share of rows called positive that are."),
            _gain("recall", "Recall", "Share of positive rows called positive."),
        ),
        MULTICLASS: (
            _ACCURACY,
            _BALANCED,
            _gain("f1_macro", "F1 (macro)", "F1 of each class, averaged."),
            _LOG_LOSS,
            _gain(
                *("roc_auc_ovr", "ROC AUC (one-vs-rest)", "ROC AUC of each class, averaged."),
                same_of_constants=True,
            ),
        ),
        REGRESSION: (
            _loss("rmse", "RMSE", "Root of the mean squared error, in units of the target."),
            _loss("mae", "MAE", "Mean absolute error, in units of the target."),
            Metric(
                *("r2", "R²", True, "Share of the target's variance explained."),
                lowest=None,
                same_of_constants=True,
            ),
            _loss(
                "median_absolute_error",
                "Median absolute error",
                "Half of the rows are predicted at least this well, in units of the target.",
            ),
            _loss("mape", "MAPE", "Mean absolute error as a fraction of the actual value."),
        ),
    }
)

PRIMARY: Final[Mapping[str, str]] = MappingProxyType(
    {BINARY: "roc_auc", MULTICLASS: "balanced_accuracy", REGRESSION: "r2"}
)
"""The metric that a task is judged by when the user names none."""


def metric_named(name: str, task: str) -> Metric:
    """Return the metric of that name; `auto` is the primary metric of the task.

    Raises:
        InputError: The task has no such metric.
    """
    wanted = PRIMARY[task] if name == "auto" else name
    known = {metric.name: metric for metric in METRICS[task]}
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1)
    raise InputError(
        f"There is no metric {wanted!r} for a {task} model. "
        + (f"Did you mean {near[0]!r}? " if near else "")
        + f"Choose auto or one of: {', '.join(known)}."
    )
