"""Time and memory of reading, checking and splitting a large table, beside pandas.

`python -m tests.benchmarks.table_io [--rows 5000000] [--repeat 3]` wants an idle machine and
3 GB of disk. Every step runs in a fresh process; this one imports nothing large, because a
child's peak memory begins with that of its parent. Ends with 1 if a limit is exceeded.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_RSS_MB = 1024
LIMIT_INGEST = 1.0
LIMIT_STEPS = 1.5
PANDAS = "pandas: read CSV, write Parquet"
CURATED = "validate_table, curated schema"
STEPS = ("ingest_table", "validate_table", "split_table")

GENERATE = """
import sys
import numpy as np
import polars as pl

rows, block, random = int(sys.argv[1]), 500_000, np.random.default_rng(20)
with open(sys.argv[2], "wb") as file:
    for start in range(0, rows, block):
        size = min(block, rows - start)
        columns = {}
        for kinds in (5, 50, 1_000, 20_000, 10**9):
            numbers = pl.Series(random.integers(0, kinds, size))
            columns[f"text_{kinds}"] = pl.select(pl.format("value {}", numbers)).to_series()
        for digits in range(2, 7):
            columns[f"whole_{digits}"] = random.integers(-(10**digits), 10**digits, size)
        for number in range(8):
            columns[f"real_{number}"] = random.normal(size=size).round(8)
        days = random.integers(7_000, 19_000, size, dtype="int32")
        columns["day"] = pl.Series(days, dtype=pl.Date)
        columns["churned"] = np.where(random.random(size) < 0.2, "yes", "no")
        missing = pl.Series(random.random(size) < 0.05)
        frame = pl.DataFrame(columns).with_columns(pl.when(~missing).then("real_0").alias("real_0"))
        frame.write_csv(file, include_header=start == 0)
"""

PROGRAMS = {
    PANDAS: """
import pandas
pandas.read_csv("table.csv").to_parquet("pandas.parquet")
""",
    "ingest_table": """
from components.ingest_table.ingest import ingest_table
ingest_table("table.csv", "table")
""",
    "validate_table": """
from components.validate_table.validate import validate_table
validate_table("table", "report", "schema", target="churned")
""",
    "split_table": """
from components.split_table.split import split_table
split_table("table", "train", "test", target="churned")
""",
    CURATED: """
from components.validate_table.validate import validate_table
validate_table("table", "report", "checked", curated_schema="schema", target="churned")
""",
}


@dataclass(frozen=True)
class Run:
    """One run of a program: wall and processor seconds, and its peak memory in MB."""

    wall: float
    processor: float
    rss: float


def measure(program: str, arguments: Sequence[str], folder: Path) -> Run:
    """Run a program in a fresh Python process in the folder."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], cwd=folder, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a program failed:\n{program}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def show(runs: dict[str, list[Run]]) -> bool:
    """Print medians, and tell whether every limit was kept."""
    print(f"\n{'':32}{'wall s':>10}{'CPU s':>10}{'peak RSS MB':>14}")
    for name, measured in runs.items():
        wall = statistics.median(run.wall for run in measured)
        processor = statistics.median(run.processor for run in measured)
        rss = max(run.rss for run in measured)
        print(f"{name:32}{wall:10.1f}{processor:10.1f}{rss:14.0f}")
    ingest = _ratio(runs, STEPS[:1], "ingest_table", LIMIT_INGEST)
    steps = _ratio(runs, STEPS, "the three steps together", LIMIT_STEPS)
    rss = max(run.rss for step in (*STEPS, CURATED) for run in runs[step])
    print(f"peak memory of a step: {rss:.0f} MB (limit {LIMIT_RSS_MB})")
    return ingest and steps and rss <= LIMIT_RSS_MB


def _ratio(runs: dict[str, list[Run]], steps: Sequence[str], called: str, limit: float) -> bool:
    """Print what steps take as a ratio of pandas, and tell whether the limit was kept."""
    ratios = [
        sum(runs[step][turn].wall for step in steps) / run.wall
        for turn, run in enumerate(runs[PANDAS])
    ]
    ratio = statistics.median(ratios)
    print(f"\n{called}, as a ratio of pandas: {ratio:.2f} (limit {limit})")
    print(f"  in each turn: {', '.join(f'{each:.2f}' for each in ratios)}")
    return ratio <= limit


def main() -> int:
    """Generate the table, measure every program in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kfp-tabular-benchmark-") as name:
        folder = Path(name)
        measure(GENERATE, [str(options.rows), "table.csv"], folder)
        size = (folder / "table.csv").stat().st_size
        print(f"{options.rows:,} rows × 20 columns, {size / 1e6:,.0f} MB of CSV", flush=True)
        runs: dict[str, list[Run]] = {step: [] for step in PROGRAMS}
        for turn in range(options.repeat):
            for step, program in PROGRAMS.items():
                run = measure(program, [], folder)
                runs[step].append(run)
                print(f"turn {turn + 1}: {step}: {run.wall:.1f} s, {run.rss:.0f} MB", flush=True)
        return 0 if show(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
