"""What each feature contributes to the answer of a tree: exact Shapley values.

They are the path-dependent ones of TreeSHAP (Lundberg et al. 2020, From local explanations to
global understanding with explainable AI for trees, Nature Machine Intelligence 2, 56-67): a feature
that is not known sends a row down both ways, in the shares that the training rows took.

Leaf by leaf: with d features on the way to a leaf of value v, let z be the share of the training
rows that a feature lets pass, and A the features whose answers lead to the leaf. Only subsets of A
let a row come there, so that, with w(k) = k! (d-k-1)! / d!,

    contribution of i in A     =  v (1 - z_i) Z  sum over S in A without i of w(|S|) z(A - S - i)
    contribution of i not in A = -v           Z  sum over S in A           of w(|S|) z(A - S)

where Z is the product of the z outside of A, and z(M) that of the z in M. The sums over subsets of
one size are coefficients of a polynomial, the product of the (1 + z t), as in Yu et al. 2022
(Linear TreeSHAP, NeurIPS 35).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import factorial
from operator import mul
from typing import Any

from components.shared.plans.plan import LEAF, Tree

Condition = tuple[int, float, int, int]
"""Of a feature on the way to a leaf: its position, the share of training rows that it lets pass,
the nodes that ask for it, as bits of a number, and those of them where the way goes left."""

Leaf = tuple[Any, tuple[Condition, ...]]
"""A leaf's value, or its values, and the conditions on the way to it."""


@dataclass(frozen=True)
class AskedTree:
    """A tree, and where its questions are answered in a row.

    Attributes:
        tree: The tree.
        asked: Of each node that is no leaf: its number, the position in a row that it looks at, and
            the threshold up to which the row goes left.
        kept: Whether the conditions of all leaves are kept in memory, half a kB for each leaf, or
            found anew for each row, which takes as long again as the rest.
    """

    tree: Tree
    asked: tuple[tuple[int, int, float], ...]
    kept: bool

    def add_contributions(self, row: Sequence[float], output: int, totals: list[float]) -> None:
        """Add what each feature contributes to a row's answer to the feature's total.

        Args:
            row: Features, and answers to questions.
            output: Which value of the leaves, where they have several.
            totals: By feature of the model.
        """
        to_the_left = 0
        for node, position, threshold in self.asked:
            if row[position] <= threshold:
                to_the_left |= 1 << node
        for value, conditions in self._leaves if self.kept else self._found_leaves():
            one = value if value.__class__ is float else value[output]
            _add_leaf(one, conditions, to_the_left, totals)

    def expectation(self, output: int) -> float:
        """Return the mean answer over the training rows."""
        leaves = (n for n, feature in enumerate(self.tree.feature) if feature == LEAF)
        number, cover = self.tree.number, self.tree.cover
        return sum(_value(number[n], output) * cover[n] for n in leaves) / cover[0]

    @cached_property
    def _leaves(self) -> tuple[Leaf, ...]:
        return tuple(self._found_leaves())

    def _found_leaves(self) -> Iterable[Leaf]:
        tree = self.tree
        waiting: list[tuple[int, dict[int, Condition]]] = [(0, {})]
        while waiting:
            node, ways = waiting.pop()
            feature, bit = tree.feature[node], 1 << node
            if feature == LEAF:
                yield tree.number[node], tuple(ways.values())
                continue
            _, share, asking, left = ways.get(feature, (feature, 1.0, 0, 0))
            for child, goes in ((node + 1, bit), (tree.right[node], 0)):
                passing = tree.cover[child] / tree.cover[node] if tree.cover[node] else 0.0
                joined = (feature, share * passing, asking | bit, left | goes)
                waiting.append((child, {**ways, feature: joined}))


def _value(number: Any, output: int) -> float:
    return float(number[output] if isinstance(number, list | tuple) else number)


def _add_leaf(
    value: float, conditions: tuple[Condition, ...], to_the_left: int, totals: list[float]
) -> None:
    """Add the contributions to the answer of a leaf; see above for the formulas."""
    inside: list[int] = []
    outside: list[int] = []
    shares: list[float] = []
    for feature, share, asking, left in conditions:
        if to_the_left & asking == left:
            inside.append(feature)
            shares.append(share)
        else:
            outside.append(feature)
            value *= share
    if value == 0.0 or not conditions:
        return
    weights, sums, last = _weights(len(conditions)), _sums_by_size(shares), len(shares)
    if outside:
        whole = value * sum(map(mul, weights[last::-1], sums))
        for feature in outside:
            totals[feature] -= whole
    for feature, share in zip(inside, shares, strict=True):
        without, total = 1.0, weights[last - 1]
        for left in range(1, last):
            without = sums[left] - share * without
            total += weights[last - 1 - left] * without
        totals[feature] += value * (1.0 - share) * total


def _sums_by_size(shares: Sequence[float]) -> list[float]:
    """Return the sum of the products of all subsets of so many shares, for each number."""
    sums = [1.0]
    for share in shares:
        smaller, longer = 0.0, []
        for each in sums:
            longer.append(each + share * smaller)
            smaller = each
        longer.append(share * smaller)
        sums = longer
    return sums


@cache
def _weights(features: int) -> tuple[float, ...]:
    """Return the weight of a subset of k of the other features, for each k."""
    return tuple(
        factorial(k) * factorial(features - k - 1) / factorial(features) for k in range(features)
    )
