"""How a registered model of two classes decides, as properties of its version."""

from collections.abc import Mapping
from typing import Any, Final

from components.shared.evaluation.records import EvaluationRecord

THRESHOLD: Final = "threshold"
"""The threshold of the least cost on the test rows."""
POSITIVE_CLASS: Final = "positive_class"
COSTS: Final = "threshold.costs"
"""What mistakes cost, by which it is the best: `false alarm 1, missed row 10`."""


def decision_properties(figures: EvaluationRecord) -> dict[str, str | float]:
    """Return the properties that say how to decide; none where there is nothing to."""
    best = figures.threshold
    if best is None or figures.positive_class is None:
        return {}
    return {
        THRESHOLD: best.value,
        POSITIVE_CLASS: figures.positive_class,
        COSTS: f"false alarm {best.cost_fp:g}, missed row {best.cost_fn:g}",
    }


def decision_of(registered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a mapping, such as the properties of a version, has of these properties."""
    return {name: registered[name] for name in (THRESHOLD, POSITIVE_CLASS) if name in registered}
