"""From which probability on a row is called positive: what each threshold finds, and costs."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from components.shared.errors import InputError
from components.shared.evaluation.ranking import Bools, Floats
from components.shared.reports.number_text import percent

SHARES: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Shares of the rows, the most probable first, of which the table says what is found in them."""

MOST_POINTS: Final = 200
USUAL: Final = 0.5


@dataclass(frozen=True)
class Costs:
    """What mistakes cost, in a unit of one's own.

    Attributes:
        false_positive: A row called positive that is not.
        false_negative: A positive row that is not called so.
    """

    false_positive: float = 1.0
    false_negative: float = 1.0

    def check(self) -> None:
        """Raise InputError where a cost is negative or no number, or both are nothing."""
        for name, cost in (("cost_fp", self.false_positive), ("cost_fn", self.false_negative)):
            if not (np.isfinite(cost) and cost >= 0):
                raise InputError(f"{name} is {cost}: give what such a mistake costs, from 0 on.")
        if not self.false_positive + self.false_negative:
            raise InputError("cost_fp and cost_fn are both 0: no threshold is better than another.")

    @property
    def in_theory(self) -> float:
        """The best threshold for probabilities that can be taken at their word.

        Elkan (2001), The foundations of cost-sensitive learning, IJCAI.
        """
        return self.false_positive / (self.false_positive + self.false_negative)


EQUAL: Final = Costs()


@dataclass(frozen=True)
class Called:
    """What calling rows positive from a threshold on comes to.

    Attributes:
        threshold: The probability, in [0, 1].
        names: What it is: `best`, `usual` (0.5), or a share of the rows such as `10 %`.
        rows: Rows called positive.
        found: Positive rows among them.
        missed: Positive rows that are not among them.
        cost: Cost of the mistakes, in the mean of all rows.
    """

    threshold: float
    names: tuple[str, ...]
    rows: int
    found: int
    missed: int
    cost: float

    @property
    def false_alarms(self) -> int:
        """Rows called positive that are not."""
        return self.rows - self.found


@dataclass(frozen=True)
class Thresholds:
    """The thresholds of a binary classifier on the test rows.

    Attributes:
        costs: What mistakes cost.
        rows: Number of rows.
        positive: Positive rows among them.
        best: The threshold of the least cost on these rows.
        table: Some thresholds, falling.
        called_share: Shares of rows called positive, rising, of the gain curve; shape (points,).
        found_share: Share of the positive rows found in them; shape (points,).
    """

    costs: Costs
    rows: int
    positive: int
    best: float
    table: tuple[Called, ...]
    called_share: Floats
    found_share: Floats

    @property
    def cost_of_none(self) -> float:
        """Cost of calling no row positive, in the mean of all rows."""
        return self.costs.false_negative * self.positive / self.rows

    @property
    def cost_of_all(self) -> float:
        """Cost of calling every row positive."""
        return self.costs.false_positive * (self.rows - self.positive) / self.rows

    @property
    def pays(self) -> bool:
        """Whether the best threshold costs less than to ask no model at all."""
        return self.named("best").cost < min(self.cost_of_none, self.cost_of_all) - 1e-9

    def named(self, name: str) -> Called:
        """Return the row of the table that has a name."""
        return next(row for row in self.table if name in row.names)


def thresholds(positive: Bools, score: Floats, costs: Costs) -> Thresholds | None:
    """Return what thresholds come to; None where a class is missing.

    A threshold lies between two probabilities that occur, so that rows a trifle apart from these
    are called as they are. Of several that cost the same, the one nearest to `costs.in_theory`
    is the best.

    Args:
        positive: Which rows are positive, shape (rows,).
        score: Probability of being positive, shape (rows,), in [0, 1].
        costs: What mistakes cost.
    """
    rows, total = len(positive), int(np.count_nonzero(positive))
    if not 0 < total < rows:
        return None
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    ends = np.append(np.flatnonzero(np.diff(falling)), rows - 1)
    # The first calls no row positive, and each further one those of one more probability.
    called = np.append(0, ends + 1)
    found = np.append(0, np.cumsum(positive[order])[ends])
    scores = falling[ends]
    edges = np.concatenate([[1.0], (scores[:-1] + scores[1:]) / 2, [0.0]])
    edges[0] = (1.0 + scores[0]) / 2
    cost = costs.false_positive * (called - found) + costs.false_negative * (total - found)
    # No probability is above 1: where the first is 1, it cannot be left uncalled.
    usable = np.arange(len(called)) >= (1 if scores[0] >= 1.0 else 0)
    least = usable & (cost <= cost[usable].min() + 1e-9 * rows)
    cheapest = np.flatnonzero(least)
    best = int(cheapest[np.argmin(np.abs(edges[cheapest] - costs.in_theory))])

    def row(place: int, threshold: float, *names: str) -> Called:
        n, hits = int(called[place]), int(found[place])
        return Called(float(threshold), names, n, hits, total - hits, float(cost[place]) / rows)

    usual = int(np.count_nonzero(scores >= USUAL))
    table = {usual: row(usual, USUAL, "usual")}
    for share in SHARES:
        place = int(np.searchsorted(called, share * rows))
        name = percent(share, 0)
        if 0 < place < len(called) and place not in table:
            table[place] = row(place, edges[place], name)
    if best in table:
        # The cut is the same: 0.5 stays 0.5, and a share is what it calls.
        names, threshold = table[best].names, table[best].threshold
        table[best] = row(best, threshold, *names, "best")
    else:
        table[best] = row(best, edges[best], "best")
    kept = np.unique(np.linspace(0, len(called) - 1, MOST_POINTS).round().astype(np.intp))
    return Thresholds(
        costs=costs,
        rows=rows,
        positive=total,
        best=table[best].threshold,
        table=tuple(table[place] for place in sorted(table)),
        called_share=called[kept] / rows,
        found_share=found[kept] / total,
    )
