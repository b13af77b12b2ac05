"""What monitoring found: the record that later steps, commands and reports read.

Imports the standard library only: commands that show it load nothing for it.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Self

from components.shared.evaluation.records import Performance
from components.shared.formatted_json import read_formatted, write_formatted
from components.shared.reports.notes import Note

FORMAT: Final = 1

Status = Literal["drift", "no drift", "too few rows"]


@dataclass(frozen=True)
class ColumnDrift:
    """A column of the window beside the reference.

    Attributes:
        column: Its name; of predictions `prediction` or `probability`.
        is_prediction: Whether it is what the model says, not what it is given.
        reasons: What has moved, the surest first; empty: nothing that is told from chance.
        chance: p-value of the column; None where nothing was tested.
        rows: Rows of the window with a value.
        missing: Share of missing values before and now.
        moved: Share of the rows that stand in other cells than before, 0 to 1.
        stability: Population stability index, for reading.
        distance: Jensen-Shannon distance, 0 to 1, for reading.
        cells: Name, rows of the reference and rows of the window of each cell.
        remark: Why something was not compared; empty: all was.
    """

    column: str
    is_prediction: bool
    reasons: tuple[str, ...]
    chance: float | None
    rows: int
    missing: tuple[float, float]
    moved: float | None
    stability: float | None
    distance: float | None
    cells: tuple[tuple[str, int, int], ...]
    remark: str = ""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Take it from its fields, after JSON."""
        cells = tuple((name, before, now) for name, before, now in content["cells"])
        before, now = content["missing"]
        told = {"reasons": tuple(content["reasons"]), "missing": (before, now), "cells": cells}
        return cls(**{**content, **told})


@dataclass(frozen=True)
class LabelCounts:
    """What became of the labels.

    Attributes:
        labelled: Rows of the window that have one.
        late: Rows of the window that have none yet.
        strays: Labels of no row of the window.
        contradictory: Keys with several different labels, none of which counts.
        repeated: Labels that said again what another of the same key says.
    """

    labelled: int
    late: int
    strays: int = 0
    contradictory: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class EstimatedPerformance:
    """What the model's own probabilities say of a metric: CBPE. It decides nothing.

    Attributes:
        metric: Name of the metric.
        value: The estimate; None where the rows leave it undefined.
        registered: What the version was registered with.
        rows: Rows that it is of.
    """

    metric: str
    value: float | None
    registered: float | None
    rows: int


@dataclass(frozen=True)
class Drift:
    """What monitoring found of one window.

    Attributes:
        model_name: The model.
        version: The version that was watched.
        model_digest: Digest of its files.
        rows: Rows of the window.
        status: `drift`, `no drift`, or `too few rows` to say either.
        unreadable: What of the window's columns the model cannot read, by column: certain drift.
        columns: Every column that was compared, those that moved first.
        alpha: Chance that any column is called moved where none is.
        performance: Realised metric beside the registered one; None without labels.
        dropped: Why the performance has dropped; empty: it has not, or nobody knows.
        estimated: What the metric may be; None where that cannot be estimated.
        labels: What became of the labels; None without any.
        predicted_rows: Rows that the model was asked about, a sample of many.
        notes: What was left out, assumed or found odd.
        has_target: Whether the window itself has values of the target.
    """

    model_name: str
    version: str
    model_digest: str
    rows: int
    status: Status
    unreadable: Mapping[str, str]
    columns: tuple[ColumnDrift, ...]
    alpha: float
    performance: Performance | None = None
    dropped: str = ""
    estimated: EstimatedPerformance | None = None
    labels: LabelCounts | None = None
    predicted_rows: int = 0
    notes: tuple[Note, ...] = ()
    has_target: bool = False

    @property
    def drifted(self) -> bool:
        """Whether what the model is given, or says, has moved."""
        return self.status == "drift"

    @property
    def performance_dropped(self) -> bool:
        """Whether the realised metric is worse than registered by more than chance explains."""
        return bool(self.dropped)

    @property
    def moved(self) -> tuple[ColumnDrift, ...]:
        """The columns that have moved."""
        return tuple(column for column in self.columns if column.reasons)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it alarms, a sentence each."""
        unreadable = (f"{name}: {problem}" for name, problem in self.unreadable.items())
        moved = (f"{column.column}: {column.reasons[0]}" for column in self.moved)
        return (*unreadable, *moved, *([self.dropped] if self.dropped else []))

    @property
    def watched(self) -> str:
        """The version, as `name@version`."""
        return f"{self.model_name}@{self.version}"

    @property
    def outcome(self) -> str:
        """What it came to, in one line."""
        told = []
        if count := len(self.moved) + len(self.unreadable):
            told.append(f"drift in {count} column{'' if count == 1 else 's'}")
        elif not self.drifted:
            told.append(self.status)
        if self.dropped and self.performance:
            told.append(f"{self.performance.metric} has dropped")
        return ", ".join(told)

    def figures(self) -> dict[str, float]:
        """Return what the dashboard shows as metrics, and the registry keeps as a history."""
        shares = [column.moved for column in self.columns if column.moved is not None]
        told: dict[str, float] = {
            "rows": self.rows,
            "drifted": float(self.drifted),
            "performance_dropped": float(self.performance_dropped),
            "drifted_columns": len(self.moved) + len(self.unreadable),
            "drift_score": SUREST if self.unreadable else drift_score(self.columns, self.alpha),
            "largest_move": max(shares, default=0.0),
        }
        if self.performance and self.performance.found.value is not None:
            told[self.performance.metric] = self.performance.found.value
        if self.estimated and self.estimated.value is not None:
            told[f"estimated_{self.estimated.metric}"] = self.estimated.value
        return told

    def to_json(self) -> str:
        """Return it as text."""
        told = {
            "drifted": self.drifted,
            "performance_dropped": self.performance_dropped,
            "reasons": self.reasons,
        }
        return write_formatted(told | asdict(self), FORMAT)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text that `to_json` wrote.

        Raises:
            ValueError: It is not JSON, or of another format.
        """
        content = read_formatted(text, FORMAT)
        for derived in ("drifted", "performance_dropped", "reasons"):
            del content[derived]
        performance, estimated = content["performance"], content["estimated"]
        labels = content["labels"]
        told = {
            "columns": tuple(map(ColumnDrift.of, content["columns"])),
            "performance": performance and Performance.of(performance),
            "estimated": estimated and EstimatedPerformance(**estimated),
            "labels": labels and LabelCounts(**labels),
            "notes": tuple(Note(**{**n, "columns": tuple(n["columns"])}) for n in content["notes"]),
        }
        return cls(**{**content, **told})


SUREST: Final = 10.0
"""The drift score where a column is missing, or cannot be read; more is told of no other."""


def drift_score(columns: tuple[ColumnDrift, ...], alpha: float) -> float:
    """Return one number for a chart: 0 where nothing stirs, 1 where an alarm is due, at most 10.

    The logarithm of the least p-value by that of the threshold of the surest column, alpha by the
    number of columns. What is sure but a trifle raises it, and alarms nobody.
    """
    found = [column.chance for column in columns if column.chance is not None]
    if not found:
        return 0.0
    least = max(min(1.0, min(found)), 1e-300)
    return min(SUREST, math.log(least) / math.log(alpha / len(found)))
