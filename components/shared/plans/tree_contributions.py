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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import factorial, prod
from typing import Any

from components.shared.plans.plan import LEAF, Tree

Path = tuple[tuple[int, float, bool], ...]
"""By feature on a way: its position, the share of rows it lets pass, whether it lets this row."""


@dataclass(frozen=True)
class AskedTree:
    """A tree, and where its questions are answered in a row.

    Attributes:
        tree: The tree.
        asked: By node, the position in a row and the threshold up to which the row goes left.
    """

    tree: Tree
    asked: tuple[tuple[int, float], ...]

    def add_contributions(self, row: Sequence[float], output: int, totals: list[float]) -> None:
        """Add what each feature contributes to a row's answer to the feature's total.

        Args:
            row: Features, and answers to questions.
            output: Which value of the leaves, where they have several.
            totals: By feature of the model.
        """
        for value, path in self._leaves(row, output):
            _add_leaf(value, path, totals)

    def expectation(self, output: int) -> float:
        """Return the mean answer over the training rows."""
        leaves = (n for n, feature in enumerate(self.tree.feature) if feature == LEAF)
        number, cover = self.tree.number, self.tree.cover
        return sum(_value(number[n], output) * cover[n] for n in leaves) / cover[0]

    def _leaves(self, row: Sequence[float], output: int) -> Iterator[tuple[float, Path]]:
        tree, waiting = self.tree, list[tuple[int, Path]]([(0, ())])
        while waiting:
            node, path = waiting.pop()
            feature = tree.feature[node]
            if feature == LEAF:
                yield _value(tree.number[node], output), path
                continue
            position, threshold = self.asked[node]
            left = row[position] <= threshold
            for child, passes in ((node + 1, left), (tree.right[node], not left)):
                share = tree.cover[child] / tree.cover[node] if tree.cover[node] else 0.0
                waiting.append((child, _extended(path, feature, share, passes)))


def _value(number: Any, output: int) -> float:
    return float(number[output] if isinstance(number, list | tuple) else number)


def _extended(path: Path, feature: int, share: float, passes: bool) -> Path:
    """Return a way with one more question, joined to earlier ones about the same feature."""
    for place, (other, earlier, passed) in enumerate(path):
        if other == feature:
            joined = (feature, earlier * share, passed and passes)
            return (*path[:place], *path[place + 1 :], joined)
    return (*path, (feature, share, passes))


def _add_leaf(value: float, path: Path, totals: list[float]) -> None:
    weights = _weights(len(path))
    outside = value * prod(share for _, share, passes in path if not passes)
    if outside == 0.0:
        return
    shares = [share for _, share, passes in path if passes]
    sizes, last = _sums_by_size(shares), len(shares)
    if last < len(path):
        whole = sum(weights[last - left] * each for left, each in enumerate(sizes))
    for feature, share, passes in path:
        if not passes:
            totals[feature] -= outside * whole
            continue
        without, total = 1.0, weights[last - 1]
        for left in range(1, last):
            without = sizes[left] - share * without
            total += weights[last - 1 - left] * without
        totals[feature] += outside * (1.0 - share) * total


def _sums_by_size(shares: Sequence[float]) -> list[float]:
    """Return the sum of the products of all subsets of so many shares, for each number."""
    sums = [1.0]
    for share in shares:
        sums = [a + share * b for a, b in zip([*sums, 0.0], [0.0, *sums], strict=True)]
    return sums


@cache
def _weights(features: int) -> tuple[float, ...]:
    """Return the weight of a subset of k of the other features, for each k."""
    return tuple(
        factorial(k) * factorial(features - k - 1) / factorial(features) for k in range(features)
    )
