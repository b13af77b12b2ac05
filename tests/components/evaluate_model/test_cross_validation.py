"""Where test rows are few, all rows are judged in turn by models of the same kind."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import accuracy_score, r2_score

from components.evaluate_model.evaluate import Origin, evaluate_model
from components.evaluate_model.figures import Evaluation
from components.evaluate_model.judged_rows import WORTH_FOLDS
from components.preprocess_table.preprocess import preprocess_table
from components.shared.evaluation.evaluated_rows import evaluated_rows
from components.shared.evaluation.metrics import LEAST_ROWS
from components.shared.folds.cutting import cut_folds
from components.shared.folds.fold_predictions import predict_in_folds
from components.shared.models.description import read_description
from components.shared.models.folders import load_model
from components.shared.tables.frames import read_frame
from components.split_table.split import split_table
from components.train_model.train import train_model


@dataclass(frozen=True)
class Small:
    """A model of a small table, evaluated, with its rows."""

    folder: Path
    evaluation: Evaluation
    split: dict[str, Any]

    @property
    def predictions(self) -> pl.DataFrame:
        """What was predicted."""
        return pl.read_parquet(self.folder / "predictions")


def train(
    folder: Path,
    table: pl.DataFrame,
    target: str,
    task: str,
    *,
    estimator: str = "linear",
    split: dict[str, Any] | None = None,
    fit: dict[str, Any] | None = None,
    with_train: bool = True,
) -> Small:
    """Split, train and evaluate."""
    folder.mkdir(exist_ok=True)
    raw, train, test, model = (folder / name for name in ("raw", "train", "test", "model"))
    table.write_parquet(raw)
    made = split_table(raw, train, test, target=target, task=task, **split or {})
    entity = (split or {}).get("entity", ())
    weight = (fit or {}).get("sample_weight_column")
    preprocess_table(
        *(train, folder / "features", folder / "preprocessor", target),
        task=task,
        estimator=estimator,
        entity=entity,
        sample_weight_column=weight,
    )
    train_model(
        *(train, folder / "features", folder / "preprocessor", model, target),
        task=task,
        estimator=estimator,
        entity=entity,
        **fit or {},
    )
    evaluation = evaluate_model(
        *(model, test, folder / "report", folder / "evaluation", folder / "predictions"),
        origin=Origin("small", train if with_train else None, made.test_metadata()),
    )
    return Small(folder, evaluation, made.test_metadata())


def iris() -> pl.DataFrame:
    """150 flowers of three kinds, 30 of which are test rows, 10 of each kind."""
    frame: pd.DataFrame = load_iris(as_frame=True).frame
    return pl.from_pandas(frame)


def diabetes(rows: int) -> pl.DataFrame:
    """The first patients, and how their illness went on."""
    frame: pd.DataFrame = load_diabetes(as_frame=True).frame
    return pl.from_pandas(frame).head(rows)


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A model of irises."""
    return train(tmp_path_factory.mktemp("iris"), iris(), "target", "multiclass")


def test_all_rows_are_judged_by_models_that_did_not_see_them(flowers: Small) -> None:
    """Predictions are those of the model's own steps, fitted anew on the rows of other folds."""
    with evaluated_rows(flowers.folder / "train", flowers.folder / "test", "target") as path:
        rows = read_frame(path)
    pipeline = load_model(flowers.folder / "model").pipeline
    folds = cut_folds(rows["target"].to_numpy(), "multiclass", 42)
    expected = np.empty(len(rows))
    features = rows.drop(columns="target")
    for fitted_on, judged in folds:
        again = clone(pipeline[1:]).fit(features.iloc[fitted_on], rows["target"].iloc[fitted_on])
        expected[judged] = again.predict(features.iloc[judged])
    assert len(folds) == 5
    assert len(rows) == 150
    assert flowers.predictions["predicted"].to_list() == expected.astype(int).tolist()
    assert flowers.predictions["actual"].to_list() == rows["target"].tolist()
    accuracy = flowers.evaluation.metrics["accuracy"]
    assert accuracy.value == accuracy_score(rows["target"], expected)
    assert None not in {each.low for each in flowers.evaluation.metrics.values()}


