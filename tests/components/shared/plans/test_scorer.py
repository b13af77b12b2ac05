"""Predictions of plans, held against scikit-learn's."""

import dataclasses
import datetime
import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from components.shared.errors import DigestMismatchError, InputError, RefusedValueError
from components.shared.models.description import read_description
from components.shared.plans.plan import PLAN_FILE, WordFeatures, parse_plan
from components.shared.plans.scorer import PlanScorer
from tests.components.planned_models import Planned, planned, trained
from tests.components.training_tables import bird_strikes

TREES = ("hist_gradient_boosting", "random_forest", "extra_trees", "lightgbm")


def assert_same(model: Planned, rows: list[dict[str, Any]]) -> None:
    """Hold the plan of a model against scikit-learn."""
    pipeline, scores = model.loaded.pipeline, model.scorer.score(rows)
    if scores.probabilities is None:
        np.testing.assert_allclose(scores.predictions, pipeline.predict(rows), rtol=1e-12)
        return
    assert scores.predictions == pipeline.predict(rows).tolist()
    expected = pipeline.predict_proba(rows)
    np.testing.assert_allclose(scores.probabilities, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("table", ["birds", "wine", "diabetes"])
@pytest.mark.parametrize("estimator", [*TREES, "linear"])
@pytest.mark.filterwarnings("ignore:Found unknown categories")
def test_rows_of_other_tables_are_predicted_alike(folder: Path, estimator: str, table: str) -> None:
    """Rows that a model was not trained on get the same labels and numbers from its plan."""
    model = planned(folder, table, estimator)
    assert_same(model, model.rows)
    assert_same(model, [dict.fromkeys(model.scorer.features), model.rows[0]])


PREPROCESSING: list[tuple[str, dict[str, Any]]] = [
    ("hist_gradient_boosting", {"encoding": "ordinal", "max_categories": 20}),
    ("lightgbm", {"encoding": "ordinal"}),
    ("random_forest", {"encoding": "one_hot", "imputation": "median", "missing_indicator": True}),
    ("linear", {"encoding": "target", "scaling": "robust", "imputation": "mean"}),
    ("hist_gradient_boosting", {"scaling": "standard", "encoding": "target"}),
]


@pytest.mark.parametrize(("estimator", "preprocessing"), PREPROCESSING)
@pytest.mark.filterwarnings("ignore:Found unknown categories")
def test_every_treatment_of_columns_is_predicted_alike(
    tmp_path: Path, estimator: str, preprocessing: dict[str, Any]
) -> None:
    """Codes, one-hot columns, target means, scaling, imputation and indicators are in the plan."""
    table = bird_strikes(tmp_path / "train.parquet", 1500)
    model = trained(table, "damaged", estimator, preprocessing=preprocessing)
    assert not read_description(model).plan_refusal
    rows = pl.read_csv("data/bird_strikes.csv", try_parse_dates=True).slice(5000, 500)
    assert_same(Planned(model, []), rows.to_dicts())


@pytest.mark.parametrize("loss", ["poisson", "quantile"])
def test_other_losses_are_predicted_alike(tmp_path: Path, loss: str) -> None:
    """Boosting of counts predicts the exponential of its sums, of quantiles the sums."""
    table = bird_strikes(tmp_path / "train.parquet", 800)
    settings = json.dumps({"loss": loss, "max_iter": 5, "quantile": 0.8})
    if loss == "poisson":
        settings = json.dumps({"loss": loss, "max_iter": 5})
    frame = pl.read_parquet(table).filter(pl.col("speed_knots").is_not_null())
    frame.write_parquet(table)
    model = trained(
        table, "speed_knots", "hist_gradient_boosting", hyperparameters=settings, task="regression"
    )
    assert_same(Planned(model, []), frame.head(200).to_dicts())


@pytest.mark.parametrize("estimator", ["hist_gradient_boosting", "linear"])
def test_texts_of_several_words_are_predicted_alike(tmp_path: Path, estimator: str) -> None:
    """Topics of words are the same numbers, of texts that training had, others, and none."""
    table = bird_strikes(tmp_path / "train.parquet", 900)
    frame = pl.read_parquet(table)
    names = ("wildlife_species", "phase_of_flight", "operator", "aircraft", "airport")
    report = pl.concat_str(*names, "speed_knots", separator=" und im Übrigen ", ignore_nulls=True)
    frame = frame.select("damaged", "speed_knots", report=report).with_columns(
        pl.when(pl.int_range(pl.len()) % 9 > 0).then("report")
    )
    frame.head(600).write_parquet(table)
    model = Planned(trained(table, "damaged", estimator), [])
    plan = parse_plan((model.folder / PLAN_FILE).read_text("utf-8"))
    assert isinstance(plan.columns[-1], WordFeatures)
    others = [{"speed_knots": 5, "report": text} for text in ("", "ÜBRIGEN übrigen x", "zzz zz")]
    assert_same(model, frame.drop("damaged").tail(300).to_dicts() + others)
    assert model.scorer.explain(others)[1].contributions["report"] != 0.0


def test_rows_as_texts_are_read_alike(birds: Planned) -> None:
    """A JSON of texts and one of values are the same rows."""
    rows = birds.rows[:50]
    texts = [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
    ]
    scores = birds.scorer.score(rows)
    assert birds.scorer.score(texts) == scores
    assert birds.scorer.score(rows[:1]).probabilities == (scores.probabilities or [])[:1]


REFUSED: list[tuple[str, Any]] = [
    ("speed_knots", "many"),
    ("speed_knots", [1]),
    ("speed_knots", "inf"),
    ("speed_knots", math.inf),
    ("speed_knots", 10**400),
    ("flight_date", "13/13/2023"),
    ("flight_date", 20230101),
    ("flight_date", True),
    ("operator", 5),
    ("operator", True),
    ("operator", datetime.date(2024, 1, 1)),
    ("operator", {}),
]


@pytest.mark.parametrize(("column", "value"), REFUSED)
def test_values_that_cannot_be_are_refused_alike(birds: Planned, column: str, value: Any) -> None:
    """Plan and scikit-learn refuse the same values in the same words, naming column and row."""
    rows = [birds.rows[0], {**birds.rows[1], column: value}]
    errors = []
    for score in (birds.scorer.score, birds.loaded.pipeline.predict):
        with pytest.raises(RefusedValueError) as caught:
            score(rows)
        assert (caught.value.column, caught.value.row) == (column, 2)
        errors.append(str(caught.value))
    assert errors[0] == errors[1]


def test_few_strays_are_missing_and_said(birds: Planned) -> None:
    """One text of a hundred that is no number counts as missing, with a warning, in both."""
    rows = [{**row, "speed_knots": str(n)} for n, row in enumerate(birds.rows[:100])]
    rows[30]["speed_knots"] = "oops"
    for score in (birds.scorer.score, birds.loaded.pipeline.predict_proba):
        with pytest.warns(UserWarning, match=r"'speed_knots'.*'oops' in row 31"):
            score(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_same(birds, rows)


def test_missing_columns_and_no_rows_are_said(birds: Planned) -> None:
    """Without rows, a column or names there is an error that says so."""
    lacking = [{k: v for k, v in row.items() if k != "airport"} for row in birds.rows[:2]]
    with pytest.raises(InputError, match="lack 1 of the model's 10 columns: airport"):
        birds.scorer.score(lacking)
    with pytest.raises(InputError, match="There are no rows"):
        birds.scorer.score([])
    with pytest.raises(InputError, match="A row is a list"):
        birds.scorer.score([[1]])  # type: ignore[list-item]
    assert birds.scorer.score([lacking[0], birds.rows[0]]).predictions


def test_a_number_beyond_single_precision_is_refused(folder: Path) -> None:
    """A forest, which rounds to single precision, has no answer for what does not fit in it."""
    model = planned(folder, "wine", "random_forest")
    rows = [model.rows[0], {**model.rows[1], "alcohol": 1e39}]
    with pytest.raises(RefusedValueError, match="'alcohol' is infinite in row 2"):
        model.scorer.score(rows)
    overflow = pytest.warns(RuntimeWarning, match="overflow")
    with overflow, pytest.raises(ValueError, match="infinity or a value too large"):
        model.loaded.pipeline.predict(rows)


def test_examples_are_reproduced(birds: Planned) -> None:
    """The plan predicts the examples beside it, which are rows of no table."""
    examples = json.loads((birds.folder / "examples.json").read_text("utf-8"))
    scores = birds.scorer.score(examples["rows"])
    assert scores.predictions == examples["predictions"]
    np.testing.assert_allclose(scores.probabilities or [], examples["probabilities"], atol=1e-12)
    assert len(examples["rows"]) == 20
    assert any(value is None for value in examples["rows"][1].values())


def test_a_plan_says_up_to_how_many_rows_it_is_worth(folder: Path) -> None:
    """The more a plan asks of a row, the fewer rows it takes for scikit-learn to be quicker."""
    forest, boosting, linear = (
        planned(folder, "birds", name).scorer.most_rows
        for name in ("random_forest", "hist_gradient_boosting", "linear")
    )
    assert 300 < forest <= linear
    assert 300 < boosting <= linear <= 10_000


def test_a_changed_plan_is_not_read(birds: Planned, tmp_path: Path) -> None:
    """A plan of other bytes than those that model.json names is not believed."""
    for name in ("model.json", PLAN_FILE):
        (tmp_path / name).write_bytes((birds.folder / name).read_bytes())
    with (tmp_path / PLAN_FILE).open("a") as file:
        file.write(" ")
    with pytest.raises(DigestMismatchError, match=r"plan\.json"):
        PlanScorer.load(tmp_path)


def test_a_model_without_a_plan_says_why(birds: Planned, tmp_path: Path) -> None:
    """Who asks for a plan that there is none of is told the reason."""
    description = read_description(birds.folder)
    refused = dataclasses.replace(description, files={}, plan_refusal="its trees are too many")
    (tmp_path / "model.json").write_text(refused.to_json(), "utf-8")
    with pytest.raises(InputError, match=r"its trees are too many.* Load it with scikit"):
        PlanScorer.load(tmp_path)
