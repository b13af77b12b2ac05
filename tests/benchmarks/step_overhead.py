"""What a step costs beyond its own logic and the imports of its own libraries.

Each step of a training run is timed as kfp.local runs it, and against it a plain process that
imports the same function and calls it on the same inputs. The difference, less the start of that
plain interpreter, is what the form of the component costs; at most 0.25 s is the aim.
"""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from pipelines.definition import catalog
from pipelines.definition.outputs import RunOutputs
from pipelines.local.registry import local_registry
from pipelines.local.running import run_locally
from tests.benchmarks.steps import plain_calls

SOURCE = catalog.ROOT / "data" / "bird_strikes.csv"
ARGUMENTS = {"source": str(SOURCE), "target": "damaged", "model_name": "bird-strikes"}
REPEATS = 3


class _StepTimes:
    """Wall time of each step of one run, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._started_at = 0.0

    def step_started(self, step: str) -> None:
        self._started_at = time.perf_counter()

    def step_ended(self, step: str, succeeded: bool, outputs: Mapping[str, Any]) -> None:
        self.seconds[step] = time.perf_counter() - self._started_at


def main() -> None:
    """Print the overhead of every step, medians of three runs."""
    with TemporaryDirectory() as folder:
        rows = [_one_run(Path(folder) / str(repeat)) for repeat in range(REPEATS)]
    print(f"{'step':<24}{'step, s':>10}{'plain, s':>10}{'overhead, s':>13}")
    for step in rows[0]:
        whole, plain = (median(row[step][column] for row in rows) for column in (0, 1))
        overhead = median(row[step][0] - row[step][1] for row in rows)
        print(f"{step:<24}{whole:>10.2f}{plain:>10.2f}{overhead:>13.2f}")


def _one_run(folder: Path) -> dict[str, tuple[float, float]]:
    times = _StepTimes()
    with local_registry(folder / "registry", folder / "registry.log") as url:
        sys_environment = {"REGISTRY_URL": url}
        outputs = _run(folder, times, sys_environment)
        calls = plain_calls(SOURCE, outputs, folder / "plain", url)
        start = _timed("pass")
        return {step: (times.seconds[step], _timed(code) - start) for step, code in calls.items()}


def _run(folder: Path, times: _StepTimes, variables: Mapping[str, str]) -> RunOutputs:
    import os

    os.environ.update(variables)
    return run_locally(catalog.load_pipeline("training"), ARGUMENTS, folder, times)


def _timed(code: str) -> float:
    started_at = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started_at


if __name__ == "__main__":
    main()
