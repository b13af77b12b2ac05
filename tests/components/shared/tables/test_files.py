"""Columns of Parquet files, one after another."""

from pathlib import Path

import polars as pl
import pytest

from components.shared.tables import files


@pytest.mark.parametrize("cells", [1, 25, 1_000_000])
def test_columns_come_in_the_order_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    """However many are read together, each comes whole, under its name, and only once."""
    frame = pl.DataFrame({f"x{i}": [i, None, -i] for i in range(20)})
    frame.write_parquet(tmp_path / "table")
    monkeypatch.setattr(files, "CELLS_AT_ONCE", cells)
    wanted = frame.columns[::-2]
    read = list(files.read_columns(tmp_path / "table", wanted))
    assert [series.name for series in read] == wanted
    assert all(series.equals(frame[series.name]) for series in read)
    assert not list(files.read_columns(tmp_path / "table", []))
