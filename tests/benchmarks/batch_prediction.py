"""Time and memory of predicting a large CSV file, beside a script with pandas.

`python -m tests.benchmarks.batch_prediction [--rows 1000000] [--repeat 3]` wants an idle machine.
The table is the shipped one again and again, the model one of it; each turn is a fresh process.
Ends with 1 if a limit is exceeded.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.benchmarks.table_io import Run, measure

SHIPPED: Final = Path(__file__).parents[2] / "data" / "bird_strikes.csv"
LEAST_ROWS_A_SECOND: Final = 120_000
"""Rows that are predicted in a second of one processor, once they are Parquet."""

MOST_MB: Final = 700
PANDAS: Final = "pandas: read CSV, predict, write"
INGEST, PREDICT = "ingest_table", "predict_table"

TRAIN = """
import sys
from components.ingest_table.ingest import ingest_table
from components.preprocess_table.preprocess import preprocess_table
from components.train_model.train import train_model
ingest_table(sys.argv[1], "train", target="damaged")
preprocess_table("train", "features", "preprocessor", "damaged")
train_model("train", "features", "preprocessor", "model", "damaged")
"""
GENERATE = """
import sys
import polars as pl
rows = pl.read_csv(sys.argv[1], infer_schema=False)
copies, rest = divmod(int(sys.argv[2]), len(rows))
with open("table.csv", "wb") as file:
    for number in range(copies + 1):
        part = rows if number < copies else rows.head(rest)
        part.write_csv(file, include_header=number == 0)
"""
PROGRAMS = {
    PANDAS: """
import pandas
from components.shared.models.folders import load_model
rows = pandas.read_csv("table.csv")
shares = load_model("model").pipeline.predict_proba(rows)
pandas.DataFrame(shares, columns=["no", "yes"]).to_parquet("pandas.parquet")
""",
    INGEST: """
from components.ingest_table.ingest import ingest_table
ingest_table("table.csv", "table", model="model")
""",
    PREDICT: """
from components.predict_table.predict import predict_table
predict_table("model", "table", "predictions", probabilities=True)
""",
}


def show(runs: dict[str, list[Run]], rows: int) -> bool:
    """Print medians, and tell whether every limit was kept."""
    print(f"\n{'':34}{'wall s':>10}{'CPU s':>10}{'peak RSS MB':>14}")
    for name, measured in runs.items():
        wall = statistics.median(run.wall for run in measured)
        processor = statistics.median(run.processor for run in measured)
        rss = max(run.rss for run in measured)
        print(f"{name:34}{wall:10.1f}{processor:10.1f}{rss:14.0f}")
    turns = list(zip(runs[INGEST], runs[PREDICT], runs[PANDAS], strict=True))
    ratio = statistics.median((ours.wall + more.wall) / theirs.wall for ours, more, theirs in turns)
    speed = rows / statistics.median(run.processor for run in runs[PREDICT])
    rss = max(run.rss for name in (INGEST, PREDICT) for run in runs[name])
    print(f"\nboth steps, as a ratio of pandas: {ratio:.2f} (limit 1)")
    print(f"predicted in a CPU second: {speed:,.0f} rows (at least {LEAST_ROWS_A_SECOND:,})")
    print(f"peak memory of a step: {rss:.0f} MB (limit {MOST_MB})")
    return ratio <= 1 and speed >= LEAST_ROWS_A_SECOND and rss <= MOST_MB


def main() -> int:
    """Train, generate the table, measure every program in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kfp-tabular-benchmark-") as name:
        folder = Path(name)
        measure(TRAIN, [str(SHIPPED)], folder)
        measure(GENERATE, [str(SHIPPED), str(options.rows)], folder)
        runs: dict[str, list[Run]] = {program: [] for program in PROGRAMS}
        for turn in range(options.repeat):
            for program, text in PROGRAMS.items():
                run = measure(text, [], folder)
                runs[program].append(run)
                print(f"turn {turn + 1}: {program}: {run.wall:.1f} s, {run.rss:.0f} MB", flush=True)
        return 0 if show(runs, options.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
