"""What a split does not see, and what one by entity came to."""

import re
from pathlib import Path
from typing import Final

import polars as pl

from components.shared.reports.notes import Note
from components.shared.reports.number_text import counted_rows, percent
from components.shared.tables.column_types import column_types
from components.split_table.entities import EntitySides
from components.split_table.split_plan import SplitPlan

WHOSE: Final = re.compile(
    r"(?:^|[\W_])(?:ids?|key|customer|client|patient|subject|person|user|member|household"
    r"|city|town|county|state|country|zip|zipcode|postcode|store|shop|school|class|firm|company"
    r"|site|hospital|player|team|driver|student|professor|animal|device|machine|sensor|station)"
    r"(?:[\W_]|$)|[a-z](?:ID|Id)$",
    re.IGNORECASE | re.ASCII,
)
"""Names of columns that tell whose row it is.

In 147 public tables with a target, 27 columns are named: 21 tell persons, towns, firms or
states of a panel, and six the state, country or company of rows that have little else in common.
"""
BIRTH: Final = re.compile(r"birth|born|dob", re.IGNORECASE)
LEAST_VALUES: Final = 20
ROWS_A_VALUE: Final = 2.0
LARGE: Final = 0.1
"""Share of all rows from which an entity is said to have many."""
MOST_NAMED: Final = 3


def split_hints(table: str | Path, plan: SplitPlan) -> list[Note]:
    """Return what speaks against a random split that nobody asked for.

    Args:
        table: A Parquet file.
        plan: How it is split: random or stratified.
    """
    types = {n: kind for n, kind in column_types(table).items() if n != plan.target}
    dates = [
        name
        for name, kind in types.items()
        if kind in ("date", "datetime") and not BIRTH.search(name)
    ]
    named = [n for n, kind in types.items() if kind in ("string", "integer") and WHOSE.search(n)]
    if not dates and not named:
        return []
    counted = [pl.len().alias("rows")]
    for number, name in enumerate((*dates, *named)):
        column = pl.col(name)
        counted.append(column.drop_nulls().n_unique().alias(f"{number} distinct"))
        counted.append(column.count().alias(f"{number} present"))
    found = pl.scan_parquet(table).select(counted).collect(engine="streaming").row(0, named=True)
    repeated = []
    moments = []
    for number, name in enumerate((*dates, *named)):
        distinct, present = found[f"{number} distinct"], found[f"{number} present"]
        if distinct < LEAST_VALUES:
            continue
        if name in dates:
            moments.append(name)
        elif present >= ROWS_A_VALUE * distinct:
            repeated.append(name)
    return [*_of_groups(repeated), *_of_times(moments)]


def entity_notes(table: str | Path, plan: SplitPlan, sides: EntitySides) -> list[Note]:
    """Return what a split by entity came to, and what is odd about its entities.

    Args:
        table: A Parquet file.
        plan: How it is split.
        sides: What came of it.
    """
    entities = sides.train + sides.test
    tested = int(sides.is_test.sum()) / len(sides.is_test)
    text = (
        f"all rows of one are on one side: {sides.test:,} of {entities:,} entities are tested, "
        f"with {tested:.1%} of the rows"
    )
    notes = [Note("assumed", text, plan.entity)]
    if sides.moved:
        moved = (
            f"{sides.moved:,} of {entities:,} entities were put onto the other side, to come near "
            "to the share of the test rows: they may move back when the table grows"
        )
        notes.append(Note("warning", moved, plan.entity))
    if sides.largest > LARGE:
        large = f"one entity has {percent(sides.largest, 0)} of the rows"
        notes.append(Note("warning", large, plan.entity))
    if missing := _without_a_value(table, plan):
        taken = f"{counted_rows(missing)} without a value are taken for one entity"
        notes.append(Note("assumed", taken, plan.entity))
    return notes


def _without_a_value(table: str | Path, plan: SplitPlan) -> int:
    rows = pl.scan_parquet(table)
    if plan.target is not None:
        rows = rows.filter(pl.col(plan.target).is_not_null())
    missing = pl.all_horizontal(pl.col(name).is_null() for name in plan.entity)
    return int(rows.select(missing.sum()).collect().item())


def _of_groups(columns: list[str]) -> list[Note]:
    return [
        Note(
            "warning",
            "has several rows of each value, on both sides of the split: if new rows are of new "
            f"ones, use --entity {name}",
            (name,),
        )
        for name in columns[:MOST_NAMED]
    ]


def _of_times(columns: list[str]) -> list[Note]:
    if not columns:
        return []
    text = (
        "holds times, and the split is random: if later rows are to be predicted, use "
        f"--split-strategy time --split-column {columns[0]}"
    )
    return [Note("warning", text, tuple(columns))]
