"""Asks a way about a split, and scores what it answers."""

import contextlib
import io

from components.shared.evaluation.ranking import Floats
from tests.benchmarks.quality.errors import WayFailedError
from tests.benchmarks.quality.results import KeptResults, Result
from tests.benchmarks.quality.scoring import score
from tests.benchmarks.quality.splits import Split
from tests.benchmarks.quality.ways.way import Way


def measure(table: str, split: Split, way: Way, cores: int, kept: KeptResults) -> None:
    """Keep what comes of a way on a split, unless that is known; a failure is a result too.

    A way with the budget of another is asked after that one.
    """
    known = kept.of(table)
    if (way.name, split.seed) in known:
        return
    budget = None
    if way.budget_of:
        measure(table, split, way.budget_of, cores, kept)
        budget = kept.of(table)[way.budget_of.name, split.seed].wall
    kept.keep(*_asked(table, split, way, cores, budget))


def _asked(
    table: str, split: Split, way: Way, cores: int, budget: float | None
) -> tuple[Result, Floats | None]:
    rows = len(split.train)
    try:
        with split.asked(cores, budget) as question, contextlib.redirect_stdout(io.StringIO()):
            answer = way.fit(question)
    except WayFailedError as error:
        return Result(table, way.name, split.seed, rows, failure=str(error)), None
    metric, error_of_it = score(split.predicted(answer.output))
    cost = (answer.cpu, answer.wall, answer.estimator)
    result = Result(table, way.name, split.seed, rows, metric, error_of_it, *cost)
    return result, answer.output
