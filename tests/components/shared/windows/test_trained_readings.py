"""Tables that are read otherwise than the training table of a model."""

import dataclasses
from pathlib import Path

import polars as pl
import pytest

from components.ingest_table.ingest import ingest_table
from components.judge_table.skew import skew
from components.shared.models.description import InputColumn, ModelDescription
from components.shared.models.profiles import profile_table
from components.shared.reports.notes import VIOLATION
from components.shared.tables.column_types import column_types
from components.shared.tables.readings import table_readings
from components.shared.windows.trained_readings import reading_notes


def ingest(folder: Path, name: str, text: str, **wishes: object) -> Path:
    """Ingest a CSV file."""
    (folder / f"{name}.csv").write_text(text)
    ingest_table(str(folder / f"{name}.csv"), folder / name, **wishes)  # type: ignore[arg-type]
    return folder / name


def trained_on(table: Path) -> ModelDescription:
    """Return what a model says that was trained on a table."""
    types = column_types(table)
    readings = table_readings(table).columns
    readers = [
        {"column": n, "type": t, "texts": (), "reading": dataclasses.asdict(readings[n])}
        for n, t in types.items()
    ]
    return ModelDescription(
        task="binary",
        estimator="none",
        hyperparameters={},
        target="",
        classes=None,
        features=tuple(InputColumn(name, kind, nullable=True) for name, kind in types.items()),
        seed=0,
        versions={},
        training_data={"digest": "", "rows": pl.read_parquet(table).height},
        profile=profile_table(table, types),
        readers=tuple(readers),
    )


def test_an_order_that_was_assumed_to_be_another_is_a_violation(tmp_path: Path) -> None:
    """Dates of one half month, read with the day first by a model of months first, are told."""
    trained = ingest(tmp_path, "train", "when\n" + "12/25/2023\n01/31/2024\n" * 20)
    new = ingest(tmp_path, "new", "when\n" + "03/04/2024\n05/06/2024\n" * 20)
    (note,) = reading_notes(new, trained_on(trained))
    assert (note.kind, note.columns) == (VIOLATION, ("when",))
    assert "give --column-types when=date:%m/%d/%Y" in note.text
    told = ingest(
        tmp_path, "told", (tmp_path / "new.csv").read_text(), column_types="when=date:%m/%d/%Y"
    )
    assert reading_notes(told, trained_on(trained)) == []


def test_decimals_that_were_assumed_to_be_others_are_a_violation(tmp_path: Path) -> None:
    """2.984 beside small whole numbers are thousands, and were decimals in training."""
    trained = ingest(tmp_path, "train", "x\n" + "2.5\n1.25\n" * 20)
    new = ingest(tmp_path, "new", "x\n" + "2.984\n445\n" * 20)
    (note,) = reading_notes(new, trained_on(trained))
    assert (note.kind, note.columns) == (VIOLATION, ("x",))


@pytest.mark.parametrize("value", ["-999", "-999.0"])
def test_a_marker_of_training_is_missing_here_too(tmp_path: Path, value: str) -> None:
    """What stood for a missing value in training is none of the values that are compared."""
    rows = "".join(f"{n % 7}.5,{'abc'[n % 3]}\n" for n in range(300))
    gaps = f"{value},none\n" * 15
    trained = ingest(tmp_path, "train", "x,s\n" + rows + gaps, missing_values=["-999", "none"])
    new = ingest(tmp_path, "new", "x,s\n" + rows + gaps)
    assert [note for note in skew(new, trained_on(trained)) if note.kind == VIOLATION] == []
