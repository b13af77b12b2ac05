"""Splitting of a table into train and test, so that appended rows hardly move old ones."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from components.shared.digests import file_digest
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.reports.number_text import counted_rows
from components.shared.tables.files import count_rows, write_side_by_side
from components.shared.tables.readings import TableReadings, table_readings
from components.split_table.entities import EntitySides
from components.split_table.hints import entity_notes, split_hints
from components.split_table.sides import choose_sides
from components.split_table.split_plan import SplitPlan, plan_split

MAX_CLASSES_TOLD = 50
Metadata = dict[str, Any]


@dataclass(frozen=True)
class SplitTable:
    """What came of a split.

    Attributes:
        train_digest: SHA-256 of the bytes of the train file. They follow from the rows, how
            they were read and the version of Polars alone, not from chunks or threads.
        test_digest: The same of the test file.
        train_rows: Number of its rows, at least 1.
        test_rows: Number of its rows, at least 1.
        dropped_rows: Rows without a target value, which are in neither.
        strategy: How it was split.
        parameters: What else decided the split: seed, test_size, column, first_test_time, entity.
        train_classes: Rows of each class in train; empty for more than 50 classes.
        test_classes: The same in test.
        hints: What speaks against a random split that nobody asked for, or is odd about entities.
        entities: What a split by entity came to.
    """

    train_digest: str
    test_digest: str
    train_rows: int
    test_rows: int
    dropped_rows: int
    strategy: str
    parameters: Metadata
    train_classes: dict[str, int] = field(default_factory=dict)
    test_classes: dict[str, int] = field(default_factory=dict)
    hints: tuple[Note, ...] = ()
    entities: EntitySides | None = None

    def notes(self) -> list[Note]:
        """Return which rows are on neither side, and what another split would be for."""
        text = f"{counted_rows(self.dropped_rows)} without a value of the target"
        dropped = [Note("left out", text)] if self.dropped_rows else []
        return [*dropped, *self._of_classes(), *self.hints]

    def _of_classes(self) -> list[Note]:
        """Return which classes a split by entity, or in time, leaves on one side alone."""
        train, test = self.train_classes, self.test_classes
        told = [
            f"{name!r} ({counted_rows(here[name])} in {side})"
            for here, there, side in ((train, test, "train"), (test, train, "test"))
            for name in sorted(here.keys() - there.keys())
            if here[name] > 1 or side == "test"
        ]
        if not told:
            return []
        return [Note("warning", f"classes on one side of the split alone: {', '.join(told)}")]

    def train_metadata(self) -> Metadata:
        """Return what the train artifact says about itself."""
        return self._metadata("train", self.train_digest, self.train_rows, self.train_classes)

    def test_metadata(self) -> Metadata:
        """Return what the test artifact says about itself."""
        return self._metadata("test", self.test_digest, self.test_rows, self.test_classes)

    def _of_entities(self, side: str) -> Metadata:
        if self.entities is None:
            return {}
        return {"entities": self.entities.test if side == "test" else self.entities.train}

    def _metadata(self, side: str, digest: str, rows: int, classes: dict[str, int]) -> Metadata:
        share = rows / (self.train_rows + self.test_rows)
        told: Metadata = {"class_rows": classes} if classes else {}
        return {
            "side": side,
            "digest": digest,
            "rows": rows,
            "share": round(share, 6),
            "dropped_rows": self.dropped_rows,
            "strategy": self.strategy,
            **self.parameters,
            **self._of_entities(side),
            **told,
            NOTES: notes_metadata(self.notes()),
        }


def split_table(
    table: str | Path,
    train: str | Path,
    test: str | Path,
    *,
    target: str | None = None,
    task: str = "auto",
    strategy: str = "auto",
    column: str | None = None,
    test_size: float = 0.2,
    seed: int = 42,
    entity: Sequence[str] = (),
) -> SplitTable:
    """Split a table into train and test rows, unchanged and in their order.

    - `random`: a row is a test row if its hash (of all its values, the seed and how many equal
      rows came before) lies below `test_size`. Appended rows move no old one. Equal rows may be
      on both sides: remove the copies of a row that was stored twice, which would tell the model
      of a test row, or keep them together by `entity`.
    - `stratified`: of each class of the target, the rows of the lowest hashes are test rows, as
      many as come nearest to `test_size` of it; every class of two rows or more is on both sides.
      What gives way is that no old row ever moves: where a class grows from n to m rows, the cut
      between the hashes follows, and sqrt(n·test_size·(1 - test_size)·(1 - n/m)) of its n rows
      change sides in the mean square (for 0.2 and a tenth more rows: 4 of 1,000, 12 of 10,000).
    - by `entity`: the side follows from the hash of the values of these columns alone, so that no
      entity is on both sides, whatever else of its rows changes; rows without a value are together
      one entity. No entity moves as the table grows, unless the share of the test rows were off by
      more than a quarter of it (`sides_of_entities`). Classes are not stratified.
    - `time`: the latest rows of `column` are the test rows; rows of one time are on one side.
      The cut follows the data, so appended rows move it on.
    - `auto`: stratified for a classification, else random.

    Where all rows, or all entities, would fall onto one side, the nearest one is moved to the
    other. Rows without a value in the target are dropped. Another column, or another name of one,
    makes other rows, and so another random or stratified split.

    Args:
        table: A Parquet file.
        train: The Parquet file of train rows to write.
        test: The Parquet file of test rows to write.
        target: The target column; needed for `stratified`.
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        strategy: One of those above.
        column: The column of `time`.
        test_size: Share of test rows, between 0 and 1, both excluded.
        seed: Another seed gives another, independent split.
        entity: Columns that tell whose rows they are; in place of a strategy.

    Raises:
        InputError: A column, strategy, task or share is wrong, a time is missing, or one side
            would be empty.
    """
    plan = plan_split(
        table,
        target=target,
        task=task,
        strategy=strategy,
        column=column,
        test_size=test_size,
        seed=seed,
        entity=entity,
    )
    sides = choose_sides(table, plan)
    # A model that learns from the train rows must know how they were read.
    readings = TableReadings(table_readings(table).columns)
    for path in (Path(train), Path(test)):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_side_by_side({Path(train): sides.train, Path(test): sides.test}, readings)
    with ThreadPoolExecutor() as threads:
        train_digest, test_digest = threads.map(file_digest, (train, test))
    train_rows, test_rows = count_rows(train), count_rows(test)
    return SplitTable(
        train_digest=train_digest,
        test_digest=test_digest,
        train_rows=train_rows,
        test_rows=test_rows,
        dropped_rows=count_rows(table) - train_rows - test_rows,
        strategy=plan.strategy,
        parameters=_parameters(plan, sides.first_test_time),
        train_classes=_class_rows(train, plan),
        test_classes=_class_rows(test, plan),
        hints=tuple(_hints(table, plan, sides.entities, strategy)),
        entities=sides.entities,
    )


def _hints(
    table: str | Path, plan: SplitPlan, entities: EntitySides | None, strategy: str
) -> list[Note]:
    if entities is not None:
        return entity_notes(table, plan, entities)
    return split_hints(table, plan) if strategy == "auto" else []


def _parameters(plan: SplitPlan, first_test_time: Any) -> Metadata:
    parameters: Metadata = {"seed": plan.seed, "test_size": plan.test_size}
    if plan.target is not None:
        parameters |= {"target": plan.target, "task": str(plan.task)}
    if plan.entity:
        parameters["entity"] = list(plan.entity)
    if plan.column is not None:
        parameters["column"] = plan.column
    if first_test_time is not None:
        parameters["first_test_time"] = str(first_test_time)
    return parameters


def _class_rows(path: str | Path, plan: SplitPlan) -> dict[str, int]:
    if plan.task not in ("binary", "multiclass"):
        return {}
    counts = (
        pl.scan_parquet(path)
        .group_by(pl.col(str(plan.target)).alias("class"))
        .agg(rows=pl.len())
        .sort("class")
        .collect(engine="streaming")
    )
    return (
        {str(name): rows for name, rows in counts.rows()} if len(counts) <= MAX_CLASSES_TOLD else {}
    )
