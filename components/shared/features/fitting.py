"""Fit the transformer of features on a table, at the speed of its columns' codes.

scikit-learn's encoders look at every string of a column, one by one. A pandas category holds each
string once and a code for each row, which is all that is needed here: for the same result, fitting
takes a few rows that stand for all, and encoding looks up codes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from components.shared.features.feature_plan import FeaturePlan
from components.shared.features.target_means import Target, fit_target_means
from components.shared.features.topics import fit_topics, topics_of
from components.shared.features.transforms import (
    CATEGORICAL,
    TARGET_MEANS,
    WORDS,
    build_transformer,
)
from components.shared.features.treatments import Treatment

STRINGS_AT_ONCE: Final = 1_000
"""Strings of each column that are encoded at a time."""


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
    plan: FeaturePlan,
    treatment: Treatment,
    frame: pd.DataFrame,
    target: Target | None = None,
    reserved: tuple[str, ...] = (),
) -> FittedFeatures:
    """Fit the transformer of a plan, and return it with the features of the same rows.

    Args:
        plan: What to do with each column.
        treatment: How.
        frame: Raw rows from `read_frame`: strings as categories.
        target: What target means are learnt from; needed where the plan has such columns.
        reserved: Names that no feature may have.
    """
    ready: dict[str, NDArray[np.float64]] = {}
    fitted: dict[str, tuple[Pipeline, list[str]]] = {}
    if (means := plan.strings("target means")) and target is not None:
        step, ready[TARGET_MEANS] = fit_target_means(frame, means, target, treatment)
        fitted[TARGET_MEANS] = (step, means)
    for number, name in enumerate(plan.strings("words")):
        fitted[f"{WORDS}_{number}"] = (fit_topics(frame[[name]], treatment), [name])
    transformer = build_transformer(plan, treatment, fitted)
    if treatment.codes == "ordinal" and not treatment.learns_from_numbers:
        transformer.fit(representative_rows(frame, plan.strings("codes"), treatment))
        blocks = _blocks(transformer, frame, ready)
    else:
        whole = transformer.fit_transform(frame)
        for step_name, features in ready.items():
            whole[:, transformer.output_indices_[step_name]] = features
        blocks = iter([whole])
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
    for short in _short_names(transformer):
        name, copies = short, 1
        while name in taken:
            copies += 1
            name = f"{short}#{copies}"
        taken.add(name)
        names.append(name)
    return names


def _short_names(transformer: ColumnTransformer) -> Iterator[str]:
    for name, step, columns in transformer.transformers_:
        if name == "remainder":
            continue
        found = step.get_feature_names_out(columns)
        if name.startswith(WORDS):
            yield from (f"{columns[0]}_topic_{number}" for number in range(1, len(found) + 1))
        elif name == TARGET_MEANS:
            yield from (f"{feature}_mean" for feature in found)
        else:
            yield from map(str, found)


def representative_rows(
    frame: pd.DataFrame, names: Sequence[str], treatment: Treatment
) -> pd.DataFrame:
    """Return a short frame on which the ordinal encoder learns what it would on the whole one.

    Which categories there are, and which of them are infrequent, is all that it learns. So a
    frequent category is there `min_frequency` times (twice at the least), an infrequent one once.
    Other columns than those named keep their first rows, of which nothing is learnt.
    """
    columns: dict[str, NDArray[np.intp]] = {}
    for name in names:
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


def _blocks(
    transformer: ColumnTransformer, frame: pd.DataFrame, ready: Mapping[str, NDArray[np.float64]]
) -> Iterator[NDArray[np.float64]]:
    """Transform step by step; strings by looking up the code of each category."""
    for name, step, columns in transformer.transformers_:
        if name == CATEGORICAL:
            yield from _looked_up(step, frame[columns])
        elif name in ready:
            yield ready[name]
        elif name.startswith(WORDS):
            yield topics_of(step, frame[columns])
        elif name != "remainder":
            yield step.transform(frame[columns])


def _looked_up(encoder: Any, frame: pd.DataFrame) -> Iterator[NDArray[np.float64]]:
    """Look up the code of each row's category, column by column.

    The categories of all columns are encoded side by side: encoding a frame for each column would
    take the square of their number.
    """
    columns = [frame.iloc[:, i].cat for i in range(frame.shape[1])]
    # The last one is a missing value, which is also where code -1 finds it.
    strings = [np.append(c.categories.to_numpy(dtype=object), np.nan) for c in columns]
    codes = [np.empty(len(each), dtype=np.float64) for each in strings]
    for start in range(0, max(map(len, strings)), STRINGS_AT_ONCE):
        parts = [each[start : start + STRINGS_AT_ONCE] for each in strings]
        side_by_side = np.full((max(map(len, parts)), len(parts)), np.nan, dtype=object)
        for i, part in enumerate(parts):
            side_by_side[: len(part), i] = part
        encoded = encoder.transform(pd.DataFrame(side_by_side, columns=frame.columns))
        for i, part in enumerate(parts):
            codes[i][start : start + len(part)] = encoded[: len(part), i]
    for column, of_string in zip(columns, codes, strict=True):
        yield of_string[column.codes.to_numpy()][:, np.newaxis]


def _codes(
    transformer: ColumnTransformer, treatment: Treatment, names: list[str]
) -> dict[str, int]:
    if treatment.codes != "ordinal" or CATEGORICAL not in transformer.named_transformers_:
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
