"""How many threads a fit or a prediction is worth."""

import os
import subprocess
import sys

import pytest
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from threadpoolctl import threadpool_limits

from components.shared.models.threads import SHARED_FROM, spare_cores, threads_for

BURN = "import time; end = time.monotonic() + 20\nwhile time.monotonic() < end: pass"
ONE_CORE = (
    "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    "from components.shared.models.threads import allowed_cores; print(allowed_cores())"
)


def test_small_work_is_not_shared() -> None:
    """Below the threshold OpenMP has one thread, whatever there is."""
    with threadpool_limits(2, user_api="openmp"), threads_for(SHARED_FROM - 1):
        assert _openmp_effective_n_threads() == 1


@pytest.mark.parametrize(
    ("allowed", "machine", "running", "threads"),
    [
        (2, 2, 1.0, 2),
        (1, 64, 1.0, 1),
        (4, 64, 30.0, 4),
        (4, 8, 7.0, 2),
        (2, 2, 10.0, 1),
        (8, 8, 1.4, 8),
    ],
)
def test_threads_follow_the_cores_that_are_left(
    allowed: int, machine: int, running: float, threads: int
) -> None:
    """Neither more than the process may use, nor those that others are using, and always one."""
    assert spare_cores(allowed, machine, running) == threads


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux alone has affinities")
def test_a_process_on_one_core_has_one() -> None:
    """The affinity of the process counts, and not the machine."""
    done = subprocess.run(
        [sys.executable, "-c", ONE_CORE], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"


@pytest.mark.skipif(sys.platform != "linux", reason="what runs is known on Linux alone")
def test_large_work_on_a_busy_machine_is_not_shared() -> None:
    """Where each core has a program already, OpenMP has one thread."""
    busy = [
        subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        with threads_for(SHARED_FROM):
            assert _openmp_effective_n_threads() == 1
    finally:
        for program in busy:
            program.kill()
            program.wait()


def test_the_limit_ends_with_the_block() -> None:
    """After small work OpenMP has the threads that it had before."""
    with threadpool_limits(2, user_api="openmp"):
        with threads_for(1):
            pass
        assert _openmp_effective_n_threads() == 2
