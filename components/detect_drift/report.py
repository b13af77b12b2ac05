"""The HTML report of a window."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.detect_drift.drift import ColumnDrift, Drift
from components.detect_drift.judgement import Rule
from components.shared.reports.rendering import render

TEMPLATE: Final = Path(__file__).parent / "drift.html.j2"
MOST_PICTURES: Final = 20
MOST_BARS: Final = 24
WIDTH: Final = 320.0
"""Width of the longest bar, in units of the picture."""


@dataclass(frozen=True)
class Bar:
    """One cell of a picture: its share of the rows before and now, and how wide these are."""

    name: str
    before: float
    now: float
    before_width: float
    now_width: float


def render_drift(drift: Drift, rule: Rule) -> str:
    """Return the report as one HTML page that fetches nothing and runs no script.

    Args:
        drift: What was found.
        rule: When it alarms.
    """
    drawn = [c for c in drift.columns if c.cells and (c.reasons or c.is_prediction)]
    pictures = [(column, bars(column)) for column in drawn[:MOST_PICTURES]]
    return render(TEMPLATE, drift=drift, rule=rule, pictures=pictures)


def bars(column: ColumnDrift) -> list[Bar]:
    """Return the bars of a column, of many cells those that changed most, in their order."""
    before_rows = max(1, sum(before for _, before, _ in column.cells))
    now_rows = max(1, sum(now for _, _, now in column.cells))
    shares = [(name, b / before_rows, n / now_rows) for name, b, n in column.cells]
    changed = sorted(range(len(shares)), key=lambda k: -abs(shares[k][2] - shares[k][1]))
    shown = [shares[k] for k in sorted(changed[:MOST_BARS])]
    longest = max((max(before, now) for _, before, now in shown), default=0.0) or 1.0
    return [
        Bar(_short(name), b, n, round(WIDTH * b / longest, 1), round(WIDTH * n / longest, 1))
        for name, b, n in shown
    ]


def _short(name: str, most: int = 28) -> str:
    name = " ".join(name.split())
    return name if len(name) <= most else name[: most - 1] + "…"
