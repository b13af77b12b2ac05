"""The fitted preprocessing as the columns of a plan.

What each step makes of a value is asked of the step itself: texts are transformed, each once, and
looked up ever after; so are missing values. Only numbers, which are without end, are computed.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.errors import NoPlanError
from components.shared.features.date_features import DateFeatures as DateStep
from components.shared.plans.plan import (
    DateFeatures,
    Features,
    NumberFeatures,
    TextFeatures,
    WordFeatures,
)

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

ENCODER: Final = "encode"
EXPANDER: Final = "expand"
SCALER: Final = "scale"
IMPUTER: Final = "impute"
WORDS: Final = "weigh"
TOPICS: Final = "topics"
"""Names of steps of the preprocessing."""

AT_ONCE: Final = 1_000
"""Texts of each column that are transformed at a time."""

MOST_BYTES: Final = 4_000_000
"""Bytes that the texts of all columns may have, with 20 for the features of each."""

BYTES_A_NUMBER: Final = 20
MOST_BYTES_OF_WORDS: Final = 8_000_000
"""5,000 words and their 30 topics, which is what a column has at most by default, are 3.1 MB."""


@dataclass(frozen=True)
class PlannedColumns:
    """The columns of a plan.

    Attributes:
        columns: The features of each raw column.
        positions: Position in the plan of each feature of the preprocessing's output.
    """

    columns: tuple[Features, ...]
    positions: tuple[int, ...]


@dataclass(frozen=True)
class _Part:
    """Features that one step makes of one column, and where they stand in its output."""

    features: Features
    outputs: tuple[int, ...]


def planned_columns(transformer: "ColumnTransformer", columns: Sequence[str]) -> PlannedColumns:
    """Return the columns of a plan.

    Args:
        transformer: The fitted preprocessing.
        columns: The raw columns, in the order of the model's.

    Raises:
        NoPlanError: A step cannot be written exactly, or there are too many texts.
    """
    parts: dict[str, list[_Part]] = {name: [] for name in columns}
    for name, step, names in transformer.transformers_:
        if name == "remainder":
            continue
        first = transformer.output_indices_[name].start
        # Steps that are frozen stand inside of what froze them.
        for column, part in zip(
            names, _parts(getattr(step, "estimator", step), names), strict=True
        ):
            shifted = tuple(first + output for output in part.outputs)
            parts[column].append(_Part(part.features, shifted))
    joined = [_joined(parts[name]) for name in columns]
    order = [output for part in joined for output in part.outputs]
    positions = {output: position for position, output in enumerate(order)}
    return PlannedColumns(
        tuple(part.features for part in joined), tuple(positions[i] for i in range(len(order)))
    )


def _parts(step: Any, names: Sequence[str]) -> list[_Part]:
    if WORDS in step.named_steps:
        return [_words(step, names)]
    if EXPANDER in step.named_steps:
        return _dates(step, names)
    if ENCODER in step.named_steps:
        return _texts(step, names)
    return _numbers(step, names)


def _words(step: Any, names: Sequence[str]) -> _Part:
    weigher, topics = step.named_steps[WORDS], step.named_steps[TOPICS].components_
    size = (topics.size + len(weigher.idf_)) * BYTES_A_NUMBER
    if size > MOST_BYTES_OF_WORDS:
        raise NoPlanError(
            f"the words of {names[0]!r} and their topics are about {size:,} bytes: a plan has "
            f"{MOST_BYTES_OF_WORDS:,} of a column at most"
        )
    (missing,) = _transformed(step, pd.DataFrame({names[0]: [None]}, dtype=object))
    scaling = _scaling(step)
    features = WordFeatures(
        token=weigher.token_pattern,
        words={
            str(word): (float(weigher.idf_[number]), *topics[:, number].tolist())
            for word, number in weigher.vocabulary_.items()
        },
        missing=tuple(missing.tolist()),
        scaling=None if scaling is None else tuple(scaling),
    )
    return _Part(features, tuple(range(len(missing))))


def _numbers(step: Any, names: Sequence[str]) -> list[_Part]:
    _check_imputer(step)
    count = len(names)
    frame = pd.DataFrame(np.array([[np.nan], [0.0]]).repeat(count, axis=1), columns=list(names))
    missing, present = _transformed(step, frame)
    scaling = _scaling(step)
    indicators = _indicators(step)
    parts = []
    for number in range(count):
        rest = [count + indicators.index(number)] if number in indicators else []
        outputs = (number, *rest)
        features = NumberFeatures(
            missing=tuple(missing[list(outputs)].tolist()),
            rest=tuple(present[rest].tolist()),
            scaling=None if scaling is None else scaling[number],
        )
        parts.append(_Part(features, outputs))
    return parts


def _dates(step: Any, names: Sequence[str]) -> list[_Part]:
    _check_imputer(step)
    expander: DateStep = step.named_steps[EXPANDER]
    empty = pd.DataFrame({name: np.array(["NaT"], dtype="datetime64[us]") for name in names})
    (missing,) = _transformed(step, empty)
    scaling = _scaling(step)
    width = len(missing) // len(names)
    parts = []
    for number in range(len(names)):
        outputs = tuple(range(number * width, (number + 1) * width))
        features = DateFeatures(
            time=expander.time,
            cyclic=expander.cyclic,
            missing=tuple(missing[list(outputs)].tolist()),
            scaling=None if scaling is None else tuple(scaling[i] for i in outputs),
        )
        parts.append(_Part(features, outputs))
    return parts


def _texts(step: Any, names: Sequence[str]) -> list[_Part]:
    encoder = step.named_steps[ENCODER]
    known = [[text for text in each if isinstance(text, str)] for each in encoder.categories_]
    _check_bytes(known)
    # No text of training is like the first, an unknown one; the second is missing.
    columns = [[f"\0unknown\0{len(texts)}", None, *texts] for texts in known]
    found = [_Rows() for _ in names]
    ends: list[int] = []
    for start in range(0, max(map(len, columns)), AT_ONCE):
        slices = [each[start : start + AT_ONCE] for each in columns]
        made = _transformed(step, _side_by_side(slices, names))
        ends = ends or np.cumsum(_widths(encoder, made.shape[1])).tolist()
        for rows, part, first, end in zip(found, slices, [0, *ends], ends, strict=False):
            rows.add(made[: len(part), first:end])
    return [
        _Part(rows.features(texts), tuple(range(first, end)))
        for rows, texts, first, end in zip(found, known, [0, *ends], ends, strict=False)
    ]


class _Rows:
    """The different features of a column's texts, and which of them each text has."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._rows: list[tuple[float, ...]] = []
        self._of_text: list[int] = []

    def add(self, made: NDArray[np.float64]) -> None:
        """Add the features of further texts."""
        for row in made:
            number = self._numbers.setdefault(row.tobytes(), len(self._rows))
            if number == len(self._rows):
                self._rows.append(tuple(row.tolist()))
            self._of_text.append(number)

    def features(self, texts: Sequence[str]) -> TextFeatures:
        """Return them, where an unknown text and a missing one were added before these texts."""
        unknown, missing, *known = self._of_text
        named = {t: number for t, number in zip(texts, known, strict=True) if number != unknown}
        return TextFeatures(tuple(self._rows), named, unknown, missing)


