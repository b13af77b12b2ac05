"""What the log keeps of requests, and the table that it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import orjson
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from predictor.errors import SettingsError
from predictor.scorer import Row, Scores
from predictor.versions import ServedVersion

TIME: Final = "_time"
REQUEST: Final = "_request"
ROW: Final = "_row"
PREDICTION: Final = "_prediction"
PROBABILITY: Final = "_probability"
DIGEST: Final = "_digest"
OTHERWISE: Final = "_given_otherwise"
OURS: Final = (TIME, REQUEST, ROW, PREDICTION, PROBABILITY, DIGEST, OTHERWISE)

COMPRESSION: Final = "zstd(1)"

_NOTHING: Final = type(None)
# What JSON must have given for a value to be one of its column; of dates it gives texts.
_GIVEN: Final[Mapping[str, frozenset[type]]] = {
    "integer": frozenset({int, _NOTHING}),
    "float": frozenset({float, int, _NOTHING}),
    "boolean": frozenset({bool, _NOTHING}),
    "string": frozenset({str, _NOTHING}),
}
_ARROW: Final[Mapping[str, DataType]] = {
    "integer": DataType.int64(),
    "float": DataType.float64(),
    "boolean": DataType.bool(),
    "string": DataType.utf8(),
}
_SMALLEST, _LARGEST = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True)
class Entry:
    """Rows of one request, and what was answered.

    Attributes:
        microseconds: When it was answered, since 1970.
        request: Its id.
        numbers: Number of each row in its request, from 1.
        rows: The rows as they came.
        scores: What was answered.
    """

    microseconds: int
    request: str
    numbers: Sequence[int]
    rows: Sequence[Row]
    scores: Scores


@dataclass(frozen=True)
class Columns:
    """The raw columns of a version's log with their types."""

    types: Mapping[str, str]

    @classmethod
    def of(cls, version: ServedVersion) -> "Columns":
        """Return those that the model reads, and those that rows may have besides.

        Raises:
            SettingsError: One is called like a column that the log adds.
        """
        description = version.description
        types = {column.name: column.type for column in description.features}
        for name in sorted(version.ignored):
            profile = description.profile.get(name)
            types[name] = profile.type if profile else "string"
        if taken := sorted(types.keys() & set(OURS)):
            raise SettingsError(
                f"PREDICTION_LOG is set, and the model has a column {taken[0]!r}, which the log "
                "adds by itself: rename that column in the training table, or leave the log off"
            )
        return cls({name: kind if kind in _GIVEN else "string" for name, kind in types.items()})


def parquet(version: ServedVersion, columns: Columns, entries: Sequence[Entry]) -> bytes:
    """Return entries as a Parquet file.

    A value that JSON gave as something else than its column is, such as a number as text, is null
    in its column and stands in `_given_otherwise`, a JSON object: nothing is changed by the log.
    """
    rows = [row for entry in entries for row in entry.rows]
    otherwise: list[dict[str, Any] | None] = [None] * len(rows)
    raw = {
        name: _array([row.get(name) for row in rows], name, kind, otherwise)
        for name, kind in columns.types.items()
    }
    numbers = [number for entry in entries for number in entry.numbers]
    times = [entry.microseconds for entry in entries for _ in entry.rows]
    text, count = DataType.utf8(), len(rows)
    table = Table.from_pydict(
        {
            TIME: Array(times, DataType.int64()).cast(DataType.timestamp("us", tz="UTC")),
            REQUEST: Array([entry.request for entry in entries for _ in entry.rows], text),
            ROW: Array(numbers, DataType.int32()),
            **raw,
            PREDICTION: _predictions(version, entries),
            PROBABILITY: Array(_probabilities(version, entries), DataType.float64()),
            OTHERWISE: Array([each and orjson.dumps(each).decode() for each in otherwise], text),
            DIGEST: Array([version.origin.digest] * count, text),
        }
    )
    file = BytesIO()
    origin = version.origin
    named = {"model": origin.model, "version": origin.version, "digest": origin.digest}
    write_parquet(table, file, compression=COMPRESSION, key_value_metadata=named)
    return file.getvalue()


def _array(
    values: list[Any], name: str, kind: str, otherwise: list[dict[str, Any] | None]
) -> Array:
    given = _GIVEN[kind]
    if not set(map(type, values)) <= given or kind == "integer":
        for place, value in enumerate(values):
            fits = type(value) in given
            if not fits or (kind == "integer" and not _fits(value)):
                otherwise[place] = {**(otherwise[place] or {}), name: value}
                values[place] = None
    return Array(values, _ARROW[kind])


def _fits(value: int | None) -> bool:
    return value is None or _SMALLEST <= value <= _LARGEST


def _predictions(version: ServedVersion, entries: Sequence[Entry]) -> Array:
    values = [value for entry in entries for value in entry.scores.predictions]
    if version.classes is None:
        return Array(values, DataType.float64())
    for kind in ("boolean", "integer", "float", "string"):
        if {type(label) for label in version.classes} <= _GIVEN[kind]:
            return Array(values, _ARROW[kind])
    return Array([str(value) for value in values], DataType.utf8())


def _probabilities(version: ServedVersion, entries: Sequence[Entry]) -> list[float | None]:
    """Return the probability of the second of two classes, of more that of the likeliest."""
    is_binary = version.description.task == "binary"
    found: list[float | None] = []
    for entry in entries:
        if entry.scores.probabilities is None:
            found += [None] * len(entry.rows)
        else:
            found += [each[1] if is_binary else max(each) for each in entry.scores.probabilities]
    return found
