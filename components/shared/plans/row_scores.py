"""From the features of a row to the sums of an estimator, one for each of its outputs."""

import math
import struct
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import mul
from typing import Any

from components.shared.plans.plan import LEAF, Linear, Tree, Trees
from components.shared.plans.row_features import Question, Questions

Row = Sequence[float]
Sums = Callable[[Row], list[float]]
Node = tuple[int, Any, Any, Any]
"""A position in the row, a threshold, the left and the right node; for a leaf 0, its value, None
and None."""


class Layout:
    """Where the features of columns, and the answers to trees' questions, stand in a row.

    Args:
        widths: Features of the model by column.
        trees: What asks; none for a linear model.

    Attributes:
        questions: What is asked of each column, in the order in which it is answered.
        column_of: The column of each feature of the model, by their positions.
    """

    def __init__(self, widths: Sequence[int], trees: Sequence[Tree] = ()) -> None:
        self.column_of = [c for c, width in enumerate(widths) for _ in range(width)]
        firsts = [sum(widths[:column]) for column in range(len(widths))]
        self._local = [f - firsts[column] for f, column in enumerate(self.column_of)]
        asked: list[dict[Question, int]] = [{} for _ in widths]
        for tree in trees:
            for node, feature in enumerate(tree.feature):
                if feature != LEAF and (question := self._question(tree, node)):
                    of_column = asked[self.column_of[feature]]
                    of_column.setdefault(question, len(of_column))
        self.questions: list[Questions] = [tuple(each) for each in asked]
        self._asked, self._widths = asked, widths
        sizes = [width + len(each) for width, each in zip(widths, asked, strict=True)]
        self._starts = [sum(sizes[:column]) for column in range(len(sizes))]

    def ask(self, tree: Tree, node: int) -> tuple[int, float]:
        """Return the position in a row that a node looks at, and up to what it goes left."""
        feature = tree.feature[node]
        column, threshold = self.column_of[feature], tree.number[node]
        question = self._question(tree, node)
        if question is None:
            return self._starts[column] + self._local[feature], threshold
        position = self._starts[column] + self._widths[column] + self._asked[column][question]
        return position, threshold if question.values is None else 0.5

    def column_at(self, position: int) -> int:
        """Return the column that a position in a row belongs to."""
        return bisect_right(self._starts, position) - 1

    def _question(self, tree: Tree, node: int) -> Question | None:
        """Return what a node asks; None for whether a feature is there and up to a threshold."""
        local, missing_left = self._local[tree.feature[node]], node in tree.missing_left
        if node in tree.left_values:
            return Question(local, missing_left, frozenset(tree.left_values[node]))
        return Question(local, missing_left) if missing_left else None


def sums_of_trees(estimator: Trees, layout: Layout) -> Sums:
    """Return what adds up the leaves that a row falls into, in the order of the trees."""
    roots = [_nested(tree, layout) for tree in estimator.trees]
    outputs = len(estimator.base)
    if estimator.several_values:
        return _rounded(estimator, _of_several_values(roots))
    if outputs == 1:
        return _rounded(estimator, _of_one(roots, estimator.base[0]))
    in_turn = [_of_one(roots[output::outputs], base) for output, base in enumerate(estimator.base)]
    return _rounded(estimator, lambda row: [total for sums in in_turn for total in sums(row)])


def _of_one(roots: list[Node], base: float) -> Sums:
    """Return what adds up trees of one output."""

    def one(row: Row) -> list[float]:
        total = base
        for position, number, left, right in roots:
            while left:
                position, number, left, right = left if row[position] <= number else right
            total += number
        return [total]

    return one


def _of_several_values(roots: list[Node]) -> Sums:
    """Return what adds up trees whose leaves have a value for each output."""

    def several(row: Row) -> list[float]:
        leaves = []
        for position, number, left, right in roots:
            while left:
                position, number, left, right = left if row[position] <= number else right
            leaves.append(number)
        return [sum(values) for values in zip(*leaves, strict=True)]

    return several


def _rounded(estimator: Trees, sums: Sums) -> Sums:
    """Return sums of features in single precision, where the estimator takes these."""
    if not estimator.single:
        return sums

    def rounded(row: Row) -> list[float]:
        return sums(in_single(row))

    return rounded


def in_single(row: Row) -> Row:
    """Return numbers in single precision.

    Raises:
        OverflowError: One is too large for it.
    """
    # In standard order, what does not fit is an error; in native order, it would be infinite.
    form = f"<{len(row)}f"
    return struct.unpack(form, struct.pack(form, *row))


def _nested(tree: Tree, layout: Layout) -> Node:
    """Return a tree as tuples in tuples, which are quicker to follow than lists of numbers."""
    built: dict[int, Node] = {}
    # Children stand after their parents.
    for node in reversed(range(len(tree.feature))):
        if tree.feature[node] == LEAF:
            built[node] = (0, tree.number[node], None, None)
        else:
            position, threshold = layout.ask(tree, node)
            built[node] = (position, threshold, built.pop(node + 1), built.pop(tree.right[node]))
    return built[0]


def questions_of_a_row(tree: Tree) -> float:
    """Return how many questions a tree asks of a row of training, in the mean."""
    asked = zip(tree.cover, tree.feature, strict=True)
    return sum(cover for cover, feature in asked if feature != LEAF) / (tree.cover[0] or 1.0)


def sums_of_products(estimator: Linear) -> Sums:
    """Return what adds up a row's features times their coefficients."""
    outputs = tuple(zip(estimator.coefficients, estimator.intercepts, strict=True))

    def products(row: Row) -> list[float]:
        return [sum(map(mul, row, weights)) + intercept for weights, intercept in outputs]

    return products


def logistic(value: float) -> float:
    """Return 1 / (1 + exp(-value)), without overflow."""
    if value >= 0.0:
        return 1.0 / (1.0 + math.exp(-value))
    power = math.exp(value)
    return power / (1.0 + power)


def softmax(values: list[float]) -> list[float]:
    """Return exp(values) over their sum, without overflow."""
    largest = max(values)
    powers = [math.exp(value - largest) for value in values]
    total = sum(powers)
    return [power / total for power in powers]
