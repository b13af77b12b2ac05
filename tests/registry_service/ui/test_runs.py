"""The pages of runs."""

import pytest

from components.shared.registry.client import RegistryClient
from tests.registry_service.people import TOKENS
from tests.registry_service.ui.conftest import Browser


@pytest.fixture(name="runs")
def two_runs(registry_url: str, unique: str) -> tuple[str, str]:
    """A run that made a version and one that failed, of the experiment `unique`: their ids."""
    return logged_runs(registry_url, unique)


def logged_runs(registry_url: str, experiment: str) -> tuple[str, str]:
    """Log a run that made a version and one that failed; return their ids."""
    with RegistryClient(registry_url) as client:
        good = client.begin_run(experiment, "good", user="ada", place="local")
        good.log_parameters({"seed": 42, "source": "<b>x</b>.csv"})
        good.log_metrics({"roc_auc": 0.81})
        good.log_data("ingest_table", "ab" * 32, "x.csv")
        good.end("FINISHED", outcome="registered churn version 4", version="churn@4")
        bad = client.begin_run(experiment, "bad")
        bad.log_parameters({"seed": 43, "source": "<b>x</b>.csv"})
        bad.end("FAILED", step="validate_table", outcome="3 violations")
    return good.id, bad.id


def test_runs_are_listed_and_narrowed(look: Browser, unique: str, runs: tuple[str, str]) -> None:
    """The list shows status, metric and outcome, and can be narrowed by experiment and status."""
    listed = look("runs", experiment=unique).text
    assert "roc_auc" in listed
    assert "good" in listed
    assert "failed – validate_table: 3 violations" in listed
    failed = look("runs", experiment=unique, status="FAILED").text
    assert "bad" in failed
    assert "good" not in failed
    assert "There are no such runs" in look("runs", experiment=unique, status="KILLED").text


def test_a_run_leads_to_its_version_and_its_data(look: Browser, runs: tuple[str, str]) -> None:
    """One page has all that was logged; texts of users are text."""
    seen = look(f"runs/{runs[0]}")
    assert "Started WHEN by ada" in seen.text
    assert "<b>x</b>.csv" in seen.text
    assert "../find?model=churn&version=4" in seen.links
    assert f"../data?digest={'ab' * 32}" in seen.links
    failed = look(f"runs/{runs[1]}").text
    assert "validate_table: 3 violations" in failed


def test_runs_are_compared(look: Browser, runs: tuple[str, str]) -> None:
    """Side by side stands what differs, and on wish all."""
    seen = look("runs/compare?run=" + "&run=".join(runs)).text
    assert "seed 42 43" in seen
    assert ".csv" not in seen
    assert "1 the same" in seen
    assert ".csv" in look("runs/compare?everything=1&run=" + "&run=".join(runs)).text


@pytest.mark.parametrize(
    ("path", "status"),
    [("runs/987654321", 404), ("runs/x", 400), ("runs/compare", 400)],
)
def test_what_is_not_there_is_told(look: Browser, path: str, status: int) -> None:
    """A run that there is not, or nothing to compare, is an error page."""
    assert look(path).status == status


def test_runs_are_for_readers_of_everything(guarded: str) -> None:
    """A run belongs to no model: whoever may read some models alone sees none."""
    for path in ("runs", "runs/1", "runs/compare?run=1&run=2"):
        reader = Browser(guarded, Authorization=f"Bearer {TOKENS['reader']}")
        assert reader(path).status == 403
