"""The same fit on any machine."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_info

from components.shared.fits.reproducible_fits import forget_machine, order_of_sums_fixed

np.dot(np.ones(2), np.ones(2))  # Loads the BLAS library, if nothing has.


def blas_threads() -> list[int]:
    """Return the number of threads of each BLAS library that is loaded."""
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_linear_algebra_runs_on_one_thread_for_linear_estimators_only() -> None:
    """Linear fits get one BLAS thread, and afterwards all are back."""
    before = blas_threads()
    with order_of_sums_fixed("linear"):
        assert set(blas_threads()) == {1}
    with order_of_sums_fixed("trees"):
        assert blas_threads() == before
    assert blas_threads() == before


def test_forgetting_the_machine_keeps_the_predictions() -> None:
    """An estimator without its number of threads predicts as before."""
    features = np.arange(60, dtype=np.float64).reshape(-1, 1)
    fitted = HistGradientBoostingRegressor(max_iter=3).fit(features, features[:, 0])
    before = fitted.predict(features)
    forget_machine(fitted)
    np.testing.assert_array_equal(fitted.predict(features), before)
