"""What HistGradientBoosting and LightGBM reach, and take, on a large table of 25 features.

`python -m tests.benchmarks.quality.large [--rows N] [--repeat N] [--cores N]` trains each with the
defaults of its library and our preprocessing on three quarters of the rows, in turn, and prints
medians. The table is made, as no real one of this size lies in a package.
"""

import argparse
import os
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from tests.benchmarks.labelled_table import TARGET, write_labelled_table
from tests.benchmarks.quality.measuring import measure
from tests.benchmarks.quality.results import KeptResults, Result
from tests.benchmarks.quality.splits import split
from tests.benchmarks.quality.tables import Case
from tests.benchmarks.quality.ways.plain import BOOSTING, LIGHTGBM

CASE = Case("binary", "", "", TARGET)
MORE_NUMBERS = 6
"""Columns that say nothing, beside the 19 that are made."""


def made(rows: int) -> pd.DataFrame:
    """Return a table with numbers, integers, categories and a date, of which some matter."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_labelled_table(path, rows)
        frame = pd.read_csv(path, parse_dates=["day"])
    rng = np.random.default_rng(1)
    return frame.assign(**{f"noise_{k}": rng.normal(size=rows) for k in range(MORE_NUMBERS)})


def main() -> None:
    """Print ROC AUC, and the medians of CPU and wall seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=400_000, help="a quarter of them is held out")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--cores", type=int, default=1)
    given = parser.parse_args()
    os.environ |= {"LOKY_MAX_CPU_COUNT": str(given.cores), "OMP_NUM_THREADS": str(given.cores)}
    rows = split(CASE, made(given.rows), 0)
    found: dict[str, list[Result]] = {BOOSTING.name: [], LIGHTGBM.name: []}
    for _ in range(given.repeat):
        with TemporaryDirectory() as folder:
            kept = KeptResults(Path(folder))
            for way in (BOOSTING, LIGHTGBM):
                measure("made", rows, way, given.cores, kept)
                found[way.name].append(kept.of("made")[way.name, rows.seed])
    for name, results in found.items():
        cpu, wall = ([each.cpu or 0 for each in results], [each.wall or 0 for each in results])
        print(
            f"{name:<12}ROC AUC {results[0].metric:.4f} ±{results[0].error:.4f}"
            f"{statistics.median(cpu):>9.2f} s CPU{statistics.median(wall):>9.2f} s"
        )


if __name__ == "__main__":
    main()
