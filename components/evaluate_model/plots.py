"""Plots as inline SVG that takes its colours from the page, in light and in dark.

Matplotlib's object interface only: pyplot would keep state and cost another import. The figures
are drawn in stand-in colours, which the SVG names as the page's CSS variables; text stays text.
"""

import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, ScalarFormatter

from components.evaluate_model.curves import Calibration, PrecisionRecall, Roc
from components.evaluate_model.partial_dependence import Dependence
from components.evaluate_model.thresholds import Thresholds
from components.shared.evaluation.ranking import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

INK: Final = "#010101"
MUTED: Final = "#010102"
LINE: Final = "#010103"
ACCENT: Final = "#010104"
ACCENT_2: Final = "#010105"
VARIABLES: Final = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    ACCENT: "var(--accent)",
    ACCENT_2: "var(--accent-2)",
}
SERIES: Final = (
    "#4e8fc7",
    "#d9793d",
    "#4aa37c",
    "#b06fb3",
    "#b39b2e",
    "#6f7fd1",
    "#c85a6e",
    "#5aa9ad",
)
"""Colours of up to eight classes, readable on white and on near-black."""

LARGE: Final = 1e5
SMALL: Final = 1e-3
"""From which size on, and up to which, the numbers of an axis are shortened."""
SIZES: Final = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))

MOST_DOTS: Final = 1_000
FEW_DOTS: Final = 250
STYLE: Final = {
    "svg.fonttype": "none",
    "svg.hashsalt": "kfp-tabular",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "text.parse_math": False,
}


