"""Fitted estimators as those of a plan, by their public attributes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components.shared.errors import NoPlanError
from components.shared.plans.plan import LEAF, Linear, Link, Tree, Trees
from components.train_model.boosted_trees import boosted_trees, first_sums
from components.train_model.lightgbm_trees import lightgbm_trees
from components.train_model.tree_nodes import Nodes

MOST_NODES: Final = 400_000
"""Nodes of a plan at most. Measured with a forest of 182,000: a file of 3.9 MB, which took 55 MB of
memory and 2.5 s to load."""

BYTES_A_NODE: Final = 25
EXPONENTIAL: Final = ("poisson", "gamma")
"""Losses of scikit-learn's boosting whose sums are logarithms."""


def planned_estimator(
    name: str,
    estimator: Any,
    task: str,
    means: Callable[[], NDArray[np.float64]],
    positions: Sequence[int],
) -> Trees | Linear:
    """Return a fitted estimator as that of a plan.

    Args:
        name: Its name in the allow-list.
        estimator: The fitted estimator.
        task: Resolved task.
        means: Returns the mean of each feature in training.
        positions: Position in the plan of each feature.

    Raises:
        NoPlanError: It cannot be written exactly, or would be too large.
    """
    if hasattr(estimator, "calibrated_classifiers_"):
        (calibrated,) = estimator.calibrated_classifiers_
        _check_calibration(calibrated, task)
        plain = planned_estimator(name, calibrated.estimator, task, means, positions)
        return _calibrated(plain, calibrated.calibrators[0])
    if name in BUILDERS:
        return BUILDERS[name](estimator, task, positions)
    return _linear(estimator, task, means(), positions)


def _linear(
    estimator: Any, task: str, means: NDArray[np.float64], positions: Sequence[int]
) -> Linear:
    places = np.argsort(positions)
    coefficients = np.atleast_2d(estimator.coef_)[:, places]
    intercepts = np.broadcast_to(np.ravel(estimator.intercept_), len(coefficients))
    links: Mapping[str, Link] = {"binary": "logistic", "multiclass": "softmax"}
    return Linear(
        coefficients=tuple(map(tuple, coefficients.tolist())),
        intercepts=tuple(intercepts.tolist()),
        means=tuple(means[places].tolist()),
        link=links.get(task, "identity"),
    )


def _boosting(estimator: Any, task: str, positions: Sequence[int]) -> Trees:
    links: Mapping[str, Link] = {"binary": "logistic", "multiclass": "softmax"}
    link = links.get(task, "exp" if estimator.loss in EXPONENTIAL else "identity")
    nodes = boosted_trees(estimator)
    _check_size(sum(len(each.feature) for each in nodes))
    return Trees(tuple(each.tree(positions) for each in nodes), first_sums(estimator), link)


def _lightgbm(estimator: Any, task: str, positions: Sequence[int]) -> Trees:
    trees, outputs, link = lightgbm_trees(estimator.booster_.dump_model())
    _check_size(sum(len(each.feature) for each in trees))
    return Trees(tuple(each.tree(positions) for each in trees), (0.0,) * outputs, link)


def _forest(estimator: Any, task: str, positions: Sequence[int]) -> Trees:
    trees = [each.tree_ for each in estimator.estimators_]
    _check_size(sum(tree.node_count for tree in trees))
    outputs = 1 if task == "regression" else len(estimator.classes_)
    planned = tuple(_forest_nodes(tree, outputs).tree(positions) for tree in trees)
    return Trees(planned, (0.0,) * outputs, "mean", single=True)


def _forest_nodes(tree: Any, outputs: int) -> Nodes:
    leaf = tree.children_left == LEAF
    values = tree.value[:, 0, :]
    answers = values[:, 0].tolist() if outputs == 1 else list(map(tuple, values.tolist()))
    thresholds = tree.threshold.tolist()
    return Nodes(
        feature=np.where(leaf, LEAF, tree.feature).tolist(),
        number=[answers[n] if is_leaf else thresholds[n] for n, is_leaf in enumerate(leaf)],
        left=tree.children_left.tolist(),
        right=tree.children_right.tolist(),
        cover=tree.weighted_n_node_samples.tolist(),
        missing_left=tree.missing_go_to_left.astype(bool).tolist(),
    )


def _check_calibration(calibrated: Any, task: str) -> None:
    """Refuse curves that are no factor and summand of what the estimator adds up."""
    if calibrated.method != "sigmoid":
        raise NoPlanError(f"its probabilities are calibrated by a curve ({calibrated.method})")
    if task != "binary":
        raise NoPlanError("its probabilities are calibrated class by class, of several classes")
    if not hasattr(calibrated.estimator, "decision_function"):
        raise NoPlanError("its probabilities are calibrated, and not the log-odds behind them")


def _calibrated(plain: Trees | Linear, sigmoid: Any) -> Trees | Linear:
    """Return an estimator whose log-odds f are those of 1 / (1 + exp(a·f + b)): -a·f - b."""
    factor, summand = -float(sigmoid.a_), -float(sigmoid.b_)
    if isinstance(plain, Linear):
        (weights,), (intercept,) = plain.coefficients, plain.intercepts
        return replace(
            plain,
            coefficients=(tuple(factor * weight for weight in weights),),
            intercepts=(factor * intercept + summand,),
        )
    (base,) = plain.base
    trees = tuple(_scaled(tree, factor) for tree in plain.trees)
    return replace(plain, trees=trees, base=(factor * base + summand,))


def _scaled(tree: Tree, factor: float) -> Tree:
    nodes = zip(tree.feature, tree.number, strict=True)
    return replace(
        tree, number=tuple(factor * each if asked == LEAF else each for asked, each in nodes)
    )


def _check_size(nodes: int) -> None:
    if nodes > MOST_NODES:
        raise NoPlanError(
            f"its trees have {nodes:,} nodes, about {nodes * BYTES_A_NODE:,} bytes: a plan has "
            f"{MOST_NODES:,} at most"
        )


BUILDERS: Final[Mapping[str, Callable[[Any, str, Sequence[int]], Trees]]] = {
    "hist_gradient_boosting": _boosting,
    "random_forest": _forest,
    "extra_trees": _forest,
    "lightgbm": _lightgbm,
}
