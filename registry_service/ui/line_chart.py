"""A line over versions or over time: places that a template draws as SVG, without a script.

Across, places are shares of the width, so that a chart is as wide as its page and its texts keep
their size; `line_chart` of the template `charts.html.j2` draws it, with a table of its figures.

```python
chart = line_chart("ROC AUC by version", [Point("1", 0.81, 0.79, 0.83), Point("2", 0.82)])
```
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from registry_service.ui.formats import number

Mark = Literal["", "good", "bad"]

HEIGHT: Final = 190
TOP: Final = 12
BASE: Final = 160
"""Pixels from the top of the drawing: where the highest value lies, and the lowest."""
INSET: Final = 3.0
"""Percent of the width that are left free at both ends."""
STEPS: Final = 4
LABEL_LETTERS: Final = 26
"""Letters that there is room for below a chart on a telephone."""
SHORT: Final = 3
MANY: Final = 40
LEAST: Final = 1e-290
"""The least magnitude beside which a value of its own has ticks; below it all is nought."""
DECIMALS: Final = 12
WIDE: Final = 1e12
"""Decimals, and the magnitude, beyond which ticks are written with an exponent."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value and where it belongs.

    Attributes:
        label: What is below it: the name of a version, a date.
        value: The value; None leaves a gap.
        low: Lower end of its interval, where it has one.
        high: Upper end of it.
        mark: Its colour: `good` for what is in use, `bad` for an alarm.
        said: What else there is to say of it, such as `champion`.
        at: Its place on a scale of the caller's, such as seconds; None: points are evenly spread.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    mark: Mark = ""
    said: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A value that others are held against, such as a floor: a dashed line across."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A point where it is drawn: `x` in percent, all others in pixels from the top."""

    point: Point
    x: float
    y: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A text at a place along an axis: `y` in pixels, or `x` in percent with its anchor."""

    text: str
    place: float
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class LineChart:
    """What is drawn.

    Attributes:
        title: What is shown.
        points: All points, for the table.
        dots: Those that have a value.
        segments: Pairs of dots to be joined; a gap joins none.
        levels: Levels and their pixels from the top.
        across: Ticks of the values.
        below: Ticks of the labels.
        tick_letters: Letters of the longest of the former.
        is_dense: Whether dots lie so close that they are drawn small.
    """

    title: str
    points: Sequence[Point]
    dots: Sequence[Dot]
    segments: Sequence[tuple[Dot, Dot]]
    levels: Sequence[tuple[Level, float]]
    across: Sequence[Tick]
    below: Sequence[Tick]
    tick_letters: int
    is_dense: bool
    height: int = HEIGHT
    base: int = BASE


def line_chart(
    title: str, points: Sequence[Point], levels: Sequence[Level] = (), most: float = math.inf
) -> LineChart | None:
    """Return a chart of points in their order.

    None where none of them has a value, and where values lie so far apart, or so far out, that
    floating-point numbers have no scale for them.

    Args:
        title: What is shown, for those who do not see it too.
        points: The points.
        levels: Values across.
        most: Where the scale ends: what is above is drawn at its top, which says so.
    """
    sound = [point for point in points if _is_number(point.value)]
    if not sound:
        return None
    values = [
        each
        for point in sound
        for each in (point.value, point.low, point.high)
        if each is not None and _is_number(each)
    ]
    is_cut = max(values) > most
    values = [min(value, most) for value in values]
    levels = [level for level in levels if _is_number(level.value)]
    values += [level.value for level in levels]
    ticks, texts = _ticks(min(values), max(values))
    if not ticks:
        return None
    if is_cut:
        texts = [*texts[:-1], f"≥ {texts[-1]}"]

    def y(value: float) -> float:
        share = (min(value, most) - ticks[0]) / (ticks[-1] - ticks[0])
        return round(BASE - share * (BASE - TOP), 1)

    places = _places(points)
    dots = [_dot(point, x, y) for point, x in zip(points, places, strict=True)]
    return LineChart(
        title=title,
        points=points,
        dots=[dot for dot in dots if dot],
        segments=[(a, b) for a, b in pairwise(dots) if a and b],
        levels=[(level, y(level.value)) for level in levels],
        across=[Tick(text, y(tick)) for text, tick in zip(texts, ticks, strict=True)],
        below=list(_labels(points, places)),
        tick_letters=max(map(len, texts)),
        is_dense=len(points) > MANY,
    )


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _dot(point: Point, x: float, y: Callable[[float], float]) -> Dot | None:
    if point.value is None or not _is_number(point.value):
        return None
    ends = [
        None if end is None or not _is_number(end) else y(end) for end in (point.low, point.high)
    ]
    return Dot(point, x, y(point.value), ends[0], ends[1])


def _ticks(low: float, high: float) -> tuple[Sequence[float], Sequence[str]]:
    """Return round values from at most `low` to at least `high`, and their texts.

    There are none where the range of them would be infinite.

    Heckbert (1990), Nice numbers for graph labels, Graphics Gems.
    """
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-9):
        spread = abs(high) / 10 if abs(high) > LEAST else 1.0
        low, high = low - spread, high + spread
    rough = (high - low) / STEPS
    if not math.isfinite(rough):
        return [], []
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in (1, 2, 5, 10) if rough <= nice * power * (1 + 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [each * step for each in range(first, last + 1)]
    if not math.isfinite(ticks[-1] - ticks[0]):
        return [], []
    return ticks, _texts(ticks, step)


def _texts(ticks: Sequence[float], step: float) -> Sequence[str]:
    """Return ticks as they are written: in full where that is short, and each unlike the others."""
    largest = max(map(abs, ticks))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if decimals <= DECIMALS and largest < WIDE:
        form = f",.{decimals}f"
    else:
        digits = math.floor(math.log10(largest) + 1e-9) - math.floor(math.log10(step) + 1e-9)
        form = f".{max(0, digits)}e"
    return [f"{tick:{form}}".replace("-", "−") for tick in ticks]


def _places(points: Sequence[Point]) -> Sequence[float]:
    """Return how far to the right each point lies, in percent."""
    scale = [point.at if point.at is not None else float(k) for k, point in enumerate(points)]
    first, last = min(scale), max(scale)
    if last == first:
        return [50.0 for _ in points]
    room = 100 - 2 * INSET
    return [round(INSET + room * (each - first) / (last - first), 2) for each in scale]


def _labels(points: Sequence[Point], places: Sequence[float]) -> Iterator[Tick]:
    """Yield as many labels as there is room for, evenly chosen, the first and the last included."""
    longest = max(len(point.label) for point in points)
    most = max(2, LABEL_LETTERS // (longest + 2))
    if len(points) <= most:
        chosen = list(range(len(points)))
    else:
        chosen = [round(k * (len(points) - 1) / (most - 1)) for k in range(most)]
    last_place = -math.inf
    least = 100 * (longest + 1) / (LABEL_LETTERS + 10)
    for k in chosen:
        is_end = k in (0, len(points) - 1)
        room_after = places[-1] - places[k]
        if not is_end and (places[k] - last_place < least or room_after < least):
            continue
        last_place = places[k]
        yield Tick(points[k].label, places[k], _anchor(places[k], longest))


def _anchor(place: float, longest: int) -> str:
    """Return which end of a label is at its place: no long one reaches out of the chart."""
    if longest <= SHORT or 20 <= place <= 80:
        return "middle"
    return "start" if place < 20 else "end"


def interval(point: Point) -> str:
    """Return the interval of a point in words; empty where it has none."""
    if point.low is None or point.high is None:
        return ""
    return f"{number(point.low)} to {number(point.high)}"
