"""What speaks against a random split."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from components.shared.reports.notes import read_notes
from components.split_table.split import split_table

ROWS = 200
TABLE = pl.DataFrame(
    {
        "customer_id": [i % 40 for i in range(ROWS)],
        "order_id": range(ROWS),
        "sold": [date(2024, 1, 1) + timedelta(days=i) for i in range(ROWS)],
        "birthday": [date(1980, 1, 1) + timedelta(days=i) for i in range(ROWS)],
        "idea": [f"v{i % 30}" for i in range(ROWS)],
        "y": [i % 7 % 2 for i in range(ROWS)],
    }
)


@pytest.mark.parametrize("strategy", ["auto", "random"])
def test_groups_and_times_are_hinted_at(tmp_path: Path, strategy: str) -> None:
    """Customers with several rows and dates are told, unless a random split was asked for."""
    TABLE.write_parquet(tmp_path / "table")
    split = split_table(
        tmp_path / "table", tmp_path / "train", tmp_path / "test", target="y", strategy=strategy
    )
    told = {note.columns: note.text for note in read_notes(split.train_metadata())}
    if strategy != "auto":
        assert told == {}
        return
    assert set(told) == {("customer_id",), ("sold",)}
    assert "--entity customer_id" in told["customer_id",]
    assert "--split-strategy time --split-column sold" in told["sold",]
