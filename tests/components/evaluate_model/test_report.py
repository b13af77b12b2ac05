"""The report of an evaluation, in a real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from components.evaluate_model.evaluate import Origin, evaluate_model
from components.evaluate_model.partial_dependence import Dependence
from components.evaluate_model.plots import (
    actual_plot,
    dependence_plot,
    histogram_plot,
    residual_plot,
)
from components.evaluate_model.thresholds import Costs
from tests.chromium import faults, running_chromium
from tests.components.model_folders import Trained

SPLIT = {"strategy": "stratified", "test_size": 0.2, "seed": 42.0, "dropped_rows": 3, "rows": 9}
MODELS = ("binary_model", "multiclass_model", "regression_model")


@pytest.fixture(name="chromium", scope="module")
def the_chromium() -> Iterator[Browser]:
    """The Chromium of this system."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(name="report", params=MODELS)
def report_of_each_task(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A report with all that there is to say."""
    trained: Trained = request.getfixturevalue(request.param)
    origin = Origin(
        "strikes", trained.test.with_name("train.parquet"), SPLIT, "2026-01-02T03:04:05"
    )
    evaluate_model(
        *(trained.model, trained.test, tmp_path / "report.html"),
        *(tmp_path / "evaluation.json", tmp_path / "predictions.parquet"),
        bootstrap_samples=20,
        costs=Costs(1, 10),
        origin=origin,
    )
    return tmp_path / "report.html"


def test_no_text_is_cut_or_lies_over_another(chromium: Browser, report: Path) -> None:
    """On a telephone, on a wide screen and in print; the page fetches nothing and runs nothing."""
    for width in (390, 1280):
        assert faults(chromium, report, width) == []
    assert "<script" not in report.read_text()
    assert report.stat().st_size < 1_000_000


@pytest.mark.parametrize("scale", [1e-4, 0.0314, 1.0, 31_416.0, 1e8, 1e14, 1e18])
def test_numbers_of_any_size_have_room_in_plots(
    chromium: Browser, tmp_path: Path, scale: float
) -> None:
    """Each is read alone, without a power of ten aside, and the label stands clear of it."""
    values = np.linspace(-1, 1, 9) * scale
    means = tuple((2.5 + values / 70).tolist()) if scale == 1 else tuple(values.tolist())
    dependence = Dependence("x", tuple(values.tolist()), in_order=True, curves={"": means})
    drawn = (
        actual_plot(values, values),
        residual_plot(values, 1.1 * values),
        histogram_plot(np.array([1.0, 2.0]), np.array([-scale, 0.0, scale]), "Actual − predicted"),
        dependence_plot(dependence, (min(means), max(means)), "Mean probability of bad"),
    )
    style = "<style>figure { width: 22rem; margin: 0 } svg { display: block; width: 100% }</style>"
    page = tmp_path / "plots.html"
    page.write_text(
        "<!doctype html>" + style + "".join(f"<figure>{each}</figure>" for each in drawn)
    )
    assert faults(chromium, page, 390) == []
    assert not any(f">{power}<" in page.read_text() for power in ("1e8", "1e−4", "1e14", "1e18"))


def test_the_report_says_how_the_model_came_about(report: Path) -> None:
    """Its name, the date, the rows, the split, the hyper-parameters, and training against test."""
    html = report.read_text()
    for part in ("strikes", "2026-01-02", "stratified (", "seed 42", "the defaults", "by heart"):
        assert part in html


def test_the_first_screen_says_whether_it_is_any_good(report: Path) -> None:
    """The metric that a gate goes by comes first, and beside each what a constant reaches."""
    cards = report.read_text().partition('<div class="cards">')[2].partition("<h2>")[0]
    first = cards.partition('class="label">')[2].partition("<")[0]
    assert first in ("ROC AUC", "Balanced accuracy", "R²")
    assert cards.count("a constant: ") == 4
