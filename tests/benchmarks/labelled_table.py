"""A synthetic table with a binary target, like those that the training pipeline is made for."""

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

TARGET = "y"
LEVELS = (5, 12, 30, 80, 200)


def write_labelled_table(path: Path, rows: int, seed: int = 0) -> None:
    """Write 20 columns of CSV: 10 numbers with gaps, 3 integers, 5 categories, a date, `y`."""
    rng = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    signal = rng.normal(scale=1.5, size=rows)
    for i in range(10):
        values = rng.normal(size=rows)
        signal += values * (0.6 if i % 3 == 0 else 0.0)
        scaled = pl.Series(np.round(values * 10.0 ** (i % 4), 4))
        columns[f"amount_{i}"] = scaled.set(pl.Series(rng.random(rows) < 0.05), None)
    for i in range(3):
        counts = rng.integers(0, 1000, rows)
        signal += counts / 500 - 1
        columns[f"count_{i}"] = pl.Series(counts)
    for levels in LEVELS:
        codes = rng.integers(0, levels, rows)
        signal += rng.normal(scale=0.5, size=levels)[codes]
        columns[f"category_{levels}"] = _strings(codes, rng.random(rows) < 0.02)
    days = rng.integers(0, 3650, rows)
    columns["day"] = pl.Series(days + 14_610).cast(pl.Int32).cast(pl.Date)
    columns[TARGET] = pl.Series((signal > 1.0).astype(np.int8))
    pl.DataFrame(columns).write_csv(path)


def _strings(codes: NDArray[np.int64], missing: NDArray[np.bool_]) -> pl.Series:
    return ("level " + pl.Series(codes).cast(pl.String)).set(pl.Series(missing), None)
