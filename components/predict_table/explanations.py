"""What each column of the table adds to each prediction, as columns beside it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from components.shared.errors import InputError
from components.shared.models.description import read_description
from components.shared.plans.plan import PLAN_FILE
from components.shared.plans.scorer import PlanScorer

BASE: Final = "base"
CONTRIBUTION: Final = "contribution_"
EXPLAINED_CLASS: Final = "explained_class"
BATCH_ROWS: Final = 500
"""Rows are explained in milliseconds each, and progress is told after so many."""


class Explainer:
    """Explains rows by the plan of a model, whose base and contributions add up to what it says.

    Args:
        model: The model folder.

    Raises:
        InputError: It has no plan; the message says why.
    """

    def __init__(self, model: str | Path) -> None:
        description = read_description(model)
        if PLAN_FILE not in description.files:
            reason = description.plan_refusal or "it is older than plans"
            raise InputError(
                "Predictions are explained by the model's plan, and this one has none "
                f"(parameter `explain`): {reason}. Leave it out."
            )
        self._scorer = PlanScorer.load(model)
        self._classes = description.classes

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that it makes, with their types."""
        made: dict[str, Any] = {}
        if self._names_a_class:
            made[EXPLAINED_CLASS] = pl.Series(self._classes).dtype
        names = [BASE, *(f"{CONTRIBUTION}{name}" for name in self._scorer.features)]
        return made | dict.fromkeys(names, pl.Float64())

    def metadata(self) -> dict[str, Any]:
        """Return in what unit it explains, and of two classes which."""
        told: dict[str, Any] = {"explained_in": self._scorer.unit}
        if self._classes is not None and not self._names_a_class:
            told["explained_class"] = self._classes[1]
        return told

    def explain(self, rows: pl.DataFrame) -> Iterator[pl.Series]:
        """Return those columns for rows of the table.

        Raises:
            RefusedValueError: A value is none that its column could have had.
        """
        found = self._scorer.explain(rows.to_dicts())
        if self._names_a_class:
            yield pl.Series(EXPLAINED_CLASS, [each.label for each in found])
        yield pl.Series(BASE, [each.base for each in found], dtype=pl.Float64)
        for name in self._scorer.features:
            added = [each.contributions[name] for each in found]
            yield pl.Series(f"{CONTRIBUTION}{name}", added, dtype=pl.Float64)

    @property
    def _names_a_class(self) -> bool:
        """Of more than two classes each row explains the most probable one."""
        return self._classes is not None and len(self._classes) > 2
