"""Dates as numbers: the one transformer of models that is not scikit-learn's own.

A model with a date column needs this module to load; a model without one loads with
scikit-learn alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

if TYPE_CHECKING:
    import pandas as pd

CALENDAR = ("year", "month", "day_of_month", "day_of_week", "day_of_year")
PERIODS = {"month": 12.0, "day_of_week": 7.0, "day_of_year": 365.25, "hour": 24.0}
"""The parts that come round again, and after how many of their units."""


class DateFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Expand date columns into numbers that an estimator can learn from.

    Each column gives, in this order: year, month (1 to 12), day_of_month (1 to 31), day_of_week
    (0 = Monday to 6), day_of_year (1 to 366), with `time` also hour (0 to below 24, with the
    minutes as its fraction), and elapsed_days since 1970-01-01 (with `time`, with the time of day
    as its fraction). With `cyclic`, month, day_of_week, day_of_year and hour are each followed by
    the sine and cosine of their angle, so that December lies beside January.

    A missing date is NaN in every feature. Nothing is learnt from the values.

    Args:
        time: The columns have a time of day.
        cyclic: Add sines and cosines; for linear estimators.
    """

    def __init__(self, time: bool = False, cyclic: bool = False) -> None:
        self.time = time
        self.cyclic = cyclic

    def fit(self, X: "pd.DataFrame", y: object = None) -> Self:  # noqa: N803
        """Remember the names of the columns.

        Args:
            X: Frame of date columns.
            y: Not read.
        """
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = len(self.feature_names_in_)
        return self

    def transform(self, X: "pd.DataFrame") -> NDArray[np.float64]:  # noqa: N803
        """Return the features, shape (rows, columns × features of a column).

        Args:
            X: Frame with the fitted columns: datetimes (a time zone is converted to UTC), or
                strings in ISO 8601.

        Raises:
            ValueError: A string is not a date.
        """
        check_is_fitted(self, "n_features_in_")
        width = len(self._suffixes())
        # Column by column in memory, since that is how it is filled and, mostly, read.
        out = np.empty((len(X), width * self.n_features_in_), dtype=np.float64, order="F")
        for i, name in enumerate(self.feature_names_in_):
            self._expand(_datetimes(X[name]), out[:, i * width : (i + 1) * width])
        return out

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> NDArray[Any]:
        """Return `<column>_<feature>` for every column of the output."""
        check_is_fitted(self, "n_features_in_")
        names = self.feature_names_in_ if input_features is None else input_features
        suffixes = self._suffixes()
        return np.array([f"{name}_{suffix}" for name in names for suffix in suffixes], dtype=object)

    def _suffixes(self) -> list[str]:
        suffixes: list[str] = []
        for part in (*CALENDAR, "hour") if self.time else CALENDAR:
            suffixes.append(part)
            if self.cyclic and part in PERIODS:
                suffixes += [f"{part}_sin", f"{part}_cos"]
        return [*suffixes, "elapsed_days"]

    def _expand(self, moments: NDArray[np.datetime64], out: NDArray[np.float64]) -> None:
        days = moments.astype("datetime64[D]")
        missing = np.isnat(days)
        numbers = days.astype(np.int64)
        numbers[missing] = 0
        parts = _calendar(numbers)
        elapsed = numbers.astype(np.float64)
        if self.time:
            of_day = (moments - days) / np.timedelta64(1, "h")
            parts["hour"] = of_day
            elapsed += of_day / 24.0
        column = 0
        for name, values in parts.items():
            out[:, column] = values
            column += 1
            if self.cyclic and name in PERIODS:
                angle = values * (2.0 * np.pi / PERIODS[name])
                out[:, column] = np.sin(angle)
                out[:, column + 1] = np.cos(angle)
                column += 2
        out[:, column] = elapsed
        out[missing] = np.nan


def _datetimes(series: "pd.Series[Any]") -> NDArray[np.datetime64]:
    import pandas as pd

    if not isinstance(series.dtype, np.dtype) or series.dtype.kind != "M":
        try:
            series = pd.to_datetime(series, utc=True, format="ISO8601").dt.tz_localize(None)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"Column {series.name!r} holds values that are no dates: {error}"
            ) from error
    return series.to_numpy()


def _calendar(days: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Return the calendar parts of days since 1970-01-01, looked up where days recur."""
    if days.size == 0:
        return dict.fromkeys(CALENDAR, np.empty(0))
    first, last = int(days.min()), int(days.max())
    if last - first >= days.size:
        return _calendar_of(days)
    table = _calendar_of(np.arange(first, last + 1, dtype=np.int64))
    return {name: values[days - first] for name, values in table.items()}


def _calendar_of(days: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]")
    parts = (
        years.astype(np.int64) + 1970,
        months.astype(np.int64) % 12 + 1,
        (dates - months.astype("datetime64[D]")).astype(np.int64) + 1,
        (days + 3) % 7,  # 1970-01-01 was a Thursday.
        (dates - years.astype("datetime64[D]")).astype(np.int64) + 1,
    )
    return {name: part.astype(np.float64) for name, part in zip(CALENDAR, parts, strict=True)}
