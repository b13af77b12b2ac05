"""Which rows of a table are test rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from components.shared.errors import InputError
from components.shared.tables.row_hash import Hashes, row_hashes
from components.shared.tables.split_plan import SplitPlan

Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sides:
    """One boolean a row: whether it is a train row, and whether it is a test row.

    Rows that are neither have no target value. `first_test_time` is where a split in time cuts.
    """

    train: Mask
    test: Mask
    first_test_time: Any = None


def choose_sides(table: str | Path, plan: SplitPlan) -> Sides:
    """Choose the side of every row.

    Needs 9 bytes of memory a row, and with `time` or `stratified` that one column.

    Raises:
        InputError: A time is missing, or one side would be empty.
    """
    kept = _has_value(table, plan.target)
    first = None
    if plan.strategy == "time":
        test, first = _by_time(_column(table, plan.column), kept, plan.test_size)
    else:
        columns = plan.columns if plan.column is None else (plan.column,)
        hashes = row_hashes(table, columns, plan.seed)[kept]
        strata = None if plan.strategy != "stratified" else _column(table, plan.target)
        test = np.zeros_like(kept)
        test[kept] = cut_by_hash(
            hashes, None if strata is None else strata.filter(pl.Series(kept)), plan.test_size
        )
    sides = Sides(kept & ~test, test, first)
    if not sides.test.any() or not sides.train.any():
        same = "are all equal" if plan.column is None else f"are one group ({plan.column!r})"
        raise InputError(
            f"The {int(kept.sum()):,} rows {same}, so they cannot be parted into train and test: "
            "add rows, or use another column or strategy."
        )
    return sides


def cut_by_hash(hashes: Hashes, strata: pl.Series | None, test_size: float) -> Mask:
    """Choose the rows whose hash lies below the test share; each stratum gets onto both sides.

    A row's side follows from its own hash. Only where a whole stratum fell onto one side, its
    row with the lowest (or highest) hash is moved, and with it all rows equal to it. A stratum
    of one distinct row stays in train.

    Args:
        hashes: One hash a row.
        strata: One label a row; None for a single stratum.
        test_size: Share of test rows, between 0 and 1.

    Returns:
        One boolean a row, True for test.
    """
    threshold = np.uint64(min(int(test_size * 2.0**64), 2**64 - 1))
    label = pl.lit(0) if strata is None else strata
    by_stratum = (
        pl.LazyFrame({"hash": hashes})
        .with_columns(stratum=label)
        .group_by("stratum")
        .agg(lowest=pl.col("hash").min(), highest=pl.col("hash").max())
        .collect(engine="streaming")
    )
    lowest, highest = by_stratum["lowest"].to_numpy(), by_stratum["highest"].to_numpy()
    test = hashes < threshold
    test[np.isin(hashes, lowest[(lowest >= threshold) & (lowest < highest)])] = True
    test[np.isin(hashes, highest[highest < threshold])] = False
    return test


def cut_time(times: pl.Series, test_size: float) -> Any:
    """Return the first time of the test rows; rows of one time are never parted.

    Of the two times between which the test share lies, the one that comes nearer to it is taken.

    Args:
        times: One time a row: dates, datetimes or numbers, without nulls.
        test_size: Share of test rows, between 0 and 1.

    Raises:
        InputError: All rows have the same time.
    """
    ordered = times.sort()
    wanted = max(round(len(times) * test_size), 1)
    around = ordered[-min(wanted, len(times))]
    later = ordered.filter(ordered > around)
    sizes = {around: int((ordered >= around).sum())}
    if not later.is_empty():
        sizes[later[0]] = len(later)
    possible = [time for time, size in sizes.items() if size < len(times)]
    if not possible:
        raise InputError(
            f"All rows have the same time, {around}, in the column {times.name!r}: name another "
            "column or strategy (parameters `column`, `strategy`)."
        )
    return min(possible, key=lambda time: abs(sizes[time] - wanted))


def _by_time(times: pl.Series, kept: Mask, test_size: float) -> tuple[Mask, Any]:
    if times.dtype.is_float():
        times = times.fill_nan(None)
    missing = times.is_null().to_numpy() & kept
    if missing.any():
        raise InputError(
            f"The time column {times.name!r} has no value in {int(missing.sum()):,} rows, the "
            f"first being data row {int(missing.argmax()) + 1:,}: fill or remove them, or name "
            "another column (parameter `column`)."
        )
    first = cut_time(times.filter(pl.Series(kept)), test_size)
    return (times >= first).fill_null(value=False).to_numpy() & kept, first


def _column(table: str | Path, column: str | None) -> pl.Series:
    return (
        pl.scan_parquet(table).select(pl.col(str(column))).collect(engine="streaming").to_series()
    )


def _has_value(table: str | Path, target: str | None) -> Mask:
    lazy = pl.scan_parquet(table)
    if target is None:
        return np.ones(lazy.select(pl.len()).collect().item(), dtype=np.bool_)
    column = pl.col(target)
    if lazy.collect_schema()[target].is_float():
        column = column.fill_nan(None)
    return lazy.select(column.is_not_null()).collect(engine="streaming").to_series().to_numpy()