def _side_by_side(columns: Sequence[Sequence[str | None]], names: Sequence[str]) -> pd.DataFrame:
    """Return texts as a frame, missing ones below the shorter columns."""
    padded = np.full((max(map(len, columns)), len(columns)), None, dtype=object)
    for i, column in enumerate(columns):
        padded[: len(column), i] = column
    return pd.DataFrame(padded, columns=list(names))


def _widths(encoder: Any, total: int) -> list[int]:
    """Return how many features each column of an encoder has."""
    count = len(encoder.categories_)
    if not hasattr(encoder, "drop_idx_"):
        return [total // count] * count
    grouped = encoder.infrequent_categories_
    return [
        len(categories) - (0 if shared is None else len(shared) - 1)
        for categories, shared in zip(encoder.categories_, grouped, strict=True)
    ]


def _joined(parts: Sequence[_Part]) -> _Part:
    """Return the features that several steps make of one column as one."""
    first, *others = parts
    for other in others:
        first = _two_as_one(first, other)
    return first


def _two_as_one(one: _Part, other: _Part) -> _Part:
    a, b = one.features, other.features
    if not isinstance(a, TextFeatures) or not isinstance(b, TextFeatures):
        raise NoPlanError("two steps make features of a column that holds no texts")
    numbers: dict[tuple[int, int], int] = {}

    def number(row_of_a: int, row_of_b: int) -> int:
        return numbers.setdefault((row_of_a, row_of_b), len(numbers))

    unknown, missing = number(a.unknown, b.unknown), number(a.missing, b.missing)
    texts = {
        text: number(a.texts.get(text, a.unknown), b.texts.get(text, b.unknown))
        for text in dict.fromkeys([*a.texts, *b.texts])
    }
    rows = tuple(a.rows[i] + b.rows[j] for i, j in numbers)
    return _Part(TextFeatures(rows, texts, unknown, missing), one.outputs + other.outputs)


def _transformed(step: Any, frame: pd.DataFrame) -> NDArray[np.float64]:
    with warnings.catch_warnings():
        # Of the unknown text, which is asked for on purpose.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(step.transform(frame), dtype=np.float64)


def _scaling(step: Any) -> list[tuple[float, float]] | None:
    """Return what is subtracted from each output, and what the difference is divided by."""
    scaler = step.named_steps.get(SCALER)
    if scaler is None:
        return None
    centre = scaler.mean_ if hasattr(scaler, "mean_") else scaler.center_
    return list(zip(centre.tolist(), scaler.scale_.tolist(), strict=True))


def _indicators(step: Any) -> list[int]:
    """Return the columns that have an indicator of missing values, in its order."""
    imputer = step.named_steps.get(IMPUTER)
    if imputer is None or not imputer.add_indicator:
        return []
    return [int(number) for number in imputer.indicator_.features_]


def _check_imputer(step: Any) -> None:
    imputer = step.named_steps.get(IMPUTER)
    if imputer is not None and np.isnan(imputer.statistics_.astype(np.float64)).any():
        raise NoPlanError("a column without any value is left out by its imputation")


def _check_bytes(known: Sequence[Sequence[str]]) -> None:
    size = sum(len(text.encode()) + 20 for texts in known for text in texts)
    if size > MOST_BYTES:
        raise NoPlanError(
            f"its columns have different texts of about {size:,} bytes: a plan has "
            f"{MOST_BYTES:,} at most"
        )
