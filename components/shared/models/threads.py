"""How many threads a fit or a prediction is worth."""

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def threads_for(cells: int) -> Iterator[None]:
    """Run OpenMP code of the block on one thread where the work is too small to share."""
    with threadpool_limits(limits=1 if cells < SHARED_FROM else None, user_api="openmp"):
        yield
