"""Columns that tell the target by themselves."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from components.preprocess_table.leakage import leaking_columns
from components.shared.tables.frames import read_frame
from tests.components.training_tables import bird_strikes, diabetes, wine

RNG = np.random.default_rng(0)
ROWS = 400
CLASSES = np.where(RNG.random(ROWS) < 0.3, "yes", "no")
NUMBERS = RNG.lognormal(size=ROWS)


def leaks(folder: Path, target: Any, **columns: Any) -> list[str]:
    """Return the names of the columns that tell the target."""
    path = folder / "train.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return [leak.column for leak in leaking_columns(read_frame(path), pl.Series(target))]


@pytest.mark.parametrize(
    ("target", "column"),
    [
        (CLASSES, np.where(CLASSES == "yes", "alive", "dead").tolist()),
        (CLASSES, np.where(CLASSES == "yes", 1.0, RNG.normal(size=ROWS) - 9.0)),
        (CLASSES, [float(i) if c == "yes" else None for i, c in enumerate(CLASSES)]),
        (CLASSES == "yes", np.where(CLASSES == "yes", 3, RNG.integers(4, 9, ROWS))),
        (NUMBERS, np.log(NUMBERS)),
        (NUMBERS, -NUMBERS),
        (RNG.integers(0, 5, ROWS), None),
    ],
    ids=["text", "threshold", "gaps", "boolean", "logarithm", "sign", "itself"],
)
def test_target_in_other_words_is_named(tmp_path: Path, target: Any, column: Any) -> None:
    """Other words, a threshold, gaps, another scale and the target itself are found alike."""
    noise = np.random.default_rng(1).normal(size=ROWS)
    twin = target.tolist() if column is None else column
    assert leaks(tmp_path, target, twin=pl.Series(twin), noise=noise) == ["twin"]


def test_rare_class_of_a_large_table_is_seen(tmp_path: Path) -> None:
    """Of 60,000 rows with 60 frauds, the column that marks the frauds is named."""
    fraud = np.arange(60_000) % 1000 == 7
    marked = np.where(fraud, "blocked", "fine").tolist()
    amount = np.random.default_rng(0).normal(size=len(fraud))
    assert leaks(tmp_path, fraud, marked=marked, amount=amount) == ["marked"]


@pytest.mark.parametrize(
    ("write", "target"), [(bird_strikes, "damaged"), (wine, "target"), (diabetes, "target")]
)
def test_honest_columns_of_real_tables_are_not_named(
    tmp_path: Path, write: Any, target: str
) -> None:
    """Columns that predict as columns do are no leaks."""
    table = pl.read_parquet(write(tmp_path / "table.parquet"))
    frame = read_frame(tmp_path / "table.parquet", [c for c in table.columns if c != target])
    assert leaking_columns(frame, table[target]) == []


def test_identifiers_and_noise_tell_nothing(tmp_path: Path) -> None:
    """What has another value in every row has learnt nothing that it could tell."""
    names = [f"C{i}" for i in range(ROWS)]
    assert leaks(tmp_path, CLASSES, name=names, row=range(ROWS), empty=[None] * ROWS) == []


def test_few_rows_of_a_class_name_nothing(tmp_path: Path) -> None:
    """Where a class has three rows, that a column spares a constant its mistakes is chance."""
    target = ["rare"] * 3 + ["no"] * 97
    assert leaks(tmp_path, target, twin=target) == []
