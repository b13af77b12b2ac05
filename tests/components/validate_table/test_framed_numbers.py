"""Texts that are numbers with the same words at each are named."""

from pathlib import Path

import polars as pl
import pytest

from components.validate_table.validate import validate_table


@pytest.mark.parametrize(
    ("form", "is_named"),
    [
        ("{} dollars", True),
        ("${}/mo", True),
        ("{}.5/5 points of", False),
        ("{}@example.org", False),
        ("N{}", False),
        ("Room {} of it", False),
        ("#{} item", False),
        ("{}-{}-X", False),
        ("text", False),
    ],
)
def test_numbers_with_the_same_text_at_each_are_named(
    tmp_path: Path, form: str, is_named: bool
) -> None:
    """Those with words after them; what has letters before it or two numbers in it is a code."""
    texts = [form.format(n, n) for n in range(60)]
    pl.DataFrame({"v": texts, "row": range(60)}).write_parquet(tmp_path / "t")
    validated = validate_table(tmp_path / "t", tmp_path / "report", tmp_path / "schema")
    named = [w for w in validated.warnings if "same text at each" in w.message]
    assert [warning.column for warning in named] == (["v"] if is_named else [])
