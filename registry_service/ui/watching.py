"""How a version fared since it was registered, as charts of what its checks measured."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from registry_service.domain.overview import Check
from registry_service.ui.formats import day
from registry_service.ui.line_chart import Level, LineChart, Mark, Point, line_chart

ALARM: Final = Level("alarm", 1.0)
LEAST_CHECKS: Final = 2
MOST_SHOWN: Final = 3.0
"""The score at which the chart ends: sure drift has 10, below which all else would lie flat."""
ESTIMATED: Final = "estimated_"


def watching(checks: Sequence[Check], registered: Mapping[str, float]) -> Sequence[LineChart]:
    """Return a chart of the drift score, and of each realised metric, over the checks.

    Args:
        checks: The checks of a version, newest first.
        registered: The metrics that the version was registered with.
    """
    return [*_charts(checks[::-1], registered)]


def _charts(checks: Sequence[Check], registered: Mapping[str, float]) -> Iterator[LineChart]:
    if len(checks) < LEAST_CHECKS:
        return
    scores = [_point(check, "drift_score", "drifted") for check in checks]
    if drawn := line_chart("Drift score over the checks", scores, [ALARM], MOST_SHOWN):
        yield drawn
    names = {name for check in checks for name in check.metrics if not name.startswith(ESTIMATED)}
    for name in sorted(names):
        points = [_point(check, name, "performance_dropped") for check in checks]
        levels = [Level("registered", registered[name])] if name in registered else []
        if drawn := line_chart(f"{name} over the checks", points, levels):
            yield drawn


def _point(check: Check, name: str, alarm: str) -> Point:
    mark: Mark = "bad" if check.figures.get(alarm) else ""
    value = check.figures.get(name)
    return Point(day(check.at), value, mark=mark, said=check.outcome, at=check.at / 1000)
