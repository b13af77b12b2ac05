"""How a model is to read the values of its columns, from its training table and preprocessing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, get_args

from components.shared.features.raw_columns import number_of
from components.shared.models.description import InputColumn
from components.shared.tables.boolean_texts import BOOLEANS
from components.shared.tables.column_types import ColumnType
from components.shared.tables.readings import TableReadings

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

    from components.shared.features.raw_rows import ColumnReader

ENCODER: Final = "encode"
"""Name of the step of the preprocessing that knows the texts of training."""


def column_readers(
    inputs: Sequence[InputColumn], readings: TableReadings, transformer: "ColumnTransformer"
) -> "list[ColumnReader]":
    """Return the reader of each column.

    Args:
        inputs: The columns that the model reads.
        readings: How the texts of the training table were read.
        transformer: The fitted preprocessing.
    """
    from components.shared.features.raw_rows import ColumnReader

    known = _known_texts(transformer)
    readers = []
    for column in inputs:
        kind: ColumnType = next(t for t in get_args(ColumnType) if t == column.type)
        telling = tuple(
            text
            for text in known.get(column.name, ())
            if text.casefold() in BOOLEANS or number_of(text) is not None
        )
        readers.append(ColumnReader(column.name, kind, readings.columns.get(column.name), telling))
    return readers


def _known_texts(transformer: "ColumnTransformer") -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for _, step, columns in transformer.transformers_:
        steps: dict[str, Any] = getattr(step, "named_steps", {})
        if ENCODER in steps:
            for name, categories in zip(columns, steps[ENCODER].categories_, strict=True):
                known[str(name)] = [text for text in categories if isinstance(text, str)]
    return known
