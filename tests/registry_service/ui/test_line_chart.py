"""Where a chart draws its points, ticks and labels."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry_service.ui.line_chart import BASE, TOP, Level, LineChart, Point, line_chart


def drawn(points: list[Point], levels: tuple[Level, ...] = ()) -> LineChart:
    """Return a chart that has something to show."""
    chart = line_chart("roc_auc over the versions", points, levels)
    assert chart is not None
    return chart


def test_values_lie_between_round_ticks() -> None:
    """The highest value is above the lowest, and both are within the ticks around them."""
    chart = drawn([Point("1", 0.812), Point("2", 0.833)])
    assert [tick.text for tick in chart.across] == ["0.81", "0.82", "0.83", "0.84"]
    first, second = chart.dots
    assert TOP < second.y < first.y < BASE
    assert (first.x, second.x) == (3.0, 97.0)


def test_a_scale_may_end_below_the_highest_value() -> None:
    """What is above is drawn at the top, which says so; its own figure stays."""
    points = [Point("1", 0.2), Point("2", 10.0), Point("3", 1.4)]
    chart = line_chart("drift score", points, (Level("alarm", 1.0),), most=3.0)
    assert chart is not None
    assert [tick.text for tick in chart.across] == ["0", "1", "2", "≥ 3"]
    low, cut, above = chart.dots
    assert (cut.y, cut.point.value) == (TOP, 10.0)
    assert TOP < above.y < chart.levels[0][1] < low.y < BASE
    whole = line_chart("drift score", points[::2], most=3.0)
    assert whole is not None
    assert [tick.text for tick in whole.across] == ["0.0", "0.5", "1.0", "1.5"]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((5.0, 5.0), ["4.5", "5.0", "5.5"]),
        ((0.0, 0.0), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]),
        ((-2.0, 12_000.0), ["−5,000", "0", "5,000", "10,000", "15,000"]),
        ((2e-7, 6e-7), ["0.0000002", "0.0000003", "0.0000004", "0.0000005", "0.0000006"]),
    ],
)
def test_any_range_has_ticks(values: tuple[float, ...], ticks: list[str]) -> None:
    """A value that is always the same, negative, large or tiny has round ticks around it."""
    chart = drawn([Point(str(k), value) for k, value in enumerate(values)])
    assert [tick.text for tick in chart.across] == ticks


def test_a_gap_is_not_bridged() -> None:
    """A point without a value, or with one that is no number, joins none of its neighbours."""
    chart = drawn([Point("1", 1.0), Point("2", None), Point("3", float("nan")), Point("4", 2.0)])
    assert len(chart.dots) == 2
    assert chart.segments == []
    assert len(chart.points) == 4


def test_nothing_is_drawn_without_a_value() -> None:
    """There is no chart of points that have none."""
    assert line_chart("nothing", [Point("1", None)]) is None
    assert line_chart("nothing", []) is None


def test_intervals_and_levels_are_within_the_drawing() -> None:
    """The scale reaches to the ends of intervals and to every level."""
    chart = drawn([Point("1", 0.8, 0.7, 0.9), Point("2", 0.82)], (Level("floor", 0.5),))
    low, high = chart.dots[0].low, chart.dots[0].high
    assert low is not None
    assert high is not None
    ((_, level),) = chart.levels
    assert TOP <= high < chart.dots[0].y < low < level <= BASE


def test_labels_are_few_where_they_are_long() -> None:
    """As many as there is room for on a telephone: the first, the last, and some in between."""
    days = [f"2026-11-{day:02}" for day in range(1, 31)]
    chart = drawn([Point(day, 1.0 + k) for k, day in enumerate(days)])
    assert [tick.text for tick in chart.below] == [days[0], days[-1]]
    versions = drawn([Point(str(k), float(k)) for k in range(1, 31)])
    shown = [tick.text for tick in versions.below]
    assert (shown[0], shown[-1]) == ("1", "30")
    assert 4 <= len(shown) <= 7


def test_points_stand_where_the_caller_says() -> None:
    """On a scale of time, what came close together lies close together."""
    times = [Point("a", 1.0, at=0), Point("b", 2.0, at=10), Point("c", 3.0, at=100)]
    first, second, third = (dot.x for dot in drawn(times).dots)
    assert second - first < (third - first) / 5


EXTREMES = (0.0, 5e-324, 1e-300, 1.0, 1.7e308, float("inf"))
ANY = st.floats() | st.sampled_from([*EXTREMES, *(-each for each in EXTREMES)])


@given(
    st.lists(st.tuples(ANY, st.none() | ANY, st.none() | ANY), min_size=1, max_size=4),
    st.lists(ANY, max_size=2),
)
@example([(0.0, -1e308, 1e308)], [])
@example([(-1e308, None, None), (1e308, None, None)], [])
@example([(-8e307, None, None), (8e307, None, None)], [])
@example([(5e-324, None, None)], [])
def test_any_figures_are_drawn_within_the_chart_or_not_at_all(
    figures: list[tuple[float, float | None, float | None]], levels: list[float]
) -> None:
    """Whatever was registered, nothing fails; ticks differ and are of a readable length."""
    points = [Point(str(k), *figure) for k, figure in enumerate(figures)]
    chart = line_chart("any", points, [Level("level", level) for level in levels])
    if chart is None:
        return
    ends = [end for dot in chart.dots for end in (dot.low, dot.y, dot.high) if end is not None]
    assert all(TOP <= y <= BASE for y in [*ends, *(y for _, y in chart.levels)])
    texts = [tick.text for tick in chart.across]
    assert len({*texts}) == len(texts) > 1
    assert chart.tick_letters <= 20


def test_what_lies_too_far_apart_is_not_drawn() -> None:
    """Between the largest floating-point numbers there is no scale."""
    assert line_chart("far", [Point("1", -1e308), Point("2", 1e308)]) is None
    assert line_chart("far", [Point("1", 0.8, -1e308, 1e308)]) is None
