"""Divide the rows of a table among the tasks of a loop."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from components.shared.errors import InputError
from components.shared.tables.files import count_rows

MOST_SHARDS: Final = 1_000


def list_shards(table: str | Path, shards: int) -> Sequence[dict[str, int]]:
    """Return where each shard of a table begins and how many rows it has.

    They follow each other, have all rows, and differ by one row at most; a table of fewer rows
    than shards were asked for has one of each row.

    Args:
        table: Parquet file.
        shards: Number of shards, from 1 to 1,000.

    Raises:
        InputError: There are none, or too many.
    """
    if not 1 <= shards <= MOST_SHARDS:
        raise InputError(f"{shards} shards (parameter `shards`): give 1 to {MOST_SHARDS:,}.")
    rows = count_rows(table)
    count = max(1, min(shards, rows))
    bounds = [rows * number // count for number in range(count + 1)]
    return [{"first": first, "rows": following - first} for first, following in pairwise(bounds)]
