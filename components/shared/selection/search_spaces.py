"""What tuning searches: hyper-parameters of each estimator, and between which bounds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from components.shared.selection.candidates import BOOSTING, MOST_LEAVES, Candidate

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

DIGITS: Final = 3
"""Significant digits of a number that is tried: more make nothing better, and are hard to read."""

MOST_MODEL_LEAVES: Final = 200_000
"""Leaves of all trees of a model at the most: so that it has a plan."""


@dataclass(frozen=True)
class Range:
    """The values of one hyper-parameter that are searched.

    Attributes:
        low: The least; whole where the hyper-parameter is.
        high: The greatest.
        usual: That of the default, or the nearest one to it.
        log: Whether its order of magnitude is searched evenly, or its value.
    """

    low: float
    high: float
    usual: float
    log: bool = True

    @property
    def whole(self) -> bool:
        """Whether the values are whole numbers."""
        return isinstance(self.low, int)

    def distribution(self) -> "BaseDistribution":
        """Return it as optuna takes it."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.whole:
            return IntDistribution(int(self.low), int(self.high), log=self.log)
        return FloatDistribution(self.low, self.high, log=self.log)

    def suggest(self, trial: "Trial", name: str) -> float:
        """Return a value that a trial of optuna proposes, as it is tried."""
        if self.whole:
            return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)
        value = trial.suggest_float(name, self.low, self.high, log=self.log)
        return float(f"{value:.{DIGITS}g}")


Space = Mapping[str, Range]
"""Ranges by the name of the hyper-parameter."""

_FOREST: Final[Space] = {
    "min_samples_leaf": Range(1, 20, 3),
    "max_features": Range(0.1, 1.0, 0.5, log=False),
}
SPACES: Final[Mapping[str, Space]] = {
    "hist_gradient_boosting": {
        "learning_rate": Range(0.02, 0.3, 0.1),
        "max_leaf_nodes": Range(3, 63, 31),
        "min_samples_leaf": Range(2, 100, 20),
        "l2_regularization": Range(0.001, 30.0, 0.001),
        "max_features": Range(0.2, 1.0, 1.0, log=False),
    },
    "lightgbm": {
        "learning_rate": Range(0.02, 0.3, 0.1),
        "n_estimators": Range(30, 400, 100),
        "num_leaves": Range(3, 63, 31),
        "min_child_samples": Range(2, 100, 20),
        "reg_lambda": Range(0.001, 30.0, 0.001),
        "colsample_bytree": Range(0.2, 1.0, 1.0, log=False),
    },
    "extra_trees": _FOREST,
    "random_forest": _FOREST,
    "logistic_regression": {"C": Range(0.001, 100.0, 1.0)},
    "ridge": {"alpha": Range(0.01, 1000.0, 1.0)},
}
"""By the name of the estimator; one that is not here has nothing to tune."""

FIXED: Final[Mapping[str, Mapping[str, Any]]] = {
    "hist_gradient_boosting": BOOSTING,
    "extra_trees": {"max_leaf_nodes": MOST_LEAVES},
    "random_forest": {"max_leaf_nodes": MOST_LEAVES},
}
"""What is the same in all trials of an estimator.

Rounds of boosting end where validation rows no longer gain: a number that is right for the rows of
a fold, or of a sample, is too small for all rows.
"""

USUAL_ROUNDS: Final = 100
USUAL_LEAVES: Final = 31
ROUNDS: Final = {"hist_gradient_boosting": "max_iter", "lightgbm": "n_estimators"}
LEAVES: Final = {"hist_gradient_boosting": "max_leaf_nodes", "lightgbm": "num_leaves"}


@dataclass(frozen=True)
class Search:
    """What trials are made of.

    Attributes:
        spaces: What is searched of each default, by its name.
        given: Hyper-parameters that the user has set.
        trials: How many are made at the most, besides the defaults.
        seconds: Of one core, as estimated, that they may take.
        seed: Of the sampler.
    """

    spaces: Mapping[str, Space]
    given: Mapping[str, Any]
    trials: int
    seconds: float
    seed: int

    def cut_short(self, made: int) -> str:
        """Return what is to be said where fewer trials were made than there are."""
        return (
            f"{made} of {self.trials} trials were made, as {self.seconds:g} s of one core, which "
            "the time budget allows for them, are no more"
        )


def space_of(candidate: Candidate, outputs: int, given: Mapping[str, Any]) -> Space:
    """Return what is searched for an estimator.

    Args:
        candidate: Its default.
        outputs: Classes of a classification of more than two; else 1.
        given: Hyper-parameters that the user has set, which stay.
    """
    name = candidate.estimator.name
    space = {each: r for each, r in SPACES.get(name, {}).items() if each not in given}
    if name in ROUNDS:
        # Of many classes each round grows as many trees.
        leaves, rounds = LEAVES[name], ROUNDS[name]
        most = MOST_MODEL_LEAVES // outputs
        if rounds in space:
            _bound(space, rounds, most // int(SPACES[name][leaves].high))
        elif leaves in space:
            _bound(space, leaves, most // BOOSTING["max_iter"])
    return space


def _bound(space: dict[str, Range], name: str, most: int) -> None:
    """Search no more than `most`, or than the default has in any case."""
    usual = space[name]
    space[name] = replace(usual, high=max(int(usual.usual), min(int(usual.high), most)))


def turns(spaces: Mapping[str, Space], trials: int) -> list[str]:
    """Return which default each trial is of.

    Each has a share by how many hyper-parameters it has: left to a sampler, the one that leads by
    its default would get nearly all.

    Args:
        spaces: What is searched of each default, by its name; none is empty.
        trials: How many trials there are.
    """
    made = dict.fromkeys(spaces, 0)
    order = []
    for _ in range(trials):
        due = min(spaces, key=lambda name: (made[name] + 1) / len(spaces[name]))
        made[due] += 1
        order.append(due)
    return order


def trial_of(
    default: Candidate, number: int, values: Mapping[str, Any], given: Mapping[str, Any]
) -> Candidate:
    """Return a trial of an estimator.

    Args:
        default: Its default.
        number: Of the trial, from 1.
        values: What is tried.
        given: Hyper-parameters that the user has set.
    """
    name = default.estimator.name
    settings = {**FIXED.get(name, {}), **values, **given}
    fixed, each = effort(name, settings)
    return replace(
        default,
        name=f"trial {number}",
        hyperparameters=settings,
        fixed=default.fixed * fixed,
        each=default.each * each,
        trial=number,
    )


def effort(name: str, settings: Mapping[str, Any]) -> tuple[float, float]:
    """Return what a fit takes as multiples of the default's: in any case, and for each cell.

    A round of boosting takes as long as it grows leaves, and reads all cells for each level.
    """
    if name in ROUNDS:
        stops = settings.get("early_stopping") is True
        asked = USUAL_ROUNDS if stops else settings.get(ROUNDS[name], USUAL_ROUNDS)
        # LightGBM says only in a fit that it takes no fewer.
        rounds = max(asked, 1) / USUAL_ROUNDS
        leaves = max(settings.get(LEAVES[name]) or USUAL_LEAVES, 2)
        return rounds * leaves / USUAL_LEAVES, rounds * math.log2(leaves) / math.log2(USUAL_LEAVES)
    if name in ("extra_trees", "random_forest"):
        share = settings.get("max_features", 0.5)
        return 1.0, share / 0.5 if isinstance(share, float) else 1.0
    return 1.0, 1.0
