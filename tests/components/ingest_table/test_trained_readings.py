"""Tables that are read as the training table of a model was."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.ingest_table.ingest import IngestedTable, ingest_table
from components.preprocess_table.preprocess import preprocess_table
from components.train_model.train import train_model

ROWS = 200


def price(number: float) -> str:
    """Return a number as it is written where the comma stands before decimals."""
    return f"{number:.2f} €".replace(".", ",")


@pytest.fixture(name="model", scope="module")
def model_of_month_first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose dates had the month first, prices decimal commas, and codes leading zeros."""
    folder = tmp_path_factory.mktemp("trained")
    rows = pl.DataFrame(
        {
            "when": [f"{1 + i % 12:02}/{1 + i % 28:02}/2025" for i in range(ROWS)],
            "since": [f"2025-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(ROWS)],
            "price": [price(i + 0.5) for i in range(ROWS)],
            "code": [f"{i % 20:05}" for i in range(ROWS)],
            "member": ["true" if i % 3 else "false" for i in range(ROWS)],
            "target": ["yes" if i % 20 > 9 else "no" for i in range(ROWS)],
        }
    )
    rows.write_csv(folder / "train.csv")
    ingest_table(str(folder / "train.csv"), folder / "table", target="target")
    preprocess_table(folder / "table", folder / "features", folder / "preprocessor", "target")
    train_model(
        *(folder / "table", folder / "features", folder / "preprocessor", folder / "model"),
        "target",
        hyperparameters='{"max_iter": 3}',
    )
    return folder / "model"


def ingest(folder: Path, columns: dict[str, list[str]], **how: Any) -> pl.DataFrame:
    """Return a table of texts as it is read."""
    return ingested(folder, columns, **how)[1]


def ingested(
    folder: Path, columns: dict[str, list[str]], **how: Any
) -> tuple[IngestedTable, pl.DataFrame]:
    """Return also what was said of it."""
    pl.DataFrame(columns).write_csv(folder / "new.csv")
    told = ingest_table(str(folder / "new.csv"), folder / "table", **how)
    return told, pl.read_parquet(folder / "table")


def test_few_rows_are_read_as_many_were(tmp_path: Path, model: Path) -> None:
    """What a batch does not show by itself is known from the training: here it would mislead."""
    batch = {"when": ["02/03/2026"], "price": ["1,500 €"], "code": ["00007"], "member": [""]}
    alone, known = ingest(tmp_path, batch), ingest(tmp_path, batch, model=model)
    assert alone["when"].to_list() != known["when"].to_list()
    assert str(known["when"][0])[:10] == "2026-02-03"
    assert known["price"].to_list() == [1.5]
    assert known["code"].to_list() == ["00007"]
    assert known["member"].dtype == pl.Boolean


def test_codes_that_look_like_numbers_stay_texts(tmp_path: Path, model: Path) -> None:
    """A batch without a leading zero has the same texts."""
    assert ingest(tmp_path, {"code": ["12345", "2"]}, model=model)["code"].to_list() == [
        *("12345", "2")
    ]


def test_strays_are_said_and_count_as_missing(tmp_path: Path, model: Path) -> None:
    """As many as a training would bear are missing, and the first is named."""
    prices = [*[price(i) for i in range(40)], "oops", price(41)]
    told, table = ingested(tmp_path, {"price": prices}, model=model)
    assert table["price"].null_count() == 1
    (remark,) = told.readings.remarks
    assert (remark.kind, remark.value, remark.row) == ("strays", "oops", 41)


def test_a_column_of_other_values_is_read_by_its_own(tmp_path: Path, model: Path) -> None:
    """Where the reading of the training has no values, the column shows what it is."""
    table = ingest(tmp_path, {"price": ["cheap", "dear", "dear"]}, model=model)
    assert table["price"].to_list() == ["cheap", "dear", "dear"]


def test_the_user_has_the_last_word(tmp_path: Path, model: Path) -> None:
    """A type that is given counts before that of the training."""
    table = ingest(
        *(tmp_path, {"when": ["02/03/2026"], "price": ["-999"]}),
        model=model,
        column_types="when=date:%d/%m/%Y",
        missing_values=["-999"],
    )
    assert str(table["when"][0]) == "2026-03-02"
    assert table["price"].to_list() == [None]


def test_what_the_training_did_not_show_is_assumed_aloud(tmp_path: Path, model: Path) -> None:
    """ISO dates say nothing of 02/03/2026: the column shows what it is, and the doubt is said."""
    told, _ = ingested(tmp_path, {"since": ["02/03/2026"]}, model=model)
    assert [remark.kind for remark in told.readings.remarks] == ["order"]


def test_further_columns_are_read_as_ever(tmp_path: Path, model: Path) -> None:
    """What the model does not know is decided by its values."""
    table = ingest(tmp_path, {"code": ["00001"], "more": ["5"]}, model=model)
    assert table["more"].dtype == pl.Int64
