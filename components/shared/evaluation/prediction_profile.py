"""What a model's predictions on its test rows were like: what later predictions are held against.

Imports the standard library only: who registers or fetches a model loads nothing for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from components.shared.models.description import ColumnProfile

MOST_CLASSES: Final = 20
"""Classes of a model beyond which it has no calibration: it would be of too few rows each."""


@dataclass(frozen=True)
class PredictionProfile:
    """What a model's predictions on its test rows were like.

    Attributes:
        rows: Test rows, with and without a label.
        columns: Profile of what `prediction_columns` gives, by its names.
        calibration: By the position of the class, points of a rising curve from its predicted
            probability to the share of the rows that had it; empty where that is not known.
    """

    rows: int
    columns: Mapping[str, ColumnProfile]
    calibration: Mapping[int, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "rows": self.rows,
            "columns": {name: profile.content() for name, profile in self.columns.items()},
            "calibration": {str(k): [*map(list, each)] for k, each in self.calibration.items()},
        }

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Take it from what `content` returned, after JSON.

        Raises:
            KeyError: A part is missing.
        """
        return cls(
            content["rows"],
            {name: ColumnProfile.of(each) for name, each in content["columns"].items()},
            {
                int(k): tuple((float(x), float(y)) for x, y in points)
                for k, points in content["calibration"].items()
            },
        )
