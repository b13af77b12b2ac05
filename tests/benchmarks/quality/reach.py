"""What results come to: means over splits, ranks, and how often a way is as good as the best."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.quality.measuring import Result


@dataclass(frozen=True)
class Line:
    """A way on one table, over its splits.

    Attributes:
        metric: Mean over the splits.
        error: Its standard error: of several splits, their standard deviation over the square
            root of their number; of one split, the bootstrap's.
        seconds: Mean CPU time.
        estimators: Which ones it came to be, with how often.
    """

    metric: float
    error: float
    seconds: float
    estimators: Mapping[str, int]


@dataclass(frozen=True)
class Reach:
    """A way beside the best of plain choices, over all tables.

    Attributes:
        within: Tables on which it is at most one standard error of the best below the best.
        tables: Tables that all ways were measured on.
        rank: Mean rank among all ways, 1 the best.
        cpu: CPU time as a multiple of boosting's: of all tables together.
        median_cpu: The same, the median over the tables.
    """

    within: int
    tables: int
    rank: float
    cpu: float
    median_cpu: float


def line(results: Sequence[Result]) -> Line:
    """Return the results of one way on one table as one."""
    metrics = [result.metric for result in results]
    several = len(metrics) > 1
    error = np.std(metrics, ddof=1) / np.sqrt(len(metrics)) if several else results[0].error
    names = [result.estimator for result in results]
    return Line(
        float(np.mean(metrics)),
        float(error),
        float(np.mean([result.seconds for result in results])),
        {name: names.count(name) for name in sorted(set(names))},
    )


def reaches(
    tables: Iterable[Mapping[str, Line]], plain: Sequence[str], cheapest: str
) -> dict[str, Reach]:
    """Return the reach of each way.

    Args:
        tables: For each table, the line by way; tables that lack a way do not count.
        plain: The ways whose best one is the measure.
        cheapest: The way whose CPU time is the measure.
    """
    every = list(tables)
    ways = list(dict.fromkeys(way for table in every for way in table))
    whole = [table for table in every if len(table) == len(ways)]
    if not whole:
        return {}
    ranks = np.array([_ranks([table[way].metric for way in ways]) for table in whole])
    found = {}
    for position, way in enumerate(ways):
        best = [max((table[each] for each in plain), key=lambda one: one.metric) for table in whole]
        near = [
            table[way].metric >= top.metric - top.error
            for table, top in zip(whole, best, strict=True)
        ]
        seconds = np.array([[table[way].seconds, table[cheapest].seconds] for table in whole])
        total, unit = seconds.sum(axis=0)
        found[way] = Reach(
            sum(near),
            len(whole),
            float(ranks[:, position].mean()),
            float(total / unit),
            float(np.median(seconds[:, 0] / seconds[:, 1])),
        )
    return found


def _ranks(metrics: Sequence[float]) -> list[float]:
    """Return each metric's rank, the greatest being 1; equal ones share the mean of theirs."""
    values = np.array(metrics)
    return [
        float(1 + np.sum(values > value) + (np.sum(values == value) - 1) / 2) for value in values
    ]
