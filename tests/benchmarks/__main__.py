"""Run benchmarks, one after the other: `python -m tests.benchmarks [NAME ...]`, all by default."""

import argparse
import subprocess
import sys
from typing import Final

BENCHMARKS: Final = (
    "step_overhead",
    "container_start",
    "training_overhead",
    "table_io",
    "validation_alarms",
    "drift_alarms",
    "noise_gate",
    "small_tables",
    "strings",
    "batch_prediction",
    "registry.at_rest",
    "registry.against_minio",
    "registry.against_mlflow",
    "registry.scale",
    "serving.against_peers",
    "quality",
)


def main() -> int:
    """Run those named, or all; the exit code is that of the worst."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or BENCHMARKS
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    codes = []
    for name in names:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
        codes.append(subprocess.run(command, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
