"""Shards of a table."""

from pathlib import Path

import polars as pl
import pytest

from components.list_shards.list import list_shards
from components.shared.errors import InputError


@pytest.mark.parametrize(
    ("rows", "shards", "sizes"), [(10, 1, [10]), (10, 3, [3, 3, 4]), (2, 5, [1, 1]), (0, 2, [0])]
)
def test_shards_have_all_rows(tmp_path: Path, rows: int, shards: int, sizes: list[int]) -> None:
    """They follow each other and are of like size; no shard is empty but that of no rows."""
    table = tmp_path / "table"
    pl.DataFrame({"a": range(rows)}).write_parquet(table)
    found = list_shards(table, shards)
    assert [each["rows"] for each in found] == sizes
    assert [each["first"] for each in found] == [sum(sizes[:place]) for place in range(len(sizes))]


@pytest.mark.parametrize("shards", [0, -1, 1_001])
def test_a_number_of_shards_is_bounded(tmp_path: Path, shards: int) -> None:
    """Each is a pod."""
    table = tmp_path / "table"
    pl.DataFrame({"a": [1]}).write_parquet(table)
    with pytest.raises(InputError, match="give 1 to 1,000"):
        list_shards(table, shards)
