"""Tables, read from Parquet into the frame that scikit-learn sees."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from components.shared.tables.column_types import ColumnType, column_types, schema_types
from components.shared.tables.files import count_rows, read_columns

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
    types = schema_types((lazy if columns is None else lazy.select(columns)).collect_schema())
    data = {
        series.name: _values(series, types[series.name])
        for series in read_columns(path, list(types))
    }
    return _as_frame(data, count_rows(path))


def to_pandas(frame: pl.DataFrame) -> "pd.DataFrame":
    """Return a Polars frame as `read_frame` would.

    Raises:
        InputError: A column is not of a table's types.
    """
    types = schema_types(frame.schema)
    data = {series.name: _values(series, types[series.name]) for series in frame.iter_columns()}
    return _as_frame(data, len(frame))


def _as_frame(data: dict[str, Any], rows: int) -> "pd.DataFrame":
    # pandas takes 0.4 s to import: who only asks for types does not pay for it.
    import pandas as pd

    return pd.DataFrame(data, index=pd.RangeIndex(rows), copy=False)


def _values(series: pl.Series, kind: ColumnType) -> Any:
    import pandas as pd

    if kind == "string":
        categories, codes = _encoded(series)
        return pd.Categorical.from_codes(codes, pd.Index(categories, dtype=object))
    if kind in ("date", "datetime"):
        return series.cast(pl.Datetime("us")).to_numpy(writable=True)
    return _numbers(series)


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
