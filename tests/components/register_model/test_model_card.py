"""The model card: what is measured is there, and what a person has to write is marked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from components.evaluate_model.evaluate import Origin, evaluate_model
from components.register_model.card_form import TO_WRITE
from components.register_model.model_card import CardSources, TableFacts, model_card
from components.shared.evaluation.records import EvaluationRecord, read_record
from components.shared.models.choices import CandidateRecord, ChoiceRecord
from components.shared.models.description import Calibration, read_description
from tests.chromium import faults, running_chromium
from tests.components.model_folders import Trained

HOSTILE = "<script>alert(1)</script> | **x** [a](b)"


@pytest.fixture(name="chromium", scope="module")
def the_chromium() -> Iterator[Browser]:
    """The Chromium of this system."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(name="sources", scope="module")
def sources_of_a_card(
    binary_model: Trained, tmp_path_factory: pytest.TempPathFactory
) -> CardSources:
    """All that is known of a model."""
    folder = tmp_path_factory.mktemp("card")
    split = {"strategy": "stratified", "test_size": 0.2, "seed": 42}
    evaluate_model(
        *(binary_model.model, binary_model.test, folder / "report.html"),
        *(folder / "evaluation.json", folder / "predictions.parquet"),
        bootstrap_samples=20,
        origin=Origin("strikes", None, split, "2026-01-02T03:04:05+00:00"),
    )
    return CardSources(
        model_name="strikes",
        digest=binary_model.digest,
        description=read_description(binary_model.model),
        evaluation=read_record(folder / "evaluation.json", EvaluationRecord.parse),
        comparison=None,
        table=TableFacts(9985, 16, 0, 3),
        lineage={"run_id": "run-1", "source": "s3://tables/strikes.csv", "git_commit": "abc"},
    )


def test_a_card_says_what_was_measured(sources: CardSources) -> None:
    """Data, split, metrics with intervals, slices, calibration, limits, lineage and approvals."""
    text = model_card(sources).to_markdown()
    for part in (
        "9,985",
        "stratified",
        "2026-01-02 03:04:05 UTC",
        "| ROC AUC |",
        "| 95 % interval |",
        "wildlife\\_size",
        "| Mean probability | Observed share | Rows |",
        "Best threshold",
        "s3://tables/strikes.csv",
        "run training --again",
        "registry approve",
    ):
        assert part in text, part


def test_a_card_says_what_no_slice_was_measured_of(sources: CardSources) -> None:
    """Values that are too rare are told by their number and their rows."""
    rare = replace(sources.evaluation, unmeasured_slices=(("city", 2, 13), ("size", 1, 1)))
    text = model_card(replace(sources, evaluation=rare)).to_markdown()
    assert "Of city 2 further values with 13 rows in all were not measured" in text
    assert "Of size 1 further value with 1 row in all" in text


def test_a_card_says_how_probabilities_were_calibrated(sources: CardSources) -> None:
    """By which method and why, or that nobody asked for it."""
    assert "no calibration was asked for" in model_card(sources).to_markdown()
    told = Calibration("auto", "sigmoid", "sigmoid lowers the log loss over the folds")
    calibrated = replace(sources, description=replace(sources.description, calibration=told))
    text = model_card(calibrated).to_markdown()
    assert "Calibrated by sigmoid: sigmoid lowers the log loss over the folds." in text


def test_what_a_person_has_to_write_is_marked(sources: CardSources) -> None:
    """Each such field is marked in both forms, and the card says how many they are."""
    card = model_card(sources)
    assert card.open_fields >= 15
    assert card.to_markdown().count(f"[{TO_WRITE}]") == card.open_fields
    assert card.to_html().count(f"<mark>{TO_WRITE}</mark>") == card.open_fields
    assert f"{card.open_fields} fields are for a person to write" in card.to_markdown()


def test_names_of_a_table_are_no_markup(sources: CardSources) -> None:
    """A hostile name breaks no table, and runs nothing in whatever renders the card."""
    hostile = replace(sources, model_name=HOSTILE, lineage={"source": HOSTILE})
    card = model_card(hostile)
    text = card.to_markdown()
    assert "<script>" not in card.to_html()
    assert "\\<script\\>" in text
    rows = [line for line in text.splitlines() if line.startswith("| Source")]
    assert rows[0].replace("\\|", "").count("|") == 3


def test_the_same_model_has_the_same_card(sources: CardSources) -> None:
    """A repeated step registers the same bytes."""
    assert model_card(sources).to_markdown() == model_card(sources).to_markdown()
    assert model_card(sources).to_html() == model_card(sources).to_html()


def test_no_text_of_a_card_is_cut(chromium: Browser, sources: CardSources, tmp_path: Path) -> None:
    """On a telephone, on a wide screen and in print."""
    page = tmp_path / "card.html"
    page.write_text(model_card(sources).to_html())
    for width in (390, 1280):
        assert faults(chromium, page, width) == []


def test_a_card_has_the_candidates_that_an_estimator_was_chosen_from(sources: CardSources) -> None:
    """Each with its interval and what came of it; a named estimator has none."""
    tried = CandidateRecord("linear", "linear", {}, 0.81, 0.79, 0.83, "chosen")
    untried = CandidateRecord("extra trees", "extra_trees", {}, None, None, None, "too many rows")
    choice = ChoiceRecord(
        *("linear", {}, "roc_auc", "greater", 5, 900, 1000, 0.95, 60.0, "It is the best."),
        candidates=(tried, untried),
    )
    described = replace(sources.description, choice=choice.content())
    text = model_card(replace(sources, description=described)).to_markdown()
    assert "by 5 folds of 900 of the 1,000 training rows: It is the best." in text
    assert "| linear | linear | 0.8100 | 0.7900 to 0.8300 | chosen |" in text
    assert "| extra trees | extra\\_trees | – | – | too many rows |" in text
    assert "training rows:" not in model_card(sources).to_markdown()
