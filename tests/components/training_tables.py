"""Real tables, small enough to fit in a test."""

from pathlib import Path
from typing import Any

import polars as pl
from sklearn.datasets import load_diabetes, load_wine

BIRD_STRIKES = Path(__file__).parents[2] / "data" / "bird_strikes.csv"


def bird_strikes(path: Path, rows: int | None = None) -> Path:
    """Write the shipped table as Parquet: dates, strings, numbers with gaps, a yes/no target."""
    pl.read_csv(BIRD_STRIKES, try_parse_dates=True, n_rows=rows).write_parquet(path)
    return path


def wine(path: Path) -> Path:
    """Write a table of 13 numbers with three classes."""
    return _from_sklearn(load_wine(), path)


def diabetes(path: Path) -> Path:
    """Write a table of 10 numbers with a number for a target."""
    return _from_sklearn(load_diabetes(), path)


def _from_sklearn(bunch: Any, path: Path) -> Path:
    features = pl.DataFrame(bunch["data"], schema=list(bunch["feature_names"]))
    features.with_columns(target=pl.Series(bunch["target"])).write_parquet(path)
    return path
