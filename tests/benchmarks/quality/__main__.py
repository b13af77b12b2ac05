"""How good the models are that come of real tables: ours, plain choices, and AutoML of others.

Each table is split at random, a quarter of its rows being held out; small ones several times. All
ways are given the same rows, and scored on the same others by the gate's metric:

- boosting, lightgbm, forest, linear: HistGradientBoosting, LightGBM, a random forest and a linear
  model, each with the defaults of its library and our preprocessing
- default: what the training pipeline trains unless it is told otherwise (`choose_estimator`)
- tuned: the same with `--tune 30`
- best mean: of its candidates, the one with the best mean over the folds, whatever it costs
- flaml: FLAML, for as many seconds as default took on the same rows
- autogluon: AutoGluon's preset `medium_quality`, for as long as it takes

FLAML and AutoGluon run in environments of their own, select on validation rows that they take from
the training rows, and see the rows to test on when they predict them.

`python -m tests.benchmarks.quality [--ways WAY,…] [--against WAY] [--splits N] [--cores N]
[--results FOLDER] [--known] [TABLE …]`

Results are kept in the folder, a line each: what is there is not measured again, so that ways can
be run one at a time. A way that fails on a table is a line that says why; take the line out of the
file to try again.
"""

import argparse
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.quality.lines import Line, lines
from tests.benchmarks.quality.measuring import measure
from tests.benchmarks.quality.reach import Reach, reaches
from tests.benchmarks.quality.results import KeptResults
from tests.benchmarks.quality.splits import seeds, split
from tests.benchmarks.quality.tables import CASES, read
from tests.benchmarks.quality.ways.every import PLAIN, WAYS
from tests.environments import CACHE

RESULTS: Final = CACHE / "quality"
POLITE: Final = 10
"""Niceness: a benchmark of minutes leaves the machine to others."""


def table_text(table: str, found: Mapping[str, Line]) -> str:
    """Return a table's lines as text; `*` is the best."""
    best = max((each.metric for each in found.values()), default=0.0)
    texts = []
    for way, each in found.items():
        names = ", ".join(f"{name} {count}" for name, count in each.estimators.items())
        texts.append(
            f"{table:<15}{way:<12}{each.splits:>2}{each.metric:>8.4f}"
            f"{'*' if each.metric == best else ' '}±{each.error:.4f}"
            f"{each.difference:>+9.4f} ±{each.error_of_difference:.4f}"
            f"{each.cpu:>9.2f} s CPU{each.wall:>9.2f} s  {names}"
        )
    return "\n".join(texts)


def summary_text(found: Mapping[str, Reach], against: str) -> str:
    """Return the reach of the ways as text."""
    texts = [
        f"{'way':<12}{'tables':>7}{'better':>8}{'same':>6}{'worse':>7}{'mean rank':>11}{'CPU':>8}"
        f"{'median':>8}{'within 1 SE of the best plain one':>35}",
    ]
    for way, each in found.items():
        same = each.tables - each.better - each.worse
        within = "" if each.within is None else f"{each.within} of {each.tables}"
        texts.append(
            f"{way:<12}{each.tables:>7}{each.better:>8}{same:>6}{each.worse:>7}{each.rank:>11.2f}"
            f"{each.cpu:>8.2f}{each.median_cpu:>8.2f}{within:>35}"
        )
    texts.append(f"better, worse: than {against}, by more than a standard error of the difference")
    return "\n".join(texts)


def arguments() -> argparse.Namespace:
    """Return what the command says."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.quality", description=__doc__)
    parser.add_argument("--ways", default=",".join(WAYS), help="all by default")
    parser.add_argument("--against", default="default", help="the way that all are held against")
    parser.add_argument("--splits", type=int, default=5, help="of a table, at the most")
    parser.add_argument("--cores", type=int, default=1, help="that a fit may use")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--known", action="store_true", help="measure nothing")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(CASES)}")
    given = parser.parse_args()
    given.ways = given.ways.split(",")
    for wanted, there in (([*given.ways, given.against], WAYS), (given.tables, CASES)):
        if unknown := [each for each in wanted if each not in there]:
            parser.error(f"{', '.join(unknown)}: known are {', '.join(there)}")
    return given


def main() -> None:
    """Print what each way reaches on each table, and what that comes to."""
    given = arguments()
    os.nice(POLITE)
    # What joblib, and so our components, and what starts OpenMP go by.
    os.environ |= {"LOKY_MAX_CPU_COUNT": str(given.cores), "OMP_NUM_THREADS": str(given.cores)}
    warnings.simplefilter("ignore")
    kept, found = KeptResults(given.results), []
    frames = {table: read(CASES[table]) for table in given.tables or CASES}
    for table, frame in sorted(frames.items(), key=lambda item: len(item[1])):
        case = CASES[table]
        splits = [split(case, frame, seed) for seed in list(seeds(len(frame)))[: given.splits]]
        if not given.known:
            for each in splits:
                for way in given.ways:
                    measure(table, each, WAYS[way], given.cores, kept)
        found.append(lines(table, splits, kept, given.ways, given.against))
        print(table_text(table, found[-1]), flush=True)
        for result in kept.of(table).values():
            if result.failure and result.way in given.ways:
                print(f"{table:<15}{result.way:<12}split {result.seed} failed: {result.failure}")
    print(f"\n{summary_text(reaches(found, PLAIN, given.against), given.against)}")


if __name__ == "__main__":
    main()
