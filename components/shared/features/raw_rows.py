"""Rows as they come, read as the training table was: the first step of a loaded model.

Whether texts of a CSV file, records of JSON, or columns that pandas or Polars have typed: each
column becomes what it was in training, or there is an error that names it and its value.
"""

import datetime
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from components.shared.errors import InputError
from components.shared.features.raw_columns import MOST_STRAYS, NUMBERS, RawColumn, as_number
from components.shared.tables.readings import Reading

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


@dataclass(frozen=True)
class ColumnReader(RawColumn):
    """How the values of one column, as pandas has them, are read."""

    @cached_property
    def markers(self) -> list[Any]:
        """The numbers or moments that stand for a missing value by the user's word."""
        if self.reading is None or not self.reading.missing:
            return []
        from components.shared.tables.typed_texts import missing_values

        named = missing_values(self.reading)
        return (named if self.type in NUMBERS else named.cast(_moment_type())).to_list()

    def read(self, values: "pd.Series[Any]") -> "pd.Series[Any]":
        """Return values as training had them; the same object where they already are.

        Raises:
            InputError: A value is none that the column could have had.
        """
        import pandas as pd

        if isinstance(values.dtype, pd.CategoricalDtype):
            if self.type == "string":
                return self._categories(values)
            values = values.astype(values.cat.categories.dtype)
        if self.type == "string":
            return self._text(values)
        if self.type in NUMBERS or self.type == "boolean":
            return self._number(values)
        return self._moment(values)

    def _number(self, values: "pd.Series[Any]") -> "pd.Series[Any]":
        import pandas as pd

        kind = values.dtype.kind
        if kind in "iufb":
            if not isinstance(values.dtype, np.dtype):
                values = pd.Series(
                    values.to_numpy(np.float64, na_value=np.nan), values.index, name=values.name
                )
            values = self._without_markers(values)
            self._check_numbers(values)
            return values
        if kind == "M":
            self._refuse(values.notna().to_numpy(), values)
        texts, others = _apart(values)
        read = pd.Series(
            self._read_texts(texts).cast(_float64()).to_numpy(), values.index, name=values.name
        )
        if others is not None:
            numbers = [as_number(_plain(value)) for value in others]
            parsed = pd.Series(numbers, values.index, dtype=np.float64, name=values.name)
            self._refuse((parsed.isna() & others.notna()).to_numpy(), values)
            read = self._without_markers(parsed).where(texts.isna(), read)
        self._check_numbers(read)
        return read

    def _without_markers(self, values: "pd.Series[Any]") -> "pd.Series[Any]":
        """Return values without those that stand for a missing one, such as -999."""
        if not self.markers:
            return values
        is_missing = values.isin(self.markers)
        return values.mask(is_missing) if is_missing.any() else values

    def _check_numbers(self, values: "pd.Series[Any]") -> None:
        if values.dtype.kind == "f" and (infinite := np.isinf(values.to_numpy())).any():
            raise self.infinite(int(infinite.argmax()) + 1)
        if self.type == "boolean" and values.dtype.kind != "b":
            self._refuse((values.notna() & ~values.isin((0, 1))).to_numpy(), values)
        # 2.984 may be 2984 with a point that another reader took for a decimal one.
        if self.parts_by_points and values.dtype.kind == "f":
            self._refuse((values.notna() & (values % 1 != 0)).to_numpy(), values)

    def _moment(self, values: "pd.Series[Any]") -> "pd.Series[Any]":
        import pandas as pd

        if values.dtype.kind == "M":
            if not isinstance(values.dtype, np.dtype):
                values = values.dt.tz_convert("UTC").dt.tz_localize(None)
            return self._without_markers(values)
        if values.dtype.kind in "iufb":
            self._refuse(values.notna().to_numpy(), values)
            return pd.Series(np.full(len(values), np.datetime64("NaT", "us")), values.index)
        texts, others = _apart(values)
        read = self._read_texts(texts).cast(_moment_type()).to_numpy()
        if others is None:
            return pd.Series(read, values.index, name=values.name)
        if self.reading is not None and self.reading.order == "time of day":
            others = others.map(_dated)
        numeric = others.map(lambda value: isinstance(value, int | float)) & others.notna()
        moments = pd.to_datetime(others.where(~numeric), errors="coerce", utc=True)
        self._refuse((moments.isna() & others.notna()).to_numpy(), values)
        plain = self._without_markers(moments.dt.tz_localize(None).astype("datetime64[us]"))
        return plain.where(texts.isna(), pd.Series(read, values.index, name=values.name))

    def _categories(self, values: "pd.Series[Any]") -> "pd.Series[Any]":
        import pandas as pd

        known = pd.Series(values.cat.categories)
        read = self._text(known)
        if read is known or (read == known).all():
            return values
        texts = np.array([*read, None], dtype=object)
        return pd.Series(texts[values.cat.codes], values.index, name=values.name)

    def _text(self, values: "pd.Series[Any]") -> "pd.Series[Any]":
        import pandas as pd

        if values.dtype.kind == "M":
            self._refuse(values.notna().to_numpy(), values)
        if values.dtype.kind in "iufb":
            return self._spelt_all(values)
        texts, others = _apart(values)
        if others is None and self.reading is None:
            return values
        read = pd.Series(self._read_texts(texts).to_list(), values.index, dtype=object)
        if others is None:
            return read
        return read.where(others.isna(), self._spelt_all(others))

    def _spelt_all(self, values: "pd.Series[Any]") -> "pd.Series[Any]":
        """Return the texts that training had for numbers and booleans, null where there is none."""
        import pandas as pd

        read = [
            None if missing else self.spelt(_plain(value), row)
            for row, (value, missing) in enumerate(zip(values, values.isna(), strict=True), start=1)
        ]
        return pd.Series(read, values.index, dtype=object, name=values.name)

    def _read_texts(self, texts: "pd.Series[Any]") -> "pl.Series":
        import polars as pl

        from components.shared.tables.typed_texts import read_texts, stray_texts

        plain = pl.Series(self.column, texts.to_list(), dtype=pl.String)
        if self.type == "string":
            return plain if self.reading is None else read_texts(plain, self.reading)
        reading = self.reading or Reading(self.column, self.type)
        read = read_texts(plain, reading)
        if read.null_count() > plain.null_count():
            strays = stray_texts(plain, reading)
            self._tell_strays(strays.to_numpy(), texts)
        return read

    def _tell_strays(self, strays: NDArray[np.bool_], texts: "pd.Series[Any]") -> None:
        count = int(strays.sum())
        if count > MOST_STRAYS * texts.notna().sum():
            self._refuse(strays, texts)
        if count:
            first = texts.to_numpy(dtype=object)[strays.argmax()]
            warnings.warn(self.strays(count, first, int(strays.argmax()) + 1), stacklevel=2)

    def _refuse(self, wrong: NDArray[np.bool_], values: "pd.Series[Any]") -> None:
        if wrong.any():
            row = int(wrong.argmax())
            raise self.refused(_plain(values.iloc[row]), row + 1)


