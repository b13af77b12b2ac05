"""Rows that are none are named."""

from pathlib import Path

import polars as pl
import pytest

from components.validate_table.validate import validate_table


def warned(tmp_path: Path, frame: pl.DataFrame) -> list[str]:
    """Return what is odd about a table."""
    frame.write_parquet(tmp_path / "t")
    validated = validate_table(tmp_path / "t", tmp_path / "report", tmp_path / "schema")
    return [warning.message for warning in validated.warnings]


@pytest.mark.parametrize("word", ["Total", "GRAND TOTAL", "Summe", "Total: 9 rows", "average"])
def test_totals_in_the_last_row_are_named(tmp_path: Path, word: str) -> None:
    """By the word that says so, if no other row has it."""
    frame = pl.DataFrame({"town": ["Bern", "Rome", "Oslo", word], "sales": [1, 2, 3, 6]})
    assert any(f"has {word!r} in the last row" in text for text in warned(tmp_path, frame))
    twice = pl.concat([frame, frame])
    assert not any("in the last row" in text for text in warned(tmp_path, twice))


def test_a_header_among_the_rows_is_named(tmp_path: Path) -> None:
    """As where files were put together; a value that is called like its column is none."""
    frame = pl.DataFrame({"town": ["Bern", "town", "Oslo"], "y": ["no", "y", "yes"]})
    (message,) = [t for t in warned(tmp_path, frame) if "names of the columns" in t]
    assert message.startswith("1 row with")
    numbered = frame.drop("y").with_columns(n=pl.Series([1, None, 3]))
    assert any("names of the columns" in text for text in warned(tmp_path, numbered))
    known = numbered.fill_null(2)
    assert not any("names of the columns" in text for text in warned(tmp_path, known))
    other = frame.with_columns(y=pl.Series(["no", "no", "yes"]))
    assert not any("names of the columns" in text for text in warned(tmp_path, other))
