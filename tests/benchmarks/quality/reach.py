"""A way over all tables: how often it is better or worse, its mean rank, and what it costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.quality.lines import Line


@dataclass(frozen=True)
class Reach:
    """A way over all tables that it was measured on.

    Attributes:
        tables: How many.
        better: On how many it is better than the way that all are held against.
        worse: On how many it is worse.
        within: On how many it is at most one standard error of the best of plain choices below
            that; None where none of these were measured.
        rank: Mean rank among the ways, 1 the best, on the tables that all were measured on.
        cpu: CPU time as a multiple of the other's: of these tables together.
        median_cpu: The same, the median over these tables.
    """

    tables: int
    better: int
    worse: int
    within: int | None
    rank: float
    cpu: float
    median_cpu: float


def reaches(
    tables: Iterable[Mapping[str, Line]], plain: Sequence[str], against: str
) -> dict[str, Reach]:
    """Return the reach of each way.

    Args:
        tables: For each table, the line by way; a way that failed there has none.
        plain: The ways whose best one is a measure, where all of them are there.
        against: The way that all are held against.
    """
    every = [table for table in tables if against in table]
    ways = list(dict.fromkeys(way for table in every for way in table))
    whole = [table for table in every if len(table) == len(ways)]
    ranks = [_ranks([table[way].metric for way in ways]) for table in whole]
    found = {}
    for position, way in enumerate(ways):
        there = [table for table in every if way in table]
        verdicts = [table[way].verdict for table in there]
        cpu = np.array([[table[way].cpu, table[against].cpu] for table in there])
        total, unit = cpu.sum(axis=0)
        found[way] = Reach(
            len(there),
            verdicts.count(1),
            verdicts.count(-1),
            _within(there, way, plain),
            float(np.mean([each[position] for each in ranks])) if ranks else float("nan"),
            float(total / unit),
            float(np.median(cpu[:, 0] / cpu[:, 1])),
        )
    return found


def _within(tables: Sequence[Mapping[str, Line]], way: str, plain: Sequence[str]) -> int | None:
    if not plain or not all(set(plain) <= table.keys() for table in tables):
        return None
    best = [max((table[each] for each in plain), key=lambda one: one.metric) for table in tables]
    return sum(
        table[way].metric >= top.metric - top.error for table, top in zip(tables, best, strict=True)
    )


def _ranks(metrics: Sequence[float]) -> list[float]:
    """Return each metric's rank, the greatest being 1; equal ones share the mean of theirs."""
    values = np.array(metrics)
    return [
        float(1 + np.sum(values > value) + (np.sum(values == value) - 1) / 2) for value in values
    ]
