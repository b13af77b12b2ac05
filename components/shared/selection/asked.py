"""What is asked of a comparison, checked before anything is fitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from components.shared.errors import InputError
from components.shared.evaluation.metrics import Metric, metric_named
from components.shared.fits.hyperparameters import build_estimator, parse_hyperparameters
from components.shared.models.estimators import AUTO, ESTIMATORS, resolve_estimator
from components.shared.selection.candidates import (
    Candidate,
    Plan,
    Size,
    candidate,
    candidates,
    plan_candidates,
)
from components.shared.selection.search_spaces import SPACES, Search, space_of
from components.shared.selection.settings import TUNING_BUDGET, ChoiceSettings
from components.shared.sources.hyperparameter_texts import refuse_found
from components.shared.tables.columns import require_column
from components.shared.tables.frames import column_types
from components.shared.tables.tasks import resolve_task

SAMPLE: Final = 20_000
"""Training rows that candidates are compared on at the most."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a comparison.

    Attributes:
        target: Name of the target column.
        task: Resolved task.
        metric: By which metric.
        candidates: The defaults, the cheapest first.
        given: Hyper-parameters that the user has set, of an estimator that is named.
        settings: What it goes by.
    """

    target: str
    task: str
    metric: Metric
    candidates: tuple[Candidate, ...]
    given: Mapping[str, Any]
    settings: ChoiceSettings

    def plan(self, size: Size) -> Plan:
        """Return what is compared on how many rows, of so many."""
        return plan_candidates(self.candidates, size, SAMPLE, self.settings.time_budget)

    def search(self, plan: Plan, outputs: int) -> Search:
        """Return what trials are made of; classes of a classification of more than two, else 1."""
        return Search(
            {each.name: space_of(each, outputs, self.given) for each in plan.candidates},
            self.given,
            self.settings.tune,
            self.settings.time_budget * TUNING_BUDGET,
            self.settings.seed,
        )


def ask(
    train: str | Path,
    target: str,
    task: str,
    estimator: str,
    hyperparameters: str,
    settings: ChoiceSettings,
) -> Asked:
    """Check what is asked.

    Args:
        train: Parquet file with the raw training rows.
        target: Name of the target column.
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        estimator: `auto`, or the name of the one that is tuned.
        hyperparameters: JSON object, of an estimator that is named.
        settings: What the choice goes by.

    Raises:
        InputError: A parameter is wrong, hyper-parameters are given without an estimator, or the
            one that is named does not have them or has nothing to tune.
    """
    refuse_found(hyperparameters)
    given = parse_hyperparameters(hyperparameters)
    settings.check()
    if estimator == AUTO and given:
        raise InputError(
            "`hyperparameters` are those of one estimator, and `estimator` is auto: name it, "
            "such as hist_gradient_boosting, or leave the hyper-parameters out."
        )
    resolved = resolve_task(task, train, target)
    metric = metric_named(settings.metric, resolved)
    _check_columns(train, settings)
    every = candidates(resolved)
    if estimator != AUTO:
        every = _only(estimator, resolved, given, settings.seed)
    return Asked(target, resolved, metric, every, given, settings)


def _only(estimator: str, task: str, given: Mapping[str, Any], seed: int) -> tuple[Candidate, ...]:
    chosen = resolve_estimator(estimator, task)
    # What no fit would take is refused here, once: a trial that cannot be fitted is only a bad one.
    build_estimator(chosen, task, given, seed)
    default = candidate(chosen.name, chosen, given)
    if not space_of(default, 1, given):
        suited = ", ".join(name for name in SPACES if ESTIMATORS[name].path(task))
        raise InputError(
            f"{chosen.name} has no hyper-parameter to tune that is not set: take it without "
            f"tuning, or name one of {suited}."
        )
    return (default,)


def _check_columns(train: str | Path, settings: ChoiceSettings) -> None:
    columns = list(column_types(train))
    for parameter in ("sample_weight_column", "split_column"):
        if name := getattr(settings, parameter):
            require_column(name, columns, parameter)
    for name in settings.entity:
        require_column(name, columns, "entity")