def test_it_is_said_in_the_run_and_in_the_report(flowers: Small) -> None:
    """Who reads a figure learns what it is of, and why it is not of the test rows."""
    said = (
        "cross-validated on all 150 rows in 5 folds, as 30 test rows, 10 of their rarest class, "
        f"are too few by themselves: it takes {LEAST_ROWS} of each class"
    )
    assert said in [note.text for note in flowers.evaluation.notes()]
    report = (flowers.folder / "report").read_text("utf-8")
    assert said[1:] in report
    assert ">All rows<" in report
    assert not re.search(r"\d test rows(?!, 10 of)", report)


def test_enough_test_rows_are_judged_alone(tmp_path: Path) -> None:
    """From 20 test rows of each class on, figures are of the very model that is kept."""
    many = pl.concat([iris().with_columns(pl.col("target") + 0)] * 2)
    judged = train(tmp_path, many, "target", "multiclass").evaluation
    assert judged.cross_validation is None
    assert judged.rows == 60


def test_without_train_rows_there_is_no_interval_and_it_is_said(tmp_path: Path) -> None:
    """A step that is given test rows alone says that they are few."""
    judged = train(tmp_path, iris(), "target", "multiclass", with_train=False).evaluation
    assert judged.cross_validation is None
    assert judged.metrics["roc_auc_ovr"].low is None
    assert "it takes 20 test rows of each class, and the rarest has 10" in " ".join(judged.remarks)


@pytest.mark.parametrize("estimator", ["linear", "hist_gradient_boosting", "extra_trees"])
def test_regressions_are_judged_by_all_rows(estimator: str, tmp_path: Path) -> None:
    """A regression counts rows: 80 have 16 test rows, which are too few."""
    small = train(tmp_path, diabetes(80), "target", "regression", estimator=estimator)
    assert small.evaluation.cross_validation is not None
    assert small.evaluation.cross_validation.test_rows == small.evaluation.cross_validation.few
    actual, predicted = small.predictions["actual"], small.predictions["predicted"]
    assert small.evaluation.metrics["r2"].value == pytest.approx(r2_score(actual, predicted))
    assert small.evaluation.rows == 80


