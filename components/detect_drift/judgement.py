"""Which columns have moved, at one chance of any false alarm in a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from components.detect_drift.chances import holm
from components.detect_drift.columns import ComparedColumn, Finding
from components.shared.errors import InputError

ALPHA: Final = 0.005
"""Chance that a run in which nothing moved alarms."""

LEAST_MOVED: Final = 0.02
"""Share of the rows that must have moved: what is less is a trifle, however sure it is."""

LEAST_ROWS: Final = 100
"""Rows below which nothing is said."""


@dataclass(frozen=True)
class Rule:
    """When it alarms.

    Attributes:
        alpha: Chance that a window in which nothing moved alarms, in (0, 0.5).
        least_moved: Share of the rows that must have moved, in [0, 1).
        least_rows: Rows below which nothing is said, at least 30.
        metric: Metric that realised performance is judged by; `auto` is that of the task.
        seed: Seed of the sample that is predicted and of bootstraps.
    """

    alpha: float = ALPHA
    least_moved: float = LEAST_MOVED
    least_rows: int = LEAST_ROWS
    metric: str = "auto"
    seed: int = 42

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 0.5:
            raise InputError(
                f"alpha is {self.alpha}: give the chance of a false alarm, such as 0.005."
            )
        if not 0 <= self.least_moved < 1:
            raise InputError(f"least_moved is {self.least_moved}: give a share, such as 0.02.")
        if self.least_rows < 30:
            raise InputError(
                f"least_rows is {self.least_rows}: of fewer than 30 rows, chance explains anything."
            )


Column = TypeVar("Column")


def moved_columns(
    compared: Mapping[Column, ComparedColumn], alpha: float
) -> dict[Column, tuple[Finding, ...]]:
    """Return what has moved, by column.

    Args:
        compared: The columns, each of which is one hypothesis; those without a test are none.
        alpha: Chance that any column that has not moved is among them.
    """
    tested = {name: each for name, each in compared.items() if each.findings}
    fallen = holm([each.chance for each in tested.values()], alpha)
    found = {}
    for (name, each), has_fallen in zip(tested.items(), fallen, strict=True):
        # Its own p-value has fallen, so each of its tests is held to the level that it fell at.
        said = each.said(max(alpha / len(tested), each.chance)) if has_fallen else ()
        if said:
            found[name] = said
    return found
