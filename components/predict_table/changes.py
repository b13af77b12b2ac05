"""How the predictions of two models for the same rows differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from components.predict_table.batches import PREDICTION, PROBABILITY
from components.shared.errors import InputError

MOVED: Final = 0.1
"""A probability that differs by more than this has moved."""


@dataclass(frozen=True)
class PredictionChanges:
    """How two models differ on one table.

    Attributes:
        rows: Number of rows.
        different: Rows whose predictions differ.
        changes: For classes, the number of rows by what the first and the second predict, the most
            frequent change first; empty for numbers.
        mean: Mean absolute difference, of numbers or of the probabilities of a class.
        largest: The largest one.
        moved: Share of rows in which a probability differs by more than 0.1; None for numbers.
    """

    rows: int
    different: int
    changes: Mapping[tuple[Any, Any], int]
    mean: float
    largest: float
    moved: float | None


def compare_predictions(first: str | Path, second: str | Path) -> PredictionChanges:
    """Compare two files of predictions, row by row.

    Args:
        first: Parquet file that `predict_table` wrote, with probabilities where there are classes.
        second: Another one of the same table.

    Raises:
        InputError: One predicts classes and the other numbers, or they predict other classes.
    """
    names = [pl.scan_parquet(path).collect_schema().names() for path in (first, second)]
    shares = [[n for n in each if n.startswith(PROBABILITY)] for each in names]
    if shares[0] != shares[1]:
        raise InputError(
            "The two models do not predict the same classes, so that their predictions cannot be "
            f"compared: {_called(shares[0])} and {_called(shares[1])}."
        )
    both = pl.concat(
        [_renamed(first, shares[0], "1"), _renamed(second, shares[0], "2")], how="horizontal"
    )
    values = shares[0] or [PREDICTION]
    gaps = [(pl.col(f"{name} 1") - pl.col(f"{name} 2")).abs() for name in values]
    gap = pl.max_horizontal(gaps)
    differs = pl.col(f"{PREDICTION} 1") != pl.col(f"{PREDICTION} 2")
    told = both.select(
        rows=pl.len(),
        different=differs.sum(),
        mean=gap.mean(),
        largest=gap.max(),
        moved=(gap > MOVED).mean(),
    ).collect(engine="streaming")
    found = told.row(0, named=True)
    return PredictionChanges(
        found["rows"],
        found["different"],
        _changes(both.filter(differs)) if shares[0] else {},
        found["mean"],
        found["largest"],
        found["moved"] if shares[0] else None,
    )


def _called(names: list[str]) -> str:
    return ", ".join(name.removeprefix(PROBABILITY) for name in names) or "numbers"


def _renamed(path: str | Path, probabilities: list[str], which: str) -> pl.LazyFrame:
    names = [PREDICTION, *probabilities]
    return pl.scan_parquet(path).select(pl.col(name).alias(f"{name} {which}") for name in names)


def _changes(different: pl.LazyFrame) -> dict[tuple[Any, Any], int]:
    counted = different.group_by(f"{PREDICTION} 1", f"{PREDICTION} 2").len()
    ordered = counted.sort(
        "len", f"{PREDICTION} 1", f"{PREDICTION} 2", descending=[True, False, False]
    )
    return {(before, after): rows for before, after, rows in ordered.collect().iter_rows()}
