"""Trees of any library as the trees of a plan."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from components.shared.plans.plan import LEAF, Tree

LARGEST: Final = sys.float_info.max
"""What JSON can hold of an infinite threshold: every number of a row is at most this."""


@dataclass(frozen=True)
class Nodes:
    """The nodes of a tree by their numbers, in any order; the root is 0.

    Attributes:
        feature: The feature that a node asks for; -1 for a leaf.
        number: Its threshold; of a leaf, its value, or a tuple of one for each output.
        left: Its left child.
        right: Its right child.
        cover: How many training rows came by.
        missing_left: Whether missing features go left.
        left_values: For nodes that ask which value it is, the values that go left.
    """

    feature: Sequence[int]
    number: Sequence[Any]
    left: Sequence[int]
    right: Sequence[int]
    cover: Sequence[float]
    missing_left: Sequence[bool]
    left_values: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    def tree(self, positions: Sequence[int]) -> Tree:
        """Return the tree with its nodes in preorder.

        Args:
            positions: Position in the plan of each feature.
        """
        order, place, waiting = list[int](), dict[int, int](), [0]
        while waiting:
            node = waiting.pop()
            place[node] = len(order)
            order.append(node)
            if self.feature[node] != LEAF:
                waiting += [self.right[node], self.left[node]]
        inner = [node for node in order if self.feature[node] != LEAF]
        return Tree(
            feature=tuple(LEAF if (f := self.feature[n]) == LEAF else positions[f] for n in order),
            number=tuple(_finite(self.number[node]) for node in order),
            right=tuple(0 if self.feature[n] == LEAF else place[self.right[n]] for n in order),
            cover=tuple(self.cover[node] for node in order),
            missing_left=frozenset(place[n] for n in inner if self.missing_left[n]),
            left_values={place[n]: self.left_values[n] for n in inner if n in self.left_values},
        )


def _finite(number: Any) -> Any:
    return min(max(number, -LARGEST), LARGEST) if isinstance(number, float) else number
