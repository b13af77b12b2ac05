"""How much longer the training pipeline takes than a script written by hand.

`python -m tests.benchmarks.training_overhead [--rows N] [--repeat N]` runs both in turn on the
same synthetic CSV, with the same estimator, and prints medians and their ratio.
The pipeline does more: it validates, digests, bootstraps intervals, draws a report, compares with
a floor and registers the model.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.labelled_table import TARGET, write_labelled_table

LIMIT = 1.25
HYPERPARAMETERS = '{"max_iter": 100, "early_stopping": false}'
MOST_APART = 0.01
"""Both must train about the same model: largest difference of ROC AUC."""


def main() -> int:
    """Run the benchmark; 1 where the pipeline takes longer than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        return _compare(Path(name), arguments.rows, arguments.repeat)


def _compare(folder: Path, rows: int, repeat: int) -> int:
    table = folder / "table.csv"
    write_labelled_table(table, rows)
    size = table.stat().st_size / 1e6
    print(f"{rows:,} rows × 20 columns, {size:.0f} MB of CSV, {repeat} runs of each", flush=True)
    plain: list[float] = []
    pipeline: list[float] = []
    for i in range(repeat):
        seconds, plain_auc = _run_plain(table, folder)
        plain.append(seconds)
        seconds, pipeline_auc = _run_pipeline(table, folder / f"run-{i}")
        pipeline.append(seconds)
        print(f"  plain script {plain[-1]:6.1f} s   pipeline {pipeline[-1]:6.1f} s", flush=True)
        if abs(plain_auc - pipeline_auc) > MOST_APART:
            print(f"not the same work: ROC AUC {plain_auc:.4f} and {pipeline_auc:.4f}")
            return 1
    ratio = statistics.median(pipeline) / statistics.median(plain)
    print(f"median: plain script {statistics.median(plain):.1f} s, ", end="")
    print(f"pipeline {statistics.median(pipeline):.1f} s, ratio {ratio:.2f} (at most {LIMIT})")
    return int(ratio > LIMIT)


def _run_plain(table: Path, folder: Path) -> tuple[float, float]:
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.plain_training",
        str(table),
        str(folder / "model.joblib"),
        HYPERPARAMETERS,
    ]
    seconds, output = _timed(command)
    return seconds, json.loads(output)["roc_auc"]


def _run_pipeline(table: Path, work_dir: Path) -> tuple[float, float]:
    command = [
        sys.executable,
        "-m",
        "pipelines",
        *("run", "training"),
        *("--source", str(table)),
        *("--target", TARGET),
        *("--model-name", "benchmark"),
        *("--estimator", "hist_gradient_boosting", "--hyperparameters", HYPERPARAMETERS),
        *("--work-dir", str(work_dir)),
    ]
    seconds, _ = _timed(command)
    (evaluation,) = work_dir.rglob("evaluate*/evaluation")
    return seconds, json.loads(evaluation.read_text("utf-8"))["metrics"]["roc_auc"]["value"]


def _timed(command: list[str]) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return seconds, done.stdout


if __name__ == "__main__":
    sys.exit(main())
