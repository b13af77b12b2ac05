"""Plots of a run as PNG, which trackers show: matplotlib's object interface only."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS: Final = 25
MOST_LETTERS: Final = 28
FEW_CLASSES: Final = 12
"""Up to so many the numbers of rows fit into the cells."""


def confusion_picture(labels: Sequence[str], matrix: Sequence[Sequence[int]]) -> bytes:
    """Draw a confusion matrix, actual by predicted, shaded by the share of the actual class."""
    size = 2.4 + 0.5 * len(labels)
    figure, axes = _figure(size, size)
    shares = [[cell / max(sum(row), 1) for cell in row] for row in matrix]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    places = range(len(labels))
    short = [_short(label) for label in labels]
    axes.set_xticks(places, short, rotation=45, ha="right")
    axes.set_yticks(places, short)
    axes.set(xlabel="Predicted", ylabel="Actual")
    if len(labels) <= FEW_CLASSES:
        for i, row in enumerate(matrix):
            for j, cell in enumerate(row):
                ink = "white" if shares[i][j] > 0.5 else "black"
                axes.text(j, i, f"{cell:,}", ha="center", va="center", color=ink, fontsize=8)
    return _png(figure)


def importance_picture(importances: Mapping[str, float]) -> bytes:
    """Draw the importances of the first columns, the greatest on top."""
    shown = list(importances.items())[:MOST_COLUMNS]
    figure, axes = _figure(6, 1 + 0.28 * len(shown))
    axes.barh([_short(name) for name, _ in shown], [mean for _, mean in shown])
    axes.invert_yaxis()
    axes.set(xlabel="Loss of the metric when the column is shuffled")
    return _png(figure)


def _figure(width: float, height: float) -> "tuple[Figure, Axes]":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _png(figure: "Figure") -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=120, metadata={"Software": None})
    return target.getvalue()


def _short(name: str) -> str:
    # A dollar would begin a formula.
    plain = " ".join(name.split()).replace("$", r"\$")
    return plain if len(plain) <= MOST_LETTERS else plain[: MOST_LETTERS - 1] + "…"
