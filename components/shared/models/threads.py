"""How many threads a fit or a prediction is worth."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from threadpoolctl import threadpool_limits

ENVIRONMENT: Final = {"GOMP_SPINCOUNT": "20000"}
"""Variables of every step. OpenMP's threads wait awake for a moment and then asleep: on shared
cores, fits whose threads spin as long as OpenMP has them do took 15 times as long; on cores of
their own, fits whose threads sleep at once took half as long again."""

SHARED_FROM: Final = 500_000
"""Cells (rows times columns) from which threads are worth their waiting for each other: measured
with HistGradientBoosting on two cores, where smaller fits took as long on one, and on cores that
others used as well up to 20 times as long on two."""

LOAD: Final = Path("/proc/loadavg")
LOOKS: Final = 5
PAUSE: Final = 0.004
"""Seconds between two looks at what runs."""


@contextmanager
def threads_for(cells: int) -> Iterator[None]:
    """Run OpenMP code of the block on as many threads as have a core of their own.

    Those are one where the work is too small to share, and else the cores that this process may
    use and nobody else is using. A thread whose core another program uses keeps all others
    waiting: on two cores with a load of ten, HistGradientBoosting on 60,000 rows took 1.1 s on one
    thread and 7 to 43 s on two, and on 400,000 rows 9 to 11 s and 37 to 41 s, with four times the
    CPU time. What is fitted is the same on any number of threads.
    """
    limit = 1
    if cells >= SHARED_FROM:
        limit = spare_cores(allowed_cores(), os.cpu_count() or 1, _running())
    with threadpool_limits(limits=limit, user_api="openmp"):
        yield


def allowed_cores() -> int:
    """Return the cores that this process may use: by its affinity and its cgroup's quota.

    OpenMP goes by the affinity alone: in a container with `--cpus 1` on many cores it would start
    a thread for each of them, and have one core for all.
    """
    from joblib import cpu_count

    return int(cpu_count())


def spare_cores(allowed: int, machine: int, running: float) -> int:
    """Return how many cores a process can count on, at least 1.

    Args:
        allowed: Cores that it may use.
        machine: Cores of the machine.
        running: Programs that run or wait for a core, this one among them.
    """
    others = max(running - 1.0, 0.0)
    return max(1, min(allowed, round(machine - others)))


def _running() -> float:
    """Return how many threads of the machine run or wait for a core, the mean of some looks."""
    try:
        looks = []
        for _ in range(LOOKS):
            looks.append(int(LOAD.read_text("ascii").split()[3].partition("/")[0]))
            time.sleep(PAUSE)
        return sum(looks) / LOOKS
    except (OSError, ValueError, IndexError):
        # Not Linux: nothing is known of others.
        return 1.0