def test_the_same_rows_and_seed_give_the_same_predictions(flowers: Small) -> None:
    """Folds follow from the rows and the seed alone."""
    description = read_description(flowers.folder / "model")
    with evaluated_rows(flowers.folder / "train", flowers.folder / "test", "target") as rows:
        one, two, other = (predict_in_folds(description, rows, {}, seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_rows_of_an_entity_are_in_one_fold(tmp_path: Path) -> None:
    """What is asked of the split is asked of the folds: no customer is on both of their sides."""
    rng = np.random.default_rng(0)
    customers = np.repeat(np.arange(30), 3)
    habit = rng.integers(0, 2, 30)[customers]
    table = pl.DataFrame(
        {"customer": customers, "spent": rng.normal(size=90), "stays": habit.astype(str)}
    )
    small = train(
        tmp_path, table, "stays", "binary", estimator="extra_trees", split={"entity": ["customer"]}
    )
    assert small.evaluation.cross_validation is not None
    found = small.evaluation.metrics["roc_auc"]
    # Nothing but the customer tells whether they stay, and no fold has seen them.
    assert found.low is not None
    assert found.low < 0.5


def test_earlier_rows_are_judged_by_nothing_that_came_later(tmp_path: Path) -> None:
    """A split in time has folds in time: the first rows are judged by none, which is said."""
    table = diabetes(80).with_row_index("day")
    split = {"strategy": "time", "column": "day"}
    small = train(tmp_path, table, "target", "regression", split=split)
    first = small.predictions["predicted"].is_null()
    assert first.to_list() == sorted(first.to_list(), reverse=True)
    assert 0 < small.evaluation.rows == 80 - first.sum()
    (told,) = [n.text for n in small.evaluation.notes() if n.text.startswith("cross-validated")]
    assert f"on {small.evaluation.rows} of 80 rows" in told


@pytest.mark.parametrize(
    "fit",
    [
        {"class_weight": '{"0": 5, "1": 1}'},
        {"class_weight": "balanced"},
        {"sample_weight_column": "weight"},
        {"calibrate": "sigmoid"},
        {"hyperparameters": '{"C": 0.01}'},
    ],
    ids=str,
)
def test_folds_are_fitted_as_the_model_was(fit: dict[str, Any], tmp_path: Path) -> None:
    """Weights, calibration and hyper-parameters of the model are those of the folds."""
    two = iris().filter(pl.col("target") > 0).with_columns(pl.col("target") - 1)
    two = two.select("sepal width (cm)", "sepal length (cm)", "target")
    weights = pl.when(pl.col("target") == 0).then(5.0).otherwise(1.0).alias("weight")
    plain = train(tmp_path / "plain", two, "target", "binary").predictions["probability_1"]
    table = two.with_columns(weights) if "sample_weight_column" in fit else two
    other = train(tmp_path / "other", table, "target", "binary", fit=fit)
    assert other.evaluation.cross_validation is not None
    changed = other.predictions["probability_1"]
    if "calibrate" in fit or "hyperparameters" in fit:
        assert not np.allclose(changed, plain)
    elif fit.get("class_weight") == "balanced":
        # Folds have equally many rows of both classes: weights of 1.
        assert np.allclose(changed, plain)
    else:
        assert changed.to_numpy().mean() < plain.to_numpy().mean() - 0.1


def test_a_class_that_a_fold_has_not_seen_has_no_probability(tmp_path: Path) -> None:
    """A class of two rows is missing in a fold now and then, and the figures stay defined."""
    rare = iris().with_columns(
        pl.when(pl.int_range(pl.len()) < 2).then(9).otherwise(pl.col("target")).alias("target")
    )
    judged = train(tmp_path, rare, "target", "multiclass").evaluation
    assert judged.rows == 150
    assert judged.metrics["log_loss"].value is not None
    assert "it takes 20 rows of each class, and the rarest has 2" in " ".join(judged.remarks)


def test_many_rows_with_a_class_of_few_are_not_cut_into_folds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no interval would come of it, large tables do not pay for folds, and it is said."""
    monkeypatch.setattr("components.evaluate_model.judged_rows.WORTH_FOLDS", 100)
    assert WORTH_FOLDS > 100
    rare = iris().with_columns(
        pl.when(pl.int_range(pl.len()) < 6).then(9).otherwise(pl.col("target")).alias("target")
    )
    judged = train(tmp_path, rare, "target", "multiclass").evaluation
    assert judged.cross_validation is None
    assert "even all 150 rows have fewer than 20 of a class" in " ".join(judged.remarks)


@pytest.mark.parametrize(
    "change",
    [lambda rows: rows.drop("sepal width (cm)"), lambda rows: rows.cast({"target": pl.String})],
    ids=["column", "type"],
)
def test_rows_of_two_tables_are_refused(
    change: Callable[[pl.DataFrame], pl.DataFrame], flowers: Small, tmp_path: Path
) -> None:
    """Train rows that are not of the table of the test rows are a mistake, told in one sentence."""
    change(pl.read_parquet(flowers.folder / "train")).write_parquet(tmp_path / "train")
    with pytest.raises(Exception, match="are not of one table"):
        evaluate_model(
            *(flowers.folder / "model", flowers.folder / "test"),
            *(tmp_path / name for name in ("report", "evaluation", "predictions")),
            origin=Origin("small", tmp_path / "train", flowers.split),
        )
