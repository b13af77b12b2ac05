"""Which rows of a table are test rows."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.shared.errors import InputError
from components.shared.tables.row_hash import told_apart, with_row_hash
from components.split_table.entities import EntitySides, sides_of_entities, threshold
from components.split_table.split_plan import SplitPlan


@dataclass(frozen=True)
class Sides:
    """A split that is decided, but of which no row was written yet.

    Attributes:
        train: The train rows, in their order.
        test: The test rows, in their order. Rows without a target value are in neither.
        first_test_time: Where a split in time cuts.
        entities: What a split by entity came to.
    """

    train: pl.LazyFrame
    test: pl.LazyFrame
    first_test_time: Any = None
    entities: EntitySides | None = None


def choose_sides(table: str | Path, plan: SplitPlan) -> Sides:
    """Choose the side of every row.

    Takes some 20 bytes of memory a row; for `time`, those of its column.

    Raises:
        InputError: A time is missing, or one side would be empty.
    """
    rows = pl.scan_parquet(table)
    if plan.target is not None:
        rows = rows.filter(_has_value(rows, plan.target))
    if plan.strategy == "time":
        first = cut_time(_times(table, rows, plan), plan.test_size)
        is_test = pl.col(str(plan.column)) >= first
        return Sides(rows.filter(~is_test), rows.filter(is_test), first)
    name = "test"
    while name in plan.columns:
        name += "_"
    keys, entities = _keys(rows, plan, name), None
    if plan.entity:
        entities = sides_of_entities(keys["hash"], plan)
        is_test = entities.is_test
    else:
        is_test = _test_rows(keys, plan)
    marked = pl.concat([rows, is_test.to_frame(name).lazy()], how="horizontal")
    train, test = (
        marked.filter(side).select(plan.columns) for side in (~pl.col(name), pl.col(name))
    )
    return Sides(train, test, entities=entities)


def _keys(rows: pl.LazyFrame, plan: SplitPlan, name: str) -> pl.DataFrame:
    """Return the `hash` of each row, which its side follows from, and its `stratum`."""
    counted = plan.entity or plan.columns
    stratum = pl.col(str(plan.target)) if plan.strategy == "stratified" else pl.lit(0)
    hashed = with_row_hash(rows, counted, plan.seed, name)
    keys = hashed.select(hash=pl.col(name), stratum=stratum).collect(engine="streaming")
    if plan.entity:
        return keys
    # Of few distinct rows, each a large share of the table, some would be missing in train, and
    # the same features with another target in test: no model could pass.
    return keys.with_columns(hash=told_apart(keys["hash"]))


def _has_value(rows: pl.LazyFrame, column: str) -> pl.Expr:
    value = pl.col(column)
    is_float = rows.collect_schema()[column].is_float()
    return (value.fill_nan(None) if is_float else value).is_not_null()


def _test_rows(keys: pl.DataFrame, plan: SplitPlan) -> pl.Series:
    if plan.strategy == "stratified":
        return _lowest_of_each_class(keys, plan)
    return _below_the_share(keys, plan)


def _lowest_of_each_class(keys: pl.DataFrame, plan: SplitPlan) -> pl.Series:
    """Tell test rows: of each class those of the lowest hashes, as many as its share.

    A class of two rows or more is on both sides; one of a single row stays in train.
    """
    classes = keys.group_by("stratum").agg("hash")
    cuts = [_cut(hashes.to_numpy(), plan.test_size) for hashes in classes["hash"]]
    if not any(cuts):
        raise InputError(
            f"Each of the {len(classes)} classes of the target {plan.target!r} has one row only, "
            "so none can be both learnt and tested: add rows, or use the strategy random."
        )
    of_class = classes.select("stratum", cut=pl.Series(cuts, dtype=pl.UInt64))
    joined = keys.join(of_class, on="stratum", how="left", maintain_order="left")
    return joined.select(pl.col("hash") < pl.col("cut")).to_series()


def _cut(hashes: NDArray[np.uint64], test_size: float) -> int:
    """Return below what hash the rows of a class are test rows: the nearest number to its share."""
    wanted = min(max(math.floor(len(hashes) * test_size + 0.5), 1), len(hashes) - 1)
    return int(np.partition(hashes, wanted)[wanted]) if wanted else 0


def _below_the_share(keys: pl.DataFrame, plan: SplitPlan) -> pl.Series:
    """Tell test rows: their hash lies below the test share.

    A row's side follows from its own hash. Only where all rows fell onto one side, the one with the
    lowest or highest hash is moved.
    """
    hashes = keys["hash"]
    lowest, highest = hashes.min(), hashes.max()
    if lowest == highest:
        raise InputError(
            "The table has one row only, which cannot be parted into train and test: add rows."
        )
    is_test = hashes < threshold(plan.test_size)
    if not is_test.any():
        return hashes == lowest
    return hashes != highest if is_test.all() else is_test


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


def _times(table: str | Path, rows: pl.LazyFrame, plan: SplitPlan) -> pl.Series:
    column = str(plan.column)
    everything = pl.scan_parquet(table)
    missing = ~_has_value(everything, column)
    if plan.target is not None:
        missing &= _has_value(everything, plan.target)
    gaps = everything.select(missing).collect(engine="streaming").to_series().arg_true()
    if len(gaps):
        raise InputError(
            f"The time column {column!r} has no value in {len(gaps):,} rows, the first being "
            f"data row {gaps[0] + 1:,}: fill or remove them, or name another column "
            "(parameter `column`)."
        )
    return rows.select(column).collect(engine="streaming").to_series()
