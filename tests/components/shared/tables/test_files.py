"""Columns of Parquet files, one after another, and files side by side."""

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


def test_files_side_by_side_are_those_that_are_written_one_by_one(tmp_path: Path) -> None:
    """The bytes of each are the same, and its rows keep their order."""
    numbers = pl.DataFrame({"x": range(250_000)})
    numbers.write_parquet(tmp_path / "table", row_group_size=70_000)
    odd = pl.scan_parquet(tmp_path / "table").filter(pl.col("x") % 2 == 1)
    even = pl.scan_parquet(tmp_path / "table").filter(pl.col("x") % 2 == 0)
    files.write_side_by_side({tmp_path / "odd": odd, tmp_path / "even": even})
    files.write_parquet(odd, tmp_path / "alone")
    assert (tmp_path / "odd").read_bytes() == (tmp_path / "alone").read_bytes()
    assert pl.read_parquet(tmp_path / "even").equals(numbers[::2])


def test_what_is_asked_of_rows_is_answered_while_they_are_written(tmp_path: Path) -> None:
    """The answer is that of all rows, whatever of them is written; without a question, empty."""
    rows = pl.LazyFrame({"x": range(1_000)})
    few = {tmp_path / "few": rows.head(3)}
    assert files.write_side_by_side(few, asked=rows.select(pl.col("x").sum())).item() == 499_500
    assert pl.read_parquet(tmp_path / "few").height == 3
    assert files.write_side_by_side(few).is_empty()
