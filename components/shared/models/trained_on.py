"""Which rows, or which entities, a model was trained on: as hashes beside it.

Imports Polars and numpy: who reads the description of a model alone does not need it.
"""

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.shared.digests import file_digest
from components.shared.errors import DigestMismatchError, OverlapUnknownError
from components.shared.models.description import (
    TRAINED_ON_FILE,
    ModelDescription,
    TrainedOn,
    read_description,
)
from components.shared.tables.column_types import ColumnType, column_types
from components.shared.tables.row_hash import with_row_hash

MOST_HASHES: Final = 2_000_000
"""More rows, or entities, are sampled by their hashes; 4 bytes each are 8 MB."""

KINDS: Final[Mapping[ColumnType, str]] = {
    "string": "text",
    "boolean": "number",
    "integer": "number",
    "float": "number",
    "date": "moment",
    "datetime": "moment",
}
"""What a column holds: equal values of one kind have one hash, whatever their type."""

UPPER: Final = 32
"""Bits of a hash that are kept; those below say whether it is in the sample."""

Hashes = NDArray[np.uint64]
Bools = NDArray[np.bool_]


def hashes_of_training(
    train: str | Path, digest: str, entity: Sequence[str] = ()
) -> tuple[TrainedOn, bytes]:
    """Return what a model says of the rows that it was trained on, and the file of their hashes.

    The hashes are the upper 32 bits of those that `row_hash` makes, under a key that is the table's
    own, sorted, each once. With n of them, a row that the model was not trained on is taken for one
    that it was in n of 2^32 cases: 1 of 4,295 for a million.

    Args:
        train: Parquet file with the training rows.
        digest: SHA-256 of that file, which the key is made of.
        entity: Columns that tell whose rows they are, where the table was split by them.
    """
    types = column_types(train)
    names = list(entity) or list(types)
    columns = {name: KINDS[types[name]] for name in names}
    hashes = _each_once(_hashes(train, names, digest))
    halvings = max(0, math.ceil(math.log2(max(len(hashes), 1) / MOST_HASHES)))
    told = TrainedOn(columns, bool(entity), digest[:16], 2.0**-halvings)
    buffer = io.BytesIO()
    kept = (hashes[_in_sample(told, hashes)] >> np.uint64(UPPER)).astype("<u4")
    np.save(buffer, _each_once(kept), allow_pickle=False)
    return told, buffer.getvalue()


def rows_trained_on(folder: str | Path, table: str | Path) -> tuple[Bools, Bools]:
    """Tell which rows of a table a model was trained on, or on others of their entity.

    Args:
        folder: The model's folder.
        table: A Parquet file.

    Returns:
        Of which rows it is known, and which of them the model was trained on; by row.

    Raises:
        OverlapUnknownError: The model is older than these hashes, or was trained on a table of
            other columns; the message says why, as a part of a sentence.
        DigestMismatchError: The file of hashes is not the one that `model.json` names.
    """
    description = read_description(folder)
    told = description.trained_on
    if told is None:
        raise OverlapUnknownError("it does not hold which rows it was trained on")
    trained = _read(Path(folder) / TRAINED_ON_FILE, description)
    types = column_types(table)
    for name, kind in told.columns.items():
        if name not in types:
            raise OverlapUnknownError(f"it was trained on a table with a column {name!r}")
        if (found := KINDS[types[name]]) != kind:
            raise OverlapUnknownError(f"{name!r} is a {found} here, and was a {kind} in training")
    hashes = _hashes(table, list(told.columns), told.key)
    known = _in_sample(told, hashes)
    upper = pl.Series((hashes >> UPPER).astype(np.uint32))
    return known, known & upper.is_in(pl.Series(trained).implode()).to_numpy()


def _read(path: Path, description: ModelDescription) -> NDArray[np.uint32]:
    expected, actual = description.files[TRAINED_ON_FILE]["sha256"], file_digest(path)
    if actual != expected:
        raise DigestMismatchError(str(path), expected, actual)
    return np.asarray(np.load(path, allow_pickle=False), dtype=np.uint32)


def _hashes(table: str | Path, columns: Sequence[str], key: str) -> Hashes:
    rows = pl.scan_parquet(table).select(columns)
    name = "hash"
    while name in columns:
        name += "_"
    hashed = with_row_hash(rows, columns, int(key[:16], 16), name).select(name)
    return hashed.collect(engine="streaming").to_series().to_numpy()


def _in_sample(told: TrainedOn, hashes: Hashes) -> Bools:
    lower = hashes & np.uint64(2**UPPER - 1)
    return np.asarray(lower < np.uint64(int(told.share * 2**UPPER)))


def _each_once(hashes: NDArray[Any]) -> NDArray[Any]:
    """Return hashes in order, each once, in a twentieth of the time of `numpy.unique`."""
    return pl.Series(hashes).unique().sort().to_numpy()
