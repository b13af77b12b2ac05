"""How good the default is, on real tables, beside what one would choose without looking.

Each table is split at random, a quarter of its rows being held out; small ones several times. On
the same rows are trained and scored, by the gate's metric:

- boosting, forest, linear: HistGradientBoosting, a random forest and a linear model, each with
  scikit-learn's defaults and our preprocessing
- default: what the training pipeline trains unless it is told otherwise (`choose_estimator`)
- best mean: of its candidates, the one with the best mean over the folds, whatever it costs

`python -m tests.benchmarks.quality.defaults [--results FOLDER] [--ways WAY,…] [TABLE ...]`

Results are kept in the folder: what is there is not measured again.
"""

import argparse
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.quality.measuring import (
    KeptResults,
    Train,
    best_mean,
    default,
    measure,
    plain,
    seeds,
)
from tests.benchmarks.quality.reach import Line, line, reaches
from tests.benchmarks.quality.tables import CASES, read
from tests.environments import CACHE

RESULTS: Final = CACHE / "quality"
POLITE: Final = 10
"""Niceness: a benchmark of minutes leaves the machine to others."""

PLAIN: Final[Mapping[str, Train]] = {
    "boosting": plain("hist_gradient_boosting"),
    "forest": plain("random_forest"),
    "linear": plain("linear"),
}
WAYS: Final[Mapping[str, Train]] = {**PLAIN, "default": default, "best mean": best_mean}


def run(table: str, ways: Sequence[str], kept: KeptResults) -> dict[str, Line]:
    """Measure what is not known yet of a table, and return a line for each way."""
    case, frame = CASES[table], read(CASES[table])
    for seed in seeds(len(frame)):
        for way in ways:
            if (way, seed) not in kept.of(table):
                kept.keep(measure(table, case, frame, seed, way, WAYS[way]))
    known = kept.of(table)
    return {
        way: line([known[way, seed] for seed in seeds(len(frame)) if (way, seed) in known])
        for way in ways
    }


def main() -> None:
    """Print each table's metrics and CPU times, and the reach of each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("tables", nargs="*", choices=[[], *CASES], default=[])
    chosen = parser.parse_args()
    os.nice(POLITE)
    warnings.simplefilter("ignore")
    kept, ways, found = KeptResults(chosen.results), chosen.ways.split(","), {}
    for table in chosen.tables or CASES:
        found[table] = run(table, ways, kept)
        best = max(found[table].values(), key=lambda each: each.metric)
        for way, each in found[table].items():
            mark = "*" if each is best else " "
            names = ", ".join(f"{name} {count}" for name, count in each.estimators.items())
            print(
                f"{table:<15}{way:<12}{each.metric:>8.4f}{mark}±{each.error:.4f}"
                f"{each.seconds:>8.2f} s  {names}",
                flush=True,
            )
    print(f"\n{'way':<12}{'within 1 SE':>12}{'mean rank':>11}{'CPU':>7}{'median':>8}")
    for way, reach in reaches(found.values(), list(PLAIN), "boosting").items():
        print(
            f"{way:<12}{f'{reach.within} of {reach.tables}':>12}{reach.rank:>11.2f}"
            f"{reach.cpu:>7.2f}{reach.median_cpu:>8.2f}"
        )


if __name__ == "__main__":
    main()
