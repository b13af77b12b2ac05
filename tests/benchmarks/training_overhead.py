"""How much longer the training pipeline takes than a script written by hand.

`python -m tests.benchmarks.training_overhead [--rows N] [--repeat N]` runs both in turn on the
same synthetic CSV, with the same estimator, and prints medians and their ratios, of wall time and
of CPU time. The pipeline does more: it validates, digests, bootstraps intervals, draws a report,
compares with a floor and registers the model.

Go by them on a machine that does nothing else. On cores that others use as well, the threads of the
script's fit wait awake for each other, which the pipeline's do not: with a load of ten on two
cores, the script took 244 s and 209 CPU s, the pipeline 49 s and 39 CPU s.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Took:
    """What one run took.

    Attributes:
        wall: Seconds by the clock.
        cpu: Seconds of one core, of all its processes together.
    """

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:6.1f} s, {self.cpu:6.1f} CPU s"


def _compare(folder: Path, rows: int, repeat: int) -> int:
    table = folder / "table.csv"
    write_labelled_table(table, rows)
    size = table.stat().st_size / 1e6
    print(f"{rows:,} rows × 20 columns, {size:.0f} MB of CSV, {repeat} runs of each", flush=True)
    plain: list[Took] = []
    pipeline: list[Took] = []
    for i in range(repeat):
        took, plain_auc = _run_plain(table, folder)
        plain.append(took)
        took, pipeline_auc = _run_pipeline(table, folder / f"run-{i}")
        pipeline.append(took)
        print(f"  plain script {plain[-1]}   pipeline {pipeline[-1]}", flush=True)
        if abs(plain_auc - pipeline_auc) > MOST_APART:
            print(f"not the same work: ROC AUC {plain_auc:.4f} and {pipeline_auc:.4f}")
            return 1
    one, other = _median(plain), _median(pipeline)
    print(f"median: plain script {one}, pipeline {other}")
    ratio = other.wall / one.wall
    print(f"ratio: {ratio:.2f} (at most {LIMIT}), of CPU time {other.cpu / one.cpu:.2f}")
    return int(ratio > LIMIT)


def _median(runs: Sequence[Took]) -> Took:
    median = statistics.median
    return Took(median(each.wall for each in runs), median(each.cpu for each in runs))


def _run_plain(table: Path, folder: Path) -> tuple[Took, float]:
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.plain_training",
        str(table),
        str(folder / "model.joblib"),
        HYPERPARAMETERS,
    ]
    took, output = _timed(command)
    return took, json.loads(output)["roc_auc"]


def _run_pipeline(table: Path, work_dir: Path) -> tuple[Took, float]:
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
    took, _ = _timed(command)
    (evaluation,) = work_dir.rglob("evaluate*/evaluation")
    return took, json.loads(evaluation.read_text("utf-8"))["metrics"]["roc_auc"]["value"]


def _timed(command: list[str]) -> tuple[Took, str]:
    start, before = time.perf_counter(), _cpu()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    took = Took(time.perf_counter() - start, _cpu() - before)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return took, done.stdout


def _cpu() -> float:
    """Return the CPU seconds of all processes that this one has started, and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
