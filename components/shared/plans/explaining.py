"""Which raw columns moved a prediction, and how far."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any, Final, Literal

from components.shared.plans.plan import LEAF, Linear, Link, Tree, Trees
from components.shared.plans.row_scores import Layout
from components.shared.plans.tree_contributions import AskedTree

Unit = Literal["log-odds", "logit", "probability", "target", "logarithm of the target"]

MOST_NODES_KEPT: Final = 40_000
"""Nodes of trees whose leaves are kept with the ways to them: some 10 MB."""

UNITS: Final[Mapping[Link, Unit]] = {
    "logistic": "log-odds",
    "softmax": "logit",
    "exp": "logarithm of the target",
    "identity": "target",
    "mean": "probability",
}


@dataclass(frozen=True)
class Explanation:
    """How a prediction comes about: the base and all contributions add up to it.

    Attributes:
        label: The class that is explained: the second of two, of several the predicted one; None
            for regression.
        unit: What is added up. The log-odds of two classes; the logit, of which the softmax makes
            the probabilities of several; a probability, of forests; the target, or its logarithm.
        base: What the model says of a row of which it knows nothing.
        contributions: By raw column, what its value adds.
    """

    label: Any
    unit: Unit
    base: float
    contributions: dict[str, float]

    @property
    def total(self) -> float:
        """What the model says of the row, in the same unit."""
        return math.fsum([self.base, *self.contributions.values()])


Contributions = Callable[[Sequence[float], int], tuple[float, list[float]]]
"""From a row and the number of an output to the base, and what each feature of the model adds."""


def contributions_of(estimator: Trees | Linear, layout: Layout) -> Contributions:
    """Return what splits a sum of an estimator into contributions."""
    if isinstance(estimator, Linear):
        return _of_products(estimator)
    return _of_trees(estimator, layout)


def _of_products(estimator: Linear) -> Contributions:
    """Return the exact values of a linear model: how far each feature is from its mean."""

    def split(row: Sequence[float], output: int) -> tuple[float, list[float]]:
        weights = estimator.coefficients[output]
        at_mean = math.fsum(map(mul, weights, estimator.means))
        base = estimator.intercepts[output] + at_mean
        parts = zip(weights, row, estimator.means, strict=True)
        return base, [weight * (value - mean) for weight, value, mean in parts]

    return split


def _of_trees(estimator: Trees, layout: Layout) -> Contributions:
    kept = sum(len(tree.feature) for tree in estimator.trees) <= MOST_NODES_KEPT
    trees = [AskedTree(tree, _asked(tree, layout), kept) for tree in estimator.trees]
    outputs, count = len(estimator.base), len(layout.column_of)
    averaged = len(trees) if estimator.link == "mean" else 1
    of_output = [
        trees if estimator.several_values else trees[output::outputs] for output in range(outputs)
    ]
    bases = [
        base + math.fsum(tree.expectation(output) for tree in of_output[output])
        for output, base in enumerate(estimator.base)
    ]

    def split(row: Sequence[float], output: int) -> tuple[float, list[float]]:
        totals = [0.0] * count
        for tree in of_output[output]:
            tree.add_contributions(row, output, totals)
        return bases[output] / averaged, [total / averaged for total in totals]

    return split


def _asked(tree: Tree, layout: Layout) -> tuple[tuple[int, int, float], ...]:
    return tuple(
        (node, *layout.ask(tree, node))
        for node, feature in enumerate(tree.feature)
        if feature != LEAF
    )
