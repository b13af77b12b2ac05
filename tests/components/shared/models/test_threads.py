"""How many threads a fit or a prediction is worth."""

import pytest
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from threadpoolctl import threadpool_limits

from components.shared.models.threads import SHARED_FROM, threads_for


@pytest.mark.parametrize(("cells", "threads"), [(SHARED_FROM - 1, 1), (SHARED_FROM, 2)])
def test_only_large_work_is_shared(cells: int, threads: int) -> None:
    """Below the threshold OpenMP has one thread, from there on all of them."""
    with threadpool_limits(2, user_api="openmp"), threads_for(cells):
        assert _openmp_effective_n_threads() == threads


def test_the_limit_ends_with_the_block() -> None:
    """After small work OpenMP has the threads that it had before."""
    with threadpool_limits(2, user_api="openmp"):
        with threads_for(1):
            pass
        assert _openmp_effective_n_threads() == 2
