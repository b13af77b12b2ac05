"""The report of an evaluation, in a real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from components.evaluate_model.evaluate import Origin, evaluate_model
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


def test_the_report_says_how_the_model_came_about(report: Path) -> None:
    """Its name, the date, the rows, the split, the hyper-parameters, and training against test."""
    html = report.read_text()
    for part in ("strikes", "2026-01-02", "stratified (", "seed 42", "the defaults", "by heart"):
        assert part in html
