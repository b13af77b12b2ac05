"""JSON that users write is refused in words, however it is nested."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.ingest_table.given_types import parse_column_types
from components.ingest_table.ingest import ingest_table
from components.plan_retraining.settings import read_settings
from components.shared.errors import InputError
from components.shared.fits.class_weights import parse_class_weight
from components.shared.fits.hyperparameters import parse_hyperparameters
from components.shared.tables.schema import read_schema

DEEP = '{"a": ' * 100_000


@pytest.mark.parametrize(
    "read",
    [
        parse_column_types,
        parse_hyperparameters,
        read_settings,
        lambda text: parse_class_weight(text, ["yes", "no"]),
    ],
)
def test_a_parameter_of_brackets_in_brackets_is_refused(read: Callable[[str], Any]) -> None:
    """Python gives up on it with an error of its own."""
    with pytest.raises(InputError):
        read(DEEP)


def test_a_file_of_brackets_in_brackets_is_refused(tmp_path: Path) -> None:
    """As a curated schema, and as a line of a table."""
    file = tmp_path / "deep.jsonl"
    file.write_text(DEEP, "utf-8")
    with pytest.raises(InputError, match="not JSON"):
        read_schema(file)
    with pytest.raises(InputError, match="not JSON"):
        ingest_table(str(file), tmp_path / "table")


def test_a_curated_schema_may_have_a_mark_of_the_order_of_bytes(tmp_path: Path) -> None:
    """Editors of Windows put one first."""
    file = tmp_path / "schema.json"
    file.write_text('{"format": 1, "columns": [{"name": "a", "type": "string"}]}', "utf-8-sig")
    assert [rule.name for rule in read_schema(file).columns] == ["a"]
