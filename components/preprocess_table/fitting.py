"""Fit the transformer of features on a table, at the speed of its columns' codes.

scikit-learn's encoders look at every string of a column, one by one. A pandas category holds each
string once and a code for each row, which is all that is needed here: for the same result, fitting
takes a few rows that stand for all, and encoding looks up codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer

from components.preprocess_table.transforms import CATEGORICAL
from components.preprocess_table.treatments import Treatment


@dataclass(frozen=True)
class FittedFeatures:
    """What came of fitting.

    Attributes:
        transformer: The fitted transformer.
        table: Features of the fitted rows, one float64 column each, NaN where missing, named
            as readers would expect and in the order of the transformer's output.
        codes: Number of codes by the name of each feature that is an ordinal code.
    """

    transformer: ColumnTransformer
    table: pl.DataFrame
    codes: dict[str, int]


def fit_features(
    transformer: ColumnTransformer,
    treatment: Treatment,
    frame: pd.DataFrame,
    reserved: tuple[str, ...] = (),
) -> FittedFeatures:
    """Fit a transformer, and return it with the features of the same rows.

    Args:
        transformer: Unfitted; made by `build_transformer`.
        treatment: What it was made for.
        frame: Raw rows from `read_frame`: strings as categories.
        reserved: Names that no feature may have.
    """
    if treatment.encoding == "ordinal" and not treatment.learns_from_numbers:
        transformer.fit(representative_rows(frame, treatment))
        blocks = _blocks(transformer, frame)
    else:
        blocks = iter([transformer.fit_transform(frame)])
    names = feature_names(transformer, reserved)
    columns = (block[:, j] for block in blocks for j in range(block.shape[1]))
    # Column by column: the rows of a wide matrix are never copied as a whole.
    table = pl.DataFrame(
        [pl.Series(name, column) for name, column in zip(names, columns, strict=True)]
    )
    return FittedFeatures(transformer, table, _codes(transformer, treatment, names))


def feature_names(transformer: ColumnTransformer, reserved: tuple[str, ...] = ()) -> list[str]:
    """Return a distinct name for each column of the output: `age`, `color_red`, `day_month`."""
    taken = set(reserved)
    names = []
    for long_name in transformer.get_feature_names_out():
        short = str(long_name).split("__", 1)[1]
        name, copies = short, 1
        while name in taken:
            copies += 1
            name = f"{short}#{copies}"
        taken.add(name)
        names.append(name)
    return names


def representative_rows(frame: pd.DataFrame, treatment: Treatment) -> pd.DataFrame:
    """Return a short frame on which the ordinal encoder learns what it would on the whole one.

    Which categories there are, and which of them are infrequent, is all that it learns. So a
    frequent category is there `min_frequency` times (twice at the least), an infrequent one once.
    Columns of other types keep their first rows, of which nothing is learnt.
    """
    columns: dict[str, NDArray[np.intp]] = {}
    for name in frame.columns[frame.dtypes == "category"]:
        codes = _representative_codes(frame[name].cat, treatment)
        if codes is None:
            return frame
        columns[name] = codes
    rows = max(map(len, columns.values()), default=1)
    if rows > len(frame):
        return frame
    short = frame.head(rows).copy()
    for name, codes in columns.items():
        # Filled up with the first code, which is a frequent category's.
        padded = np.full(rows, codes[0])
        padded[: len(codes)] = codes
        categories = frame[name].cat.categories
        short[name] = pd.Categorical.from_codes(padded, categories)
    return short


def _representative_codes(column: Any, treatment: Treatment) -> NDArray[np.intp] | None:
    counts = np.bincount(column.codes + 1, minlength=len(column.categories) + 1)
    missing, counts = counts[0], counts[1:]
    frequent = frequent_categories(counts, treatment.min_frequency, treatment.max_categories)
    if not frequent.any():
        return None
    enough = max(treatment.min_frequency, 2)
    codes = np.repeat(np.arange(len(counts)), np.where(frequent, enough, np.minimum(counts, 1)))
    codes = np.concatenate([[np.flatnonzero(frequent)[0]], codes])
    return np.append(codes, -1) if missing else codes


def frequent_categories(
    counts: NDArray[np.int64], min_frequency: int, max_categories: int
) -> NDArray[np.bool_]:
    """Return which categories keep a code of their own, by the rule of scikit-learn's encoders.

    Args:
        counts: Number of rows by category, in the order of the sorted categories.
        min_frequency: Least number of rows of a frequent category.
        max_categories: Most categories, the one that the infrequent share included.
    """
    frequent = counts >= min_frequency
    # Room is left for the shared category even where there is none.
    if frequent.sum() + 1 > max_categories:
        frequent[np.argsort(counts, kind="stable")[: -(max_categories - 1)]] = False
    return frequent


def _blocks(transformer: ColumnTransformer, frame: pd.DataFrame) -> Iterator[NDArray[np.float64]]:
    """Transform step by step; strings by looking up the code of each category."""
    for name, step, columns in transformer.transformers_:
        if name == CATEGORICAL:
            yield from (_looked_up(step, frame[columns], i) for i in range(len(columns)))
        elif name != "remainder":
            yield step.transform(frame[columns])


def _looked_up(encoder: Any, frame: pd.DataFrame, column: int) -> NDArray[np.float64]:
    category = frame.iloc[:, column].cat
    # The last row is a missing value, which is also where code -1 finds it.
    strings = np.append(category.categories.to_numpy(dtype=object), np.nan)
    rows = np.full((len(strings), frame.shape[1]), np.nan, dtype=object)
    rows[:, column] = strings
    codes = encoder.transform(pd.DataFrame(rows, columns=frame.columns))[:, column]
    return np.asarray(codes[category.codes.to_numpy()], dtype=np.float64)[:, np.newaxis]


def _codes(
    transformer: ColumnTransformer, treatment: Treatment, names: list[str]
) -> dict[str, int]:
    if treatment.encoding != "ordinal" or CATEGORICAL not in transformer.named_transformers_:
        return {}
    encoder = transformer.named_transformers_[CATEGORICAL].named_steps["encode"]
    outputs = names[transformer.output_indices_[CATEGORICAL]]
    # Codes run from 0 without a gap; the infrequent share the last one.
    grouped = encoder.infrequent_categories_
    return {
        name: int(sum(isinstance(value, str) for value in categories))
        - (0 if shared is None else len(shared) - 1)
        for name, categories, shared in zip(outputs, encoder.categories_, grouped, strict=True)
    }