class RawRows(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Reads raw rows into a frame that the preprocessing takes. Nothing is learnt.

    Args:
        readers: How each column that the model reads is read.
    """

    def __init__(self, readers: Sequence[ColumnReader]) -> None:
        self.readers = readers

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn that there is nothing to fit."""
        return True

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the columns that the model reads."""
        return np.array([reader.column for reader in self.readers], dtype=object)

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803
        """Do nothing.

        Args:
            X: Not read.
            y: Not read.
        """
        return self

    def transform(self, X: Any) -> "pd.DataFrame":  # noqa: N803
        """Return the rows with each column as training had it.

        Args:
            X: A pandas or Polars frame, a list of records, or a mapping from column to values.
                Further columns do not matter, nor does the order of columns.

        Raises:
            InputError: There is no row, a column is missing, or a value is none that its column
                could have had; the message names it.
        """
        import pandas as pd

        frame = _as_frame(X, [reader.column for reader in self.readers])
        if missing := [r.column for r in self.readers if r.column not in frame.columns]:
            raise InputError(
                f"The rows lack {len(missing)} of the model's {len(self.readers)} columns: "
                f"{', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}. "
                "Give rows with the columns that the model was trained on."
            )
        if frame.empty:
            raise InputError("There are no rows to predict: give at least one.")
        given = {reader.column: frame[reader.column] for reader in self.readers}
        read = {reader.column: reader.read(given[reader.column]) for reader in self.readers}
        if all(read[name] is given[name] for name in read):
            return frame
        return pd.DataFrame(read, index=frame.index, copy=False)


def _as_frame(rows: Any, columns: list[str]) -> "pd.DataFrame":
    import pandas as pd
    import polars as pl

    if isinstance(rows, pd.DataFrame):
        if not rows.columns.is_unique:
            twice = set(rows.columns[rows.columns.duplicated()])
            for name in (name for name in columns if name in twice):
                raise InputError(f"The rows have more than one column {name!r}: leave all but one.")
        return rows
    if isinstance(rows, pl.DataFrame | pl.LazyFrame):
        from components.shared.tables.frames import to_pandas

        present = set(rows.collect_schema())
        return to_pandas(rows.lazy().select(c for c in columns if c in present).collect())
    if isinstance(rows, Mapping):
        scalars = all(isinstance(v, str) or not hasattr(v, "__len__") for v in rows.values())
        try:
            return pd.DataFrame([dict(rows)] if scalars else dict(rows))
        except ValueError as error:
            raise InputError(f"The columns do not make rows: {error}.") from error
    if isinstance(rows, Iterable) and not isinstance(rows, str | bytes):
        records = list(rows)
        if all(isinstance(record, Mapping) for record in records):
            return pd.DataFrame.from_records([dict(record) for record in records])
        wrong = next(record for record in records if not isinstance(record, Mapping))
        rows = [wrong]
    raise InputError(
        f"{_kind_of(rows)} is not rows with names: give a pandas or Polars frame, a list of "
        'records (such as [{"age": 41}]), or a mapping from column to values.'
    )


def _kind_of(rows: Any) -> str:
    """Return what a user gave, as a message calls it."""
    if isinstance(rows, list) and rows:
        return f"A list of {type(rows[0]).__name__}"
    return type(rows).__name__


def _apart(values: "pd.Series[Any]") -> "tuple[pd.Series[Any], pd.Series[Any] | None]":
    """Return the texts among values, and the other ones, if any; None stands for what is not there.

    Telling each value of a column of texts apart took half of the time of a prediction.
    """
    from pandas.api.types import infer_dtype

    objects = values.astype(object)
    present = objects.notna().to_numpy()
    if infer_dtype(objects, skipna=True) in ("string", "empty"):
        return objects.where(present, None), None
    is_text = np.fromiter((isinstance(v, str) for v in objects), np.bool_, len(objects))
    return objects.where(is_text, None), objects.where(~is_text & present, None)


def _dated(value: Any) -> Any:
    """Return the moment that a time of day is read as, and anything else as it is."""
    is_time = isinstance(value, datetime.time)
    return datetime.datetime.combine(datetime.date(1970, 1, 1), value) if is_time else value


def _plain(value: Any) -> Any:
    """Return Python's own number for one of NumPy's."""
    return value.item() if isinstance(value, np.generic) else value


def _float64() -> Any:
    import polars as pl

    return pl.Float64


def _moment_type() -> Any:
    import polars as pl

    return pl.Datetime("us")
