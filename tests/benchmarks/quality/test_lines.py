"""What the benchmark of quality makes of results."""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.quality.answer import Answer
from tests.benchmarks.quality.errors import WayFailedError
from tests.benchmarks.quality.lines import lines
from tests.benchmarks.quality.measuring import measure
from tests.benchmarks.quality.question import Question
from tests.benchmarks.quality.reach import reaches
from tests.benchmarks.quality.results import KeptResults
from tests.benchmarks.quality.splits import Split, split
from tests.benchmarks.quality.tables import Case
from tests.benchmarks.quality.ways.way import Way

CASE = Case("regression", "", "", "y")


def _splits(count: int) -> list[Split]:
    values = np.random.default_rng(0).normal(size=400)
    frame = pd.DataFrame({"x": values, "y": values})
    return [split(CASE, frame, seed) for seed in range(count)]


def _off_by(error: float, seconds: float) -> Way:
    """Return a way that knows the target, up to an error."""

    def fit(question: Question) -> Answer:
        truth = pd.read_parquet(question.test)["y"].to_numpy()
        noise = np.random.default_rng(question.seed).normal(size=len(truth))
        return Answer(truth + error * noise, seconds, seconds, "exact")

    return Way(f"off by {error}", fit)


def _measured(folder: Path, splits: list[Split], *ways: Way) -> KeptResults:
    kept = KeptResults(folder)
    for each in splits:
        for way in ways:
            measure("made", each, way, 1, kept)
    return kept


def test_a_way_with_smaller_errors_is_better(tmp_path: Path) -> None:
    """On one split and on several, a surely smaller error is a better verdict, with its cost."""
    good, bad = _off_by(0.1, 2.0), _off_by(0.5, 1.0)
    for splits in (_splits(1), _splits(3)):
        kept = _measured(tmp_path / str(len(splits)), splits, good, bad)
        found = lines("made", splits, kept, [good.name, bad.name], bad.name)
        assert found[good.name].splits == len(splits)
        assert 0 < found[good.name].error_of_difference < found[good.name].difference
        reach = reaches([found], (), bad.name)
        assert (reach[good.name].better, reach[good.name].rank, reach[good.name].cpu) == (1, 1, 2)
        assert (reach[bad.name].better, reach[bad.name].worse) == (0, 0)


def test_a_way_that_fails_is_a_line_that_says_why(tmp_path: Path) -> None:
    """A failure is kept with its words, and the other ways keep theirs."""

    def fail(question: Question) -> Answer:
        raise WayFailedError("out of memory")

    splits, exact = _splits(1), _off_by(0.1, 1.0)
    kept = _measured(tmp_path, splits, exact, Way("failing", fail))
    assert kept.of("made")["failing", 0].failure == "out of memory"
    assert list(lines("made", splits, kept, ["failing", exact.name], exact.name)) == [exact.name]


def test_a_budget_is_the_time_of_another_way_on_the_same_rows(tmp_path: Path) -> None:
    """A way with the budget of another is asked after it, and told its seconds."""
    budgets = []

    def fit(question: Question) -> Answer:
        budgets.append(question.budget)
        return other.fit(question)

    other = _off_by(0.1, 7.0)
    _measured(tmp_path, _splits(1), Way("bounded", fit, other))
    assert budgets == [7.0]


def test_what_is_known_is_not_measured_again(tmp_path: Path) -> None:
    """A second run over the same folder asks nothing."""
    asked = []

    def fit(question: Question) -> Answer:
        asked.append(question.seed)
        return _off_by(0.1, 1.0).fit(question)

    for _ in range(2):
        _measured(tmp_path, _splits(2), Way("counting", fit))
    assert asked == [0, 1]


def test_a_question_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Labels keep their types on the way to another environment."""
    question = Question(tmp_path, "y", "multiclass", (1, 2, 10), 3, 2, 1.5)
    question.write()
    assert Question.read(tmp_path) == question
