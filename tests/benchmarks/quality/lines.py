"""What the results of each way on one table come to, held against those of one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.quality.results import KeptResults, Result
from tests.benchmarks.quality.scoring import error_of_difference
from tests.benchmarks.quality.splits import Split


@dataclass(frozen=True)
class Line:
    """A way on one table, over the splits that all ways were measured on.

    Attributes:
        splits: How many.
        metric: Mean over them.
        error: Its standard error: of several splits, their standard deviation over the square
            root of their number; of one split, the bootstrap's.
        difference: The metric minus that of the way that all are held against.
        error_of_difference: Its standard error, by the differences on the same splits; of one
            split, by a bootstrap that weighs its rows for both alike.
        cpu: Mean seconds of CPU.
        wall: Mean seconds.
        estimators: What it came to be, with how often.
    """

    splits: int
    metric: float
    error: float
    difference: float
    error_of_difference: float
    cpu: float
    wall: float
    estimators: Mapping[str, int]

    @property
    def verdict(self) -> int:
        """1 where it is better by more than one standard error, -1 where it is worse, else 0."""
        if abs(self.difference) <= self.error_of_difference:
            return 0
        return 1 if self.difference > 0 else -1


def line(
    results: Sequence[Result],
    against: Sequence[Result],
    paired_error: Callable[[Result, Result], float],
) -> Line:
    """Return the results of one way on one table as one.

    Args:
        results: The results, by split.
        against: Those that they are held against, of the same splits.
        paired_error: The standard error of the difference of two results on the same rows.
    """
    metrics = np.array([each.metric for each in results], dtype=np.float64)
    differences = metrics - np.array([each.metric for each in against], dtype=np.float64)
    names = [each.estimator for each in results]
    if len(metrics) > 1:
        errors = (_error(metrics), _error(differences))
    else:
        errors = (results[0].error or 0.0, paired_error(results[0], against[0]))
    return Line(
        len(results),
        float(metrics.mean()),
        errors[0],
        float(differences.mean()),
        errors[1],
        float(np.mean([each.cpu for each in results if each.cpu is not None])),
        float(np.mean([each.wall for each in results if each.wall is not None])),
        {name: names.count(name) for name in sorted(set(names))},
    )


def _error(values: NDArray[np.float64]) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def lines(
    table: str, splits: Sequence[Split], kept: KeptResults, ways: Sequence[str], against: str
) -> dict[str, Line]:
    """Return a line for each way that has a metric, of the splits that all of these have.

    A way without any has failed, or was not asked yet, and has no line.
    """
    known = kept.of(table)
    scored = {key: each for key, each in known.items() if each.metric is not None}
    there = [way for way in ways if any((way, each.seed) in scored for each in splits)]
    common = [each for each in splits if all((way, each.seed) in scored for way in there)]
    if against not in there or not common:
        return {}

    def paired_error(one: Result, other: Result) -> float:
        (only,) = common
        return error_of_difference(*(only.predicted(kept.output(each)) for each in (one, other)))

    base = [scored[against, each.seed] for each in common]
    return {
        way: line([scored[way, each.seed] for each in common], base, paired_error) for way in there
    }
