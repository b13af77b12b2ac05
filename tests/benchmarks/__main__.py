"""Run every benchmark, one after the other: `python -m tests.benchmarks`."""

import subprocess
import sys
from typing import Final

BENCHMARKS: Final = (
    "step_overhead",
    "container_start",
    "training_overhead",
    "table_io",
    "registry.against_mlflow",
)


def main() -> int:
    """Run them all; the exit code is that of the worst."""
    codes = []
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
        codes.append(subprocess.run(command, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