def roc_plot(curves: Mapping[str, Roc]) -> Markup:
    """Draw ROC curves by their labels."""

    def draw(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        for (label, curve), colour in zip(curves.items(), _colours(len(curves)), strict=False):
            x, y = curve.false_positive_rate, curve.true_positive_rate
            axes.plot(x, y, color=colour, linewidth=1.8, label=label)
        _unit(axes, "False positive rate", "True positive rate")
        if len(curves) > 1:
            axes.legend(loc="lower right")

    return _figure(draw)


def precision_recall_plot(curve: PrecisionRecall, share: float) -> Markup:
    """Draw a precision-recall curve over the share of positive rows, which guessing reaches."""

    def draw(axes: "Axes") -> None:
        axes.axhline(share, color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        axes.plot(curve.recall, curve.precision, color=ACCENT, linewidth=1.8)
        _unit(axes, "Recall", "Precision")

    return _figure(draw)


def calibration_plot(bins: Calibration, x: str, y: str) -> Markup:
    """Draw observed against predicted shares with their 95 % intervals."""

    def draw(axes: "Axes") -> None:
        top = max(float(bins.predicted.max()), float(bins.high.max()), 0.05)
        axes.plot([0, top], [0, top], color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        axes.vlines(bins.predicted, bins.low, bins.high, color=ACCENT, linewidth=1.2)
        axes.plot(bins.predicted, bins.observed, color=ACCENT, linewidth=1.2, marker="o", ms=4.5)
        ends = (-0.02 * top, top * 1.02)
        axes.set(xlabel=x, ylabel=y, xlim=ends, ylim=ends)

    return _figure(draw)


def gain_plot(found: Thresholds) -> Markup:
    """Draw which share of the positive rows is found in which share of all, the surest first."""

    def draw(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        axes.plot(found.called_share, found.found_share, color=ACCENT, linewidth=1.8)
        best = found.named("best")
        x, y = best.rows / found.rows, best.found / found.positive
        axes.plot([x], [y], linestyle="", marker="o", ms=6, color=ACCENT_2)
        _unit(axes, "Share of the rows called positive", "Share of the positive rows found")

    return _figure(draw)


def lift_plot(found: Thresholds) -> Markup:
    """Draw how many times more positive rows are found than by calling rows at random."""

    def draw(axes: "Axes") -> None:
        called = found.called_share[1:]
        axes.axhline(1, color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        axes.plot(called, found.found_share[1:] / called, color=ACCENT, linewidth=1.8)
        axes.set(xlabel="Share of the rows called positive", ylabel="Lift", xlim=(-0.01, 1.01))
        axes.set_ylim(bottom=0)

    return _figure(draw)


def dependence_plot(found: Dependence, ends: tuple[float, float], label: str) -> Markup:
    """Draw the mean prediction by the values of a column.

    Args:
        found: What to draw.
        ends: Lowest and highest mean of all plots that stand beside it, which share a scale.
        label: What the prediction is.
    """
    room = 0.06 * (ends[1] - ends[0]) or 0.5
    scale = (ends[0] - room, ends[1] + room)

    def draw_line(axes: "Axes") -> None:
        are_times = isinstance(found.values[0], str)
        values = np.arange(len(found.values)) if are_times else np.array(found.values)
        if are_times:
            ends_and_middle = [0, len(values) // 2, len(values) - 1]
            axes.set_xticks(ends_and_middle, [str(found.values[k])[:10] for k in ends_and_middle])
        for (name, means), colour in zip(
            found.curves.items(), _colours(len(found.curves)), strict=False
        ):
            axes.plot(values, means, color=colour, linewidth=1.6, marker="o", ms=3.5, label=name)
        axes.set(xlabel=_short(found.column, 44), ylabel=label, ylim=scale)

    def draw_names(axes: "Axes") -> None:
        places = np.arange(len(found.values))[::-1]
        for (name, means), colour in zip(
            found.curves.items(), _colours(len(found.curves)), strict=False
        ):
            axes.plot(means, places, linestyle="", marker="o", ms=6, color=colour, label=name)
        axes.set_yticks(places, [_short(str(value), 18) for value in found.values])
        axes.set(xlabel=label, xlim=scale, ylim=(-0.6, len(places) - 0.4))
        axes.tick_params(axis="y", length=0)

    def draw(axes: "Axes") -> None:
        (draw_line if found.in_order else draw_names)(axes)
        if len(found.curves) > 1:
            axes.legend(loc="best")

    if found.in_order:
        return _figure(draw)
    longest = max(_width(_short(str(value), 18)) for value in found.values)
    return _figure(draw, left=0.25 + 0.082 * longest)


def actual_plot(actual: Floats, predicted: Floats) -> Markup:
    """Draw actual against predicted values; the rows given are all drawn."""

    def draw(axes: "Axes") -> None:
        ends = [min(actual.min(), predicted.min()), max(actual.max(), predicted.max())]
        axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        _dots(axes, predicted, actual)
        axes.set(xlabel="Predicted", ylabel="Actual")

    return _figure(draw)


def residual_plot(actual: Floats, predicted: Floats) -> Markup:
    """Draw residuals (actual minus predicted) over the prediction; all rows given are drawn."""

    def draw(axes: "Axes") -> None:
        axes.axhline(0, color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        _dots(axes, predicted, actual - predicted)
        axes.set(xlabel="Predicted", ylabel="Actual − predicted")

    return _figure(draw)


def histogram_plot(counts: Floats, edges: Floats, label: str) -> Markup:
    """Draw a histogram that was already counted."""

    def draw(axes: "Axes") -> None:
        axes.bar(edges[:-1], counts, np.diff(edges) * 0.94, align="edge", color=ACCENT)
        axes.set(xlabel=label, ylabel="Rows")
        axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
        axes.grid(visible=False, axis="x")

    return _figure(draw)


def _figure(
    draw: Callable[["Axes"], None],
    width: float = 4.6,
    height: float = 3.4,
    left: float = 0.62,
    bottom: float = 0.48,
) -> Markup:
    """Draw one figure; sizes and margins are in inches, as a layout engine would draw twice."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        FigureCanvasSVG(figure)
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        draw(axes)
        for axis in (axes.xaxis, axes.yaxis):
            _shorten(axis)
        left = max(left, 0.37 + 0.075 * _longest_number(axes))
        figure.subplots_adjust(left / width, bottom / height, 1 - 0.2 / width, 1 - 0.1 / height)
        target = io.StringIO()
        with warnings.catch_warnings():
            # Text stays text, so the fonts of the reader count, not those that are here.
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return _inline(target.getvalue())


def _shorten(axis: "Axis") -> None:
    """Write numbers of an axis so that each can be read alone: 80M, and not 0.8 with 1e8 aside."""
    if not isinstance(axis.get_major_formatter(), ScalarFormatter):
        return
    widest = max(abs(end) for end in axis.get_view_interval())
    if widest >= LARGE or widest < SMALL:
        axis.set_major_formatter(FuncFormatter(lambda value, _: _short_number(value)))
        axis.set_major_locator(MaxNLocator(5))
    else:
        axis.set_major_formatter(ScalarFormatter(useOffset=False))


def _short_number(value: float) -> str:
    sizes = ((size, letter) for size, letter in SIZES if size <= abs(value) < 1000 * SIZES[0][0])
    size, letter = next(sizes, (1.0, ""))
    return ("−" if value < 0 else "") + f"{abs(value) / size:g}{letter}"


def _longest_number(axes: "Axes") -> int:
    """Return the letters of the longest number beside the plot, which its label stands left of."""
    formatter = axes.yaxis.get_major_formatter()
    if not axes.get_ylabel() or not isinstance(formatter, ScalarFormatter | FuncFormatter):
        return 0
    low, high = sorted(axes.get_ylim())
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    return max(map(len, formatter.format_ticks(ticks)), default=0)


def _inline(svg: str) -> Markup:
    """Return the element alone, in the page's colours and font, scaled by the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    for stand_in, variable in VARIABLES.items():
        svg = svg.replace(stand_in, variable)
    # The drawing library escapes all text itself.
    return Markup(svg)  # noqa: S704


def _dots(axes: "Axes", x: Floats, y: Floats) -> None:
    """Draw dots, large and dense where they are few."""
    size, alpha = (5, 0.6) if len(x) <= FEW_DOTS else (3, 0.35)
    axes.plot(x, y, linestyle="", marker="o", ms=size, color=ACCENT, alpha=alpha, mew=0)


def _unit(axes: "Axes", x: str, y: str) -> None:
    axes.set(xlabel=x, ylabel=y, xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))


def _colours(number: int) -> Sequence[str]:
    return (ACCENT,) if number == 1 else SERIES


def _short(name: str, most: int = 28) -> str:
    name = " ".join(name.split())
    return name if len(name) <= most else name[: most - 1] + "…"


def _width(text: str) -> int:
    """Return the width in letters, of which a character of East Asia takes nearly two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
