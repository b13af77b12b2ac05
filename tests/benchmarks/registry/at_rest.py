"""Our registry at rest: how soon it is ready, and the memory that it then holds.

`python -m tests.benchmarks.registry.at_rest [--database sqlite] [--turns 5]` starts it with a
database that has its tables, as a restart does, and once more with an empty one. Ends with 1 if
it takes more than two seconds or 120 MiB.
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final

from tests.benchmarks.registry.against_mlflow import DATABASES
from tests.benchmarks.registry.process_memory import resident_mib
from tests.benchmarks.registry.servers import registry_process
from tests.postgres_server import running_postgres

READY_SECONDS: Final = 2.0
RESIDENT_MIB: Final = 120.0
SETTLED_SECONDS: Final = 3.0


def main() -> int:
    """Measure and print; 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    within = True
    print(f"{'':<24}{'s until ready':>16}{'MiB at rest':>14}")
    for database in options.database or DATABASES:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kfp-tabular-")))
            url = (
                stack.enter_context(running_postgres(durable=True))
                if database == "postgresql"
                else None
            )
            first, *again = (started(folder, url) for _ in range(options.turns + 1))
        seconds, resident = (median(values) for values in zip(*again, strict=True))
        for start, figures in (("first", first), ("again", (seconds, resident))):
            kept = figures[0] <= READY_SECONDS and figures[1] <= RESIDENT_MIB
            within = within and kept
            told = "" if kept else "   missed"
            print(f"{database + ', ' + start:<24}{figures[0]:>16.2f}{figures[1]:>14.1f}{told}")
    return 0 if within else 1


def started(folder: Path, database_url: str | None) -> tuple[float, float]:
    """Return the seconds from the start of a registry to its answer, and its MiB after a rest."""
    begun = time.perf_counter()
    with registry_process(folder, database_url) as (_, pid):
        seconds = time.perf_counter() - begun
        time.sleep(SETTLED_SECONDS)
        return seconds, resident_mib(pid)


if __name__ == "__main__":
    sys.exit(main())
