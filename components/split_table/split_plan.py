"""How a table is to be split: the user's parameters, checked against the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.shared.errors import InputError
from components.shared.tables.choices import STRATEGIES
from components.shared.tables.column_types import column_types
from components.shared.tables.columns import require_column
from components.shared.tables.tasks import Task, resolve_task

ENTITY: Final = "entity"
"""What a split by entity is called, which is asked for by its columns."""


@dataclass(frozen=True)
class SplitPlan:
    """Parameters of a split that fit the table.

    Attributes:
        columns: All columns of the table.
        strategy: How to split: stratified, random, time or entity.
        task: What is learnt from the target; None without one.
        target: The target column, if any.
        column: The column of times, for a split in time.
        test_size: Share of test rows, between 0 and 1.
        seed: What makes this split differ from others.
        entity: Columns that tell whose rows they are, for a split by entity.
    """

    columns: tuple[str, ...]
    strategy: str
    task: Task | None
    target: str | None
    column: str | None
    test_size: float
    seed: int
    entity: tuple[str, ...] = ()


def plan_split(
    table: str | Path,
    *,
    target: str | None,
    task: str,
    strategy: str,
    column: str | None,
    test_size: float,
    seed: int,
    entity: Sequence[str] = (),
) -> SplitPlan:
    """Check the parameters of a split against the table, and resolve what is `auto` in them.

    Raises:
        InputError: A column, strategy, task, seed or share is wrong.
    """
    types = column_types(table)
    _check_numbers(test_size, seed)
    resolved = None if target is None else resolve_task(task, table, target)
    classes = resolved in ("binary", "multiclass")
    if entity:
        _check_entity(entity, strategy, target, types)
        strategy = ENTITY
    elif strategy == "auto":
        strategy = "stratified" if classes else "random"
    if strategy not in (*STRATEGIES, *([ENTITY] if entity else [])):
        raise InputError(
            f"Unknown strategy {strategy!r} (parameter `strategy`): use auto, "
            f"{', '.join(STRATEGIES)}."
        )
    if strategy == "stratified" and not classes:
        why = "no target was given" if target is None else f"{target!r} is that of a regression"
        raise InputError(
            f"A stratified split needs a target with classes, but {why}: set `target`, or use "
            "the strategy random."
        )
    _check_column(strategy, column, target, types)
    columns, of_entity = tuple(types), tuple(dict.fromkeys(entity))
    return SplitPlan(columns, strategy, resolved, target, column, test_size, seed, of_entity)


def _check_numbers(test_size: float, seed: int) -> None:
    if not 0.0 < test_size < 1.0:
        raise InputError(
            f"The test share {test_size} is not between 0 and 1 (parameter `test_size`): "
            "0.2 makes every fifth row a test row."
        )
    if not -(2**63) <= seed < 2**63:
        raise InputError(
            f"The seed {seed} (parameter `seed`) is beyond 64 bits: use a smaller one."
        )


def _check_entity(
    entity: Sequence[str], strategy: str, target: str | None, types: Mapping[str, str]
) -> None:
    if strategy == "time":
        raise InputError(
            f"A split in time puts early rows of {_named(entity)} onto one side and late ones onto "
            "the other, and `entity` all onto one: leave out `entity`, or the strategy time."
        )
    if strategy != "auto":
        raise InputError(
            f"The sides follow from {_named(entity)} (parameter `entity`), and not from the rows "
            f"as in the strategy {strategy}: leave one of both out."
        )
    for column in entity:
        require_column(column, list(types), "entity")
        if column == target:
            raise InputError(
                f"The target {target!r} cannot also be an entity (parameter `entity`): the test "
                "rows would differ from the train rows in what is to be learnt."
            )


def _named(entity: Sequence[str]) -> str:
    return " and ".join(map(repr, entity))


def _check_column(
    strategy: str, column: str | None, target: str | None, types: Mapping[str, str]
) -> None:
    if strategy != "time":
        if column is not None:
            raise InputError(
                f"The column {column!r} (parameter `column`) means nothing to the strategy "
                f"{strategy}: set `strategy` to time, or leave the column out. All rows of a "
                "customer or the like are kept on one side by `entity`."
            )
        return
    if column is None:
        raise InputError("The strategy time needs a column: set `column` to that of the times.")
    require_column(column, list(types), "column")
    if column == target:
        raise InputError(
            f"The target {target!r} cannot also be the column of the times (parameter "
            "`column`): the test rows would differ from the train rows in what is to be learnt."
        )
    if types[column] in ("string", "boolean"):
        raise InputError(
            f"The time column {column!r} is {types[column]}, not dates, times or numbers: write "
            "dates as 2024-12-31, or name another column (parameter `column`)."
        )
