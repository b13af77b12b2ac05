"""Scoring by the plan of a model: with the standard library, a row in microseconds."""

from collections.abc import Sequence
from pathlib import Path

from components.shared.plans.scorer import PlanScorer
from predictor.errors import UnsupportedError
from predictor.scorer import Explanation, Row, Scores


class PlannedScorer:
    """Scores rows by a plan.

    Args:
        plan: The plan, loaded.
    """

    def __init__(self, plan: PlanScorer) -> None:
        self._plan = plan

    @classmethod
    def load(cls, folder: str | Path) -> "PlannedScorer":
        """Load the plan of a model folder; raises as `PlanScorer.load`."""
        return cls(PlanScorer.load(folder))

    def score(self, rows: Sequence[Row]) -> Scores:
        """Return the predictions of rows; raises as `Scorer.score`."""
        return self._plan.score(rows)

    def explain(self, rows: Sequence[Row]) -> Sequence[Explanation]:
        """Refuse: plans do not explain yet.

        Raises:
            UnsupportedError: Always.
        """
        raise UnsupportedError("predictions of this version cannot be explained")
