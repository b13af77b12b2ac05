"""From a raw row to its features, one value at a time.

Trees ask thousands of questions of a row, and each is a comparison in Python. So that all of them
are of one kind (is this feature at most that threshold?), a row gets more features than the model
has, which are the answers to questions of other kinds: a copy of a feature in which a missing value
is below every threshold, and for each set of codes whether the value is among them.
"""

import datetime
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from components.shared.features.raw_columns import RawColumn
from components.shared.plans.cells import Where, cell_reader
from components.shared.plans.plan import (
    DateFeatures,
    Features,
    NumberFeatures,
    TextFeatures,
    WordFeatures,
)
from components.shared.plans.single_texts import DAY, EPOCH

Emit = Callable[[Any, Where], tuple[float, ...]]
CYCLE: Final = 146_097
"""Days of 400 years, after which the calendar repeats."""


@dataclass(frozen=True)
class Question:
    """What trees ask of a feature, besides whether it is up to a threshold.

    Attributes:
        feature: Position of the feature among those of its column.
        missing_left: Whether a missing feature goes left.
        values: The values that go left; None where it is those up to a threshold.
    """

    feature: int
    missing_left: bool
    values: frozenset[float] | None = None

    def answer(self, features: tuple[float, ...]) -> float:
        """Return what a threshold is held against: 0 and 1 for values that go left and right."""
        value = features[self.feature]
        if math.isnan(value):
            return (-math.inf if self.values is None else 0.0) if self.missing_left else math.inf
        return value if self.values is None else float(value not in self.values)


Questions = tuple[Question, ...]


def _answered(features: tuple[float, ...], questions: Questions) -> tuple[float, ...]:
    if not questions:
        return features
    return (*features, *(question.answer(features) for question in questions))


def width(features: Features) -> int:
    """Return how many features of the model a column has."""
    if isinstance(features, TextFeatures):
        return len(features.rows[0])
    return len(features.missing)


def emitter(column: RawColumn, features: Features, questions: Questions) -> Emit:
    """Return what makes the features of a column, and the answers, of a raw value.

    It raises RefusedValueError.
    """
    if isinstance(features, TextFeatures):
        return _texts(column, features, questions)
    if isinstance(features, DateFeatures):
        return _dates(column, features, questions)
    if isinstance(features, WordFeatures):
        return _words(column, features, questions)
    return _numbers(column, features, questions)


def _numbers(column: RawColumn, features: NumberFeatures, questions: Questions) -> Emit:
    read = cell_reader(column)
    missing = _answered(features.missing, questions)
    rest = features.rest
    centre, scale = features.scaling or (0.0, 1.0)
    scaled = features.scaling is not None
    alone = not rest and all(question.values is None for question in questions)
    copies = 1 + len(questions)
    if alone and copies == 1 and not scaled:

        def emit_alone(value: Any, where: Where) -> tuple[float, ...]:
            number = read(value, where)
            return (number,) if number == number else missing

        return emit_alone

    def emit(value: Any, where: Where) -> tuple[float, ...]:
        number = read(value, where)
        if number != number:
            return missing
        if scaled:
            number = (number - centre) / scale
        return (number,) * copies if alone else _answered((number, *rest), questions)

    return emit


def _texts(column: RawColumn, features: TextFeatures, questions: Questions) -> Emit:
    read = cell_reader(column)
    rows = [_answered(row, questions) for row in features.rows]
    known = {text: rows[number] for text, number in features.texts.items()}
    unknown, missing = rows[features.unknown], rows[features.missing]
    # What the reading would not give back as it is needs to be read each time.
    at_once = {text: row for text, row in known.items() if read(text, Where()) == text}
    find = at_once.get

    def emit(value: Any, where: Where) -> tuple[float, ...]:
        if value.__class__ is str and (row := find(value)) is not None:
            return row
        text = read(value, where)
        return missing if text is None else known.get(text, unknown)

    return emit


def _dates(column: RawColumn, features: DateFeatures, questions: Questions) -> Emit:
    read = cell_reader(column)
    missing = _answered(features.missing, questions)
    scaling = features.scaling

    def emit(value: Any, where: Where) -> tuple[float, ...]:
        moment = read(value, where)
        if moment is None:
            return missing
        return _answered(_scaled(_parts(moment, features), scaling), questions)

    return emit


def _words(column: RawColumn, features: WordFeatures, questions: Questions) -> Emit:
    read = cell_reader(column)
    missing = _answered(features.missing, questions)
    find_words, known = re.compile(features.token).findall, features.words
    scaling, topics = features.scaling, len(features.missing)

    def emit(value: Any, where: Where) -> tuple[float, ...]:
        text = read(value, where)
        counts = Counter(w for w in find_words((text or "").lower()) if w in known)
        if not counts:
            return missing
        # Added up in the order of scikit-learn, the alphabet's: trees may turn between two sums
        # that only the rounding tells apart, as where the words have fewer topics than asked for.
        ordered = sorted(counts.items())
        weights = {word: (math.log(n) + 1.0) * known[word][0] for word, n in ordered}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        sums = [0.0] * topics
        for word, weight in weights.items():
            share = weight / length
            sums = [s + share * part for s, part in zip(sums, known[word][1:], strict=True)]
        return _answered(_scaled(tuple(sums), scaling), questions)

    return emit


def _scaled(
    features: tuple[float, ...], scaling: tuple[tuple[float, float], ...] | None
) -> tuple[float, ...]:
    if scaling is None:
        return features
    return tuple((value - c) / s for value, (c, s) in zip(features, scaling, strict=True))


def _parts(moment: int, features: DateFeatures) -> tuple[float, ...]:
    """Return the features of `date_features.DateFeatures`, in its order."""
    days, of_day = divmod(moment, DAY)
    hour = of_day / 3_600_000_000
    year, month, day, of_year = _calendar(days)
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday.
    elapsed = days + hour / 24.0 if features.time else float(days)
    if not features.cyclic:
        calendar = (float(year), float(month), float(day), float(weekday), float(of_year))
        return (*calendar, hour, elapsed) if features.time else (*calendar, elapsed)
    parts = [
        *(float(year), float(month), *_angle(month, 12.0), float(day)),
        *(float(weekday), *_angle(weekday, 7.0), float(of_year), *_angle(of_year, 365.25)),
    ]
    if features.time:
        parts += [hour, *_angle(hour, 24.0)]
    return (*parts, elapsed)


def _angle(value: float, period: float) -> tuple[float, float]:
    angle = value * (2.0 * math.pi / period)
    return math.sin(angle), math.cos(angle)


def _calendar(days: int) -> tuple[int, int, int, int]:
    """Return year, month, day of the month and day of the year of days since 1970-01-01."""
    ordinal, years = days + EPOCH, 0
    # A zone may carry a moment of the year 1 or 9999 over the end of Python's calendar.
    if ordinal < 1:
        ordinal, years = ordinal + CYCLE, -400
    elif ordinal > datetime.date.max.toordinal():
        ordinal, years = ordinal - CYCLE, 400
    date = datetime.date.fromordinal(ordinal)
    of_year = ordinal - datetime.date(date.year, 1, 1).toordinal() + 1
    return date.year + years, date.month, date.day, of_year
