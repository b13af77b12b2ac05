"""The candidates, what they cost, and which of them a budget of time allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from components.shared.evaluation.metrics import MULTICLASS, REGRESSION
from components.shared.folds.fold_counts import most_folds
from components.shared.models.estimators import Estimator, resolve_estimator
from components.shared.tables.files import count_rows
from components.shared.tables.frames import column_types

COSTS: Final[Mapping[str, tuple[float, float]]] = {
    "hist_gradient_boosting": (0.15, 3_000.0),
    "lightgbm": (0.1, 2_000.0),
    "extra_trees": (0.12, 10_000.0),
    "random_forest": (0.12, 20_000.0),
}
"""What a fit of the folds takes, `Candidate.fixed` and `Candidate.each`, by the estimator."""

LINEAR_COST: Final = (0.01, 300.0)
FORESTS: Final = ("extra_trees", "random_forest")

BOOSTING: Final[Mapping[str, Any]] = {"early_stopping": True, "max_iter": 200}
"""Hyper-parameters of boosting: its rounds end where validation rows no longer gain."""

MOST_LEAVES: Final = 2_000
"""Of a tree of a forest: a hundred trees of so many have as many nodes as a plan may have."""

FOLD_TREES: Final = 50
"""Trees of a forest that is compared; one that is trained has 100."""

LEAF_ROWS: Final = {MULTICLASS: 1, REGRESSION: 2}
"""Least rows of a leaf of a forest, by the task; 3 for two classes, whose probabilities are to rank
rows."""

MOST_FOREST_ROWS: Final = 10_000
"""Training rows above which a forest is no candidate: its fit takes ten times as long as
boosting's, which is as good there."""

FEWEST_ROWS: Final = 1_000
"""A budget of time does not make the sample smaller than this."""


@dataclass(frozen=True)
class Candidate:
    """An estimator with its hyper-parameters, and what a fit of it costs.

    Attributes:
        name: Its name in the table of candidates.
        estimator: Its entry in the allow-list.
        hyperparameters: Those that differ from the defaults.
        fixed: Seconds of one core that a fit takes in any case, for each output.
        each: Further nanoseconds for each row, feature and output.
        trial: Its number among the trials of tuning, from 1; 0 for a default.
    """

    name: str
    estimator: Estimator
    fixed: float = field(compare=False)
    each: float = field(compare=False)
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    trial: int = 0

    def in_folds(self) -> dict[str, Any]:
        """Return the hyper-parameters of the fits that are compared.

        A forest of half of the trees is hardly worse, and threads cost small forests more than
        they save.
        """
        if self.estimator.name == "lightgbm":
            return {**self.hyperparameters, "n_jobs": 1}
        if self.estimator.name not in FORESTS:
            return self.hyperparameters
        return {**self.hyperparameters, "n_estimators": FOLD_TREES, "n_jobs": 1}

    def seconds(self, size: "Size") -> float:
        """Return about how long a fit takes on one core."""
        return size.outputs * (self.fixed + self.each * 1e-9 * size.rows * size.features)


@dataclass(frozen=True)
class Size:
    """How much there is to learn from, which is what a fit costs by.

    Attributes:
        rows: Training rows.
        features: About how many features there are.
        outputs: Classes of a classification of more than two; else 1.
    """

    rows: int
    features: int
    outputs: int

    def in_fold(self, rows: int, folds: int) -> "Size":
        """Return what is fitted on in one of so many folds of so many of the rows."""
        return replace(self, rows=rows * (folds - 1) // folds)


@dataclass(frozen=True)
class Plan:
    """What is compared, on how many rows.

    Attributes:
        time_budget: Seconds of one core that it may take.
        candidates: The candidates, the cheapest first.
        rows: Number of training rows that they are compared on.
        left_out: Those that are not tried, with the reason.
        notes: What the budget of time cut off, a sentence each.
    """

    time_budget: float
    candidates: tuple[Candidate, ...]
    rows: int
    left_out: tuple[tuple[Candidate, str], ...] = ()
    notes: tuple[str, ...] = ()


def candidates(task: str) -> tuple[Candidate, ...]:
    """Return the candidates for a task, the cheapest to train and to serve first."""
    forest = {
        "min_samples_leaf": LEAF_ROWS.get(task, 3),
        "max_features": 0.5,
        "max_leaf_nodes": MOST_LEAVES,
    }
    return (
        candidate("linear", resolve_estimator("linear", task)),
        candidate("boosting", resolve_estimator("hist_gradient_boosting", task), BOOSTING),
        candidate("extra trees", resolve_estimator("extra_trees", task), forest),
    )


def candidate(
    name: str, estimator: Estimator, hyperparameters: Mapping[str, Any] | None = None
) -> Candidate:
    """Return a candidate, with what it costs."""
    cost = COSTS.get(estimator.name, LINEAR_COST)
    return Candidate(name, estimator, *cost, dict(hyperparameters or {}))


def table_size(train: Path, target: str, task: str) -> Size:
    """Return how much there is to learn from in a Parquet file."""
    rows = pl.scan_parquet(train)
    columns, outputs = len(column_types(train)), 1
    if task == MULTICLASS:
        outputs = rows.select(pl.col(target).n_unique()).collect().item()
    return Size(count_rows(train), columns, outputs)


def plan_candidates(
    every: Sequence[Candidate], size: Size, most_rows: int, time_budget: float
) -> Plan:
    """Decide what is compared on how many rows, by estimates of the time and never by a clock.

    Args:
        every: The candidates, the cheapest first.
        size: What there is.
        most_rows: Rows of the sample that candidates are compared on at the most.
        time_budget: Seconds of one core that the comparison may take.
    """
    left_out, notes = [], []
    kept = list(every)
    if size.rows > MOST_FOREST_ROWS and len(kept) > 1:
        forests = [each for each in kept if each.estimator.name == "extra_trees"]
        reason = f"not tried on more than {MOST_FOREST_ROWS:,} training rows, where it costs most"
        left_out += [(each, reason) for each in forests]
        kept = [each for each in kept if each not in forests]
    sample = min(size.rows, most_rows)

    folds = most_folds(size.rows)

    def seconds(rows: int) -> float:
        fitted = size.in_fold(rows, folds)
        return folds * sum(each.seconds(fitted) for each in kept)

    allowed = sample
    while seconds(allowed) > time_budget and allowed > FEWEST_ROWS:
        allowed = max(allowed // 2, FEWEST_ROWS)
    if allowed < sample:
        notes.append(
            f"the time budget of {time_budget:g} s allows to compare the estimators on "
            f"{allowed:,} rows instead of {sample:,}"
        )
    while seconds(allowed) > time_budget and len(kept) > 1:
        cut = kept.pop()
        left_out.append((cut, f"the time budget of {time_budget:g} s does not allow it"))
        notes.append(f"the time budget of {time_budget:g} s left out {cut.name}")
    return Plan(time_budget, tuple(kept), allowed, tuple(left_out), tuple(notes))
