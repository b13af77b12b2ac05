"""Plans of models, and why there is none."""

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from lightgbm import LGBMRegressor
from sklearn.ensemble import HistGradientBoostingRegressor

from components.shared.errors import NoPlanError
from components.shared.models.description import read_description
from components.shared.models.folders import load_model
from components.shared.plans.plan import PLAN_FILE, NumberFeatures, Trees, parse_plan
from components.shared.tables.readings import Reading, TableReadings, parquet_metadata
from components.train_model.boosted_trees import READ, boosted_trees
from components.train_model.lightgbm_trees import lightgbm_trees
from components.train_model.planned_estimators import MOST_NODES, planned_estimator
from components.train_model.planning import plan_model
from tests.components.planned_models import trained
from tests.components.training_tables import bird_strikes, diabetes, wine


def reasons(model: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return why a model has no plan, having seen that all places say so."""
    description = read_description(model)
    assert description.plan_refusal
    assert PLAN_FILE not in description.files
    assert not (model / PLAN_FILE).exists()
    assert (
        f"no plan of the model, which scikit-learn predicts alone: {description.plan_refusal}"
        in (capsys.readouterr().out)
    )
    assert load_model(model).pipeline is not None
    assert json.loads((model / "examples.json").read_text("utf-8"))["predictions"]
    return description.plan_refusal


def test_the_installed_boosting_is_one_whose_trees_are_known() -> None:
    """The minor version of scikit-learn that is installed is one that plans are made of."""
    assert version("scikit-learn").rpartition(".")[0] in READ


def test_trees_of_another_scikit_learn_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a minor version that nobody has looked at there is no plan, and no guess."""
    monkeypatch.setattr("components.train_model.boosted_trees.version", lambda name: "1.10.0")
    with pytest.raises(NoPlanError, match=r"known of 1\.9, not of 1\.10"):
        boosted_trees(HistGradientBoostingRegressor())


def test_files_of_a_plan_are_the_same_each_time(tmp_path: Path) -> None:
    """The same data, seed and versions give the same plan and examples, which model.json names."""
    table = diabetes(tmp_path / "train.parquet")
    models = [trained(table, "target", "random_forest") for _ in range(2)]
    for name in (PLAN_FILE, "examples.json", "model.json"):
        assert (models[0] / name).read_bytes() == (models[1] / name).read_bytes()
    assert {PLAN_FILE, "examples.json"} < set(read_description(models[0]).files)


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Writing what was read gives the same text, to the last digit of every number."""
    table = bird_strikes(tmp_path / "train.parquet", 600)
    text = (trained(table, "damaged", "hist_gradient_boosting") / PLAN_FILE).read_text("utf-8")
    assert parse_plan(text).to_json() == text


def test_texts_by_a_pattern_of_the_users_are_no_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dates in a form that only Polars reads are left to it."""
    table = bird_strikes(tmp_path / "train.parquet", 600)
    reading = Reading("flight_date", "date", pattern="%d.%m.%Y")
    readings = TableReadings({"flight_date": reading})
    pl.read_parquet(table).write_parquet(table, metadata=parquet_metadata(readings))
    model = trained(table, "damaged", "linear")
    assert "'flight_date' are read by the pattern '%d.%m.%Y'" in reasons(model, capsys)
    dates = [row["flight_date"] for row in examples(model)]
    assert dates[0] is None or dates[0][2] == "."


def examples(model: Path) -> list[dict[str, Any]]:
    """Return the example rows of a model."""
    rows: list[dict[str, Any]] = json.loads((model / "examples.json").read_text("utf-8"))["rows"]
    return rows


def test_a_plan_beyond_a_size_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that would be too large a file says how large."""
    monkeypatch.setattr("components.train_model.planning.LARGEST_PLAN", 1000)
    table = diabetes(tmp_path / "train.parquet")
    reason = reasons(trained(table, "target", "linear"), capsys)
    assert reason.startswith("it would have 1,")
    assert reason.endswith("bytes: a plan has 1,000 at most")


def test_a_plan_of_many_columns_is_checked_on_fewer_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many values are checked at the most, and it is said on how many rows."""
    table = diabetes(tmp_path / "train.parquet")
    monkeypatch.setattr("components.train_model.planning.CHECKED_VALUES", 10 * 128)
    trained(table, "target", "linear")
    assert "the same as scikit-learn on 128 rows" in capsys.readouterr().out


def test_trees_beyond_a_size_are_no_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forest of too many nodes says how many, and how large its plan would be."""
    monkeypatch.setattr("components.train_model.planned_estimators.MOST_NODES", 100)
    table = diabetes(tmp_path / "train.parquet")
    reason = reasons(trained(table, "target", "random_forest"), capsys)
    assert "nodes, about" in reason
    assert "bytes: a plan has 100 at most" in reason
    assert MOST_NODES > 100


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"reg_sqrt": True}, "'regression sqrt'"),
        ({"objective": "cross_entropy"}, "'cross_entropy'"),
        ({"zero_as_missing": True}, "takes 0 for a missing"),
        ({"linear_tree": True}, "linear models"),
        ({"boosting_type": "rf", "subsample": 0.5, "subsample_freq": 1}, "averages its trees"),
    ],
)
def test_what_a_plan_has_not_is_said(settings: dict[str, Any], reason: str) -> None:
    """Settings of LightGBM that a plan does not know leave the model to LightGBM."""
    features = np.random.default_rng(0).normal(size=(200, 3))
    target = np.clip(features[:, 0], 0, 1)
    estimator = LGBMRegressor(n_estimators=2, verbosity=-1, n_jobs=1, **settings)
    with pytest.raises(NoPlanError, match=reason):
        lightgbm_trees(estimator.fit(features, target).booster_.dump_model())


def test_a_model_that_takes_no_gaps_is_no_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where scikit-learn refuses missing values, there is no plan that would take them."""
    table = diabetes(tmp_path / "train.parquet")
    model = trained(table, "target", "linear", preprocessing={"imputation": "none"})
    assert "nothing imputes missing values of 'age'" in reasons(model, capsys)
    assert not [row for row in examples(model) if None in row.values()]


def test_a_plan_that_differs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan with one threshold moved by half a unit is found out, and the model stays."""
    table = wine(tmp_path / "train.parquet")
    model = load_model(trained(table, "target", "hist_gradient_boosting"))

    def moved(*arguments: Any) -> Trees:
        made = planned_estimator(*arguments)
        assert isinstance(made, Trees)
        first = made.trees[0]
        number = (first.number[0] + 0.5, *first.number[1:])
        return replace(made, trees=(replace(first, number=number), *made.trees[1:]))

    monkeypatch.setattr("components.train_model.planning.planned_estimator", moved)
    planned = plan_model(model.description, model.pipeline, lambda: np.zeros(13), table)
    assert "it differs from scikit-learn by" in planned.refusal
    assert PLAN_FILE not in planned.files


def test_a_plan_holds_no_row_of_training(tmp_path: Path) -> None:
    """Numbers of the table are in a plan as thresholds between them alone."""
    table = diabetes(tmp_path / "train.parquet")
    model = trained(table, "target", "linear")
    plan = parse_plan((model / PLAN_FILE).read_text("utf-8"))
    assert all(isinstance(column, NumberFeatures) for column in plan.columns)
    rows = {tuple(row.values()) for row in examples(model)}
    assert not rows & set(pl.read_parquet(table).drop("target").rows())
