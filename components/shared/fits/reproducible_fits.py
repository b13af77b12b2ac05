"""The same fit, and the same bytes of it, on any number of processor cores."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

from components.shared.models.estimators import Family


@contextmanager
def order_of_sums_fixed(family: Family) -> Iterator[None]:
    """Run a fit so that the number of cores does not change its result.

    Linear algebra on several threads adds in another order for each number of them, which
    changes the last digits of linear estimators: they get one thread. Trees add in one order
    anyway, and get all.
    """
    limits = 1 if family == "linear" else None
    with threadpool_limits(limits=limits, user_api="blas"):
        yield


def forget_machine(estimator: Any) -> None:
    """Remove from a fitted estimator what it remembers of the machine, not of the data.

    HistGradientBoosting keeps the number of threads with which it sorted values into bins. It is
    not read to predict, and None means all threads.
    """
    bin_mapper: Any = getattr(estimator, "_bin_mapper", None)
    if bin_mapper is not None and hasattr(bin_mapper, "n_threads"):
        bin_mapper.n_threads = None
