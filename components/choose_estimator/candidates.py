"""The candidates, what they cost, and which of them a budget of time allows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from components.shared.evaluation.metrics import MULTICLASS, REGRESSION
from components.shared.models.estimators import Estimator, resolve_estimator

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
    """

    name: str
    estimator: Estimator
    fixed: float
    each: float
    hyperparameters: dict[str, Any] = field(default_factory=dict)

    def in_folds(self) -> dict[str, Any]:
        """Return the hyper-parameters of the fits that are compared.

        A forest of half of the trees is hardly worse, and threads cost small forests more than
        they save.
        """
        if self.estimator.name != "extra_trees":
            return self.hyperparameters
        return {**self.hyperparameters, "n_estimators": FOLD_TREES, "n_jobs": 1}

    def seconds(self, rows: int, features: int, outputs: int) -> float:
        """Return about how long a fit takes on one core."""
        return outputs * (self.fixed + self.each * 1e-9 * rows * features)


@dataclass(frozen=True)
class Plan:
    """What is compared, on how many rows.

    Attributes:
        candidates: The candidates, the cheapest first.
        rows: Number of training rows that they are compared on.
        left_out: Those that are not tried, with the reason.
        notes: What the budget of time cut off, a sentence each.
    """

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
    boosting = {"early_stopping": True, "max_iter": 200}
    return (
        Candidate("linear", resolve_estimator("linear", task), 0.01, 300.0),
        Candidate(
            *("boosting", resolve_estimator("hist_gradient_boosting", task), 0.15, 3_000.0),
            boosting,
        ),
        Candidate(*("extra trees", resolve_estimator("extra_trees", task), 0.12, 10_000.0), forest),
    )


def plan_candidates(
    every: Sequence[Candidate],
    rows: int,
    most_rows: int,
    features: int,
    outputs: int,
    folds: int,
    time_budget: float,
) -> Plan:
    """Decide what is compared on how many rows, by estimates of the time and never by a clock.

    Args:
        every: The candidates, the cheapest first.
        rows: Training rows that there are.
        most_rows: Rows of the sample that candidates are compared on at the most.
        features: About how many features there are.
        outputs: Classes of a classification of more than two; else 1.
        folds: How many folds there will be.
        time_budget: Seconds of one core that the comparison may take.
    """
    left_out, notes = [], []
    kept = list(every)
    if rows > MOST_FOREST_ROWS:
        forests = [each for each in kept if each.estimator.name == "extra_trees"]
        reason = f"not tried on more than {MOST_FOREST_ROWS:,} training rows, where it costs most"
        left_out += [(each, reason) for each in forests]
        kept = [each for each in kept if each not in forests]
    sample = min(rows, most_rows)

    def seconds(size: int) -> float:
        fitted = size * (folds - 1) // folds
        return folds * sum(each.seconds(fitted, features, outputs) for each in kept)

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
    return Plan(tuple(kept), allowed, tuple(left_out), tuple(notes))
