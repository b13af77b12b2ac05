"""Where a model and the rows that it is evaluated on come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

OF_SPLIT: Final = (
    *("strategy", "column", "entity", "first_test_time", "test_size", "seed", "dropped_rows"),
)
"""What is kept of what `split_table` says of the test rows."""


@dataclass(frozen=True)
class Origin:
    """Where a model and its test rows come from, so far as it is known.

    Attributes:
        model_name: What the model is called in the registry.
        train: Parquet file of the rows that it was trained on, to measure it on these too, and to
            judge all rows in turn where the test rows are few.
        split: The metadata of the test rows, as `split_table` wrote them.
        evaluated_at: When the evaluation is made, ISO 8601; empty: the same rows and seed give
            the same bytes whenever they are evaluated.
    """

    model_name: str | None = None
    train: str | Path | None = None
    split: Mapping[str, Any] = field(default_factory=dict)
    evaluated_at: str = ""

    def told_split(self) -> dict[str, Any]:
        """Return what an evaluation keeps of how the rows were split."""
        return {name: _whole(self.split[name]) for name in OF_SPLIT if name in self.split}


UNKNOWN: Final = Origin()


def now() -> str:
    """Return the time, ISO 8601 in UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _whole(value: Any) -> Any:
    """Return a number as it was before its way through a cluster made a float of it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
