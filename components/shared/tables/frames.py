"""Tables, read from Parquet into the frame that scikit-learn sees."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from components.shared.tables.column_types import column_types, schema_types

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["column_types", "read_frame", "to_pandas"]


def read_frame(path: str | Path, columns: Sequence[str] | None = None) -> "pd.DataFrame":
    """Read a Parquet file into a pandas frame, without pyarrow.

    Args:
        path: A Parquet file.
        columns: The columns to read, in this order; all of them by default.

    Returns:
        A frame with a `RangeIndex`. A column's type follows from ours and from whether it has
        missing values:

        - integer: int64; float64 with NaN where values are missing
        - float: float64, NaN where missing
        - boolean: bool; float64 (1.0, 0.0, NaN) where values are missing
        - string: category, its categories being the sorted strings (dtype object)
        - date and datetime: datetime64[us], NaT where missing

    Raises:
        InputError: A column is not of a table's types.
    """
    lazy = pl.scan_parquet(path)
    if columns is not None:
        lazy = lazy.select(columns)
    return to_pandas(lazy.collect())


def to_pandas(frame: pl.DataFrame) -> "pd.DataFrame":
    """Return a Polars frame as `read_frame` would; its columns are taken from it.

    Raises:
        InputError: A column is not of a table's types.
    """
    # pandas takes 0.4 s to import: who only asks for types does not pay for it.
    import pandas as pd

    rows = len(frame)
    types = schema_types(frame.schema)
    data: dict[str, Any] = {}
    for name in frame.columns:
        series = frame.drop_in_place(name)
        if types[name] == "string":
            categories, codes = _encoded(series)
            data[name] = pd.Categorical.from_codes(codes, pd.Index(categories, dtype=object))
        elif types[name] in ("date", "datetime"):
            data[name] = series.cast(pl.Datetime("us")).to_numpy(writable=True)
        else:
            data[name] = _numbers(series)
    return pd.DataFrame(data, index=pd.RangeIndex(rows), copy=False)


def _numbers(series: pl.Series) -> "np.ndarray[Any, Any]":
    if series.null_count() or series.dtype.is_float() or isinstance(series.dtype, pl.Decimal):
        return series.cast(pl.Float64).to_numpy(writable=True)
    if series.dtype.is_integer():
        return series.cast(pl.Int64).to_numpy(writable=True)
    return series.to_numpy(writable=True)


def _encoded(series: pl.Series) -> tuple[list[str], "np.ndarray[Any, Any]"]:
    strings = series.cast(pl.String)
    categories = strings.drop_nulls().unique().sort()
    if categories.is_empty():
        return [], np.full(len(series), -1, dtype=np.int8)
    codes = strings.cast(pl.Enum(categories)).to_physical().cast(pl.Int32).fill_null(-1)
    return categories.to_list(), codes.to_numpy()
