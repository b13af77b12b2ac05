"""Evaluation of real models on rows that they have not seen."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk

from components.evaluate_model.evaluate import evaluate_model
from components.evaluate_model.figures import Evaluation
from components.shared.errors import DigestMismatchError, InputError
from components.shared.tables.frames import read_frame
from tests.components.model_folders import Trained


@dataclass(frozen=True)
class Evaluated:
    """An evaluation and the files that it wrote."""

    result: Evaluation
    json: dict[str, Any]
    predictions: pl.DataFrame
    report: str


def evaluate(folder: Path, model: Path, test: Path, **options: Any) -> Evaluated:
    """Evaluate with few resamples, and read what was written."""
    report, figures, rows = folder / "report", folder / "evaluation", folder / "predictions"
    result = evaluate_model(
        model, test, report, figures, rows, **{"bootstrap_samples": 50, **options}
    )
    content = json.loads(figures.read_text())
    return Evaluated(result, content, pl.read_parquet(rows), report.read_text())


def changed(trained: Trained, folder: Path, *columns: pl.Expr) -> Path:
    """Return the test rows with some columns replaced."""
    path = folder / "changed.parquet"
    pl.read_parquet(trained.test).with_columns(*columns).write_parquet(path)
    return path


@pytest.fixture(scope="module")
def binary(binary_model: Trained, tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """The evaluation of the binary model."""
    folder = tmp_path_factory.mktemp("evaluated")
    return evaluate(folder, binary_model.model, binary_model.test, test_digest="abc")


def test_values_are_those_of_the_pipeline_on_the_test_rows(
    binary: Evaluated, binary_model: Trained
) -> None:
    """The metrics are scikit-learn's for what the saved pipeline says of the raw rows."""
    rows = read_frame(binary_model.test)
    probability = joblib.load(binary_model.model / "model.joblib").predict_proba(rows)[:, 1]
    found = binary.result.values()
    assert found["roc_auc"] == pytest.approx(
        sk.roc_auc_score(rows["damaged"] == "yes", probability)
    )
    assert found["recall"] == sk.recall_score(rows["damaged"] == "yes", probability > 0.5)


def test_json_holds_what_the_gate_and_the_registry_read(
    binary: Evaluated, binary_model: Trained
) -> None:
    """The JSON names task, rows, classes, digests, and an interval around each value."""
    content = binary.json
    assert (content["format"], content["task"], content["target"]) == (1, "binary", "damaged")
    assert (content["classes"], content["positive_class"]) == (["no", "yes"], "yes")
    assert (content["model_digest"], content["test_digest"]) == (binary_model.digest, "abc")
    assert content["rows"] == pl.read_parquet(binary_model.test).height
    assert all(m["low"] <= m["value"] <= m["high"] for m in content["metrics"].values())


def test_baseline_is_a_constant_prediction(binary: Evaluated) -> None:
    """A constant prediction ranks nothing and calls the most frequent class."""
    share = (binary.predictions["actual"] == "yes").mean()
    assert isinstance(share, float)
    assert binary.json["baseline"]["roc_auc"] == 0.5
    assert binary.json["baseline"]["brier"] == pytest.approx(share * (1 - share))
    assert binary.json["baseline"]["recall"] == 0


def test_predictions_follow_the_test_rows(binary: Evaluated, binary_model: Trained) -> None:
    """Each test row has its prediction, in the same order, with a probability per class."""
    assert binary.predictions.columns == ["actual", "predicted", "probability_0", "probability_1"]
    test = pl.read_parquet(binary_model.test)
    assert binary.predictions["actual"].to_list() == test["damaged"].to_list()
    called = binary.predictions["probability_1"] > binary.predictions["probability_0"]
    assert ((binary.predictions["predicted"] == "yes") == called).all()


def test_dashboard_gets_finite_points_only(binary: Evaluated) -> None:
    """KFP refuses infinite thresholds and chokes on long curves: neither is handed over."""
    roc = binary.result.dashboard_roc()
    assert roc is not None
    assert all(math.isfinite(x) for points in roc for x in points)
    assert len(roc[0]) <= 200
    assert (roc[0][0], roc[1][0], roc[0][-1], roc[1][-1]) == (0, 0, 1, 1)


def test_confusion_matrix_counts_the_rows(binary: Evaluated) -> None:
    """Rows of the matrix are actual classes, columns predicted ones."""
    matrix = binary.result.dashboard_matrix()
    rows = binary.predictions
    assert matrix is not None
    assert matrix[0] == ["no", "yes"]
    assert matrix[1] == sk.confusion_matrix(rows["actual"], rows["predicted"]).tolist()


def test_slices_are_chosen_and_add_up(binary: Evaluated) -> None:
    """Text columns of few values are sliced by default; shown and suppressed rows are all rows."""
    columns = {entry["column"]: entry for entry in binary.json["slices"]}
    assert set(columns) == {"phase_of_flight", "time_of_day", "wildlife_size"}
    for column in columns.values():
        shown = sum(part["rows"] for part in column["slices"])
        assert shown + column["suppressed_rows"] == binary.json["rows"]


def test_report_is_self_contained_and_shows_no_nan(binary: Evaluated) -> None:
    """The page fetches and runs nothing, and holds its plots."""
    assert binary.report.count("<figure") == 4 + 2 + 1 + len(binary.result.dependence)
    assert "<script" not in binary.report
    assert "src=" not in binary.report
    assert ">nan<" not in binary.report.lower()


def test_same_seed_same_report(binary: Evaluated, binary_model: Trained, tmp_path: Path) -> None:
    """Evaluating twice writes the same bytes."""
    again = evaluate(tmp_path, binary_model.model, binary_model.test, test_digest="abc")
    assert again.report == binary.report
    assert again.json == binary.json


def test_multiclass(multiclass_model: Trained, tmp_path: Path) -> None:
    """Several classes get a matrix, one ROC curve each in the report, none in the dashboard."""
    found = evaluate(tmp_path, multiclass_model.model, multiclass_model.test)
    accuracy = (found.predictions["actual"] == found.predictions["predicted"]).mean()
    assert found.result.values()["accuracy"] == pytest.approx(accuracy)
    assert set(found.json["curves"]["roc"]) == {"barbera", "barolo", "grignolino"}
    assert found.result.dashboard_roc() is None
    assert found.result.dashboard_matrix() is not None


def test_regression(regression_model: Trained, tmp_path: Path) -> None:
    """A regression has errors in the target's units and no classification figures."""
    found = evaluate(tmp_path, regression_model.model, regression_model.test)
    rows = found.predictions
    assert rows.columns == ["actual", "predicted"]
    assert found.result.values()["r2"] == pytest.approx(
        sk.r2_score(rows["actual"], rows["predicted"])
    )
    assert found.json["baseline"]["r2"] == pytest.approx(0)
    assert found.result.dashboard_matrix() is None
    assert found.result.dashboard_roc() is None
    assert found.report.count("<figure") == 3 + 1 + len(found.result.dependence)


def test_unlabelled_rows_are_predicted_but_not_counted(
    binary_model: Trained, tmp_path: Path
) -> None:
    """Rows without a target are in the predictions, and in no figure."""
    row = pl.int_range(pl.len())
    target = pl.when(row >= 500).then(pl.col("damaged")).alias("damaged")
    found = evaluate(tmp_path, binary_model.model, changed(binary_model, tmp_path, target))
    assert found.json["unlabelled_rows"] == 500
    assert found.json["rows"] == found.predictions.height - 500
    assert found.predictions["predicted"].null_count() == 0
    assert "500 further test rows" in found.report


def test_unseen_categories_and_nulls_are_predicted(binary_model: Trained, tmp_path: Path) -> None:
    """Values that training did not have are no error."""
    columns = (pl.lit("Moon").alias("phase_of_flight"), pl.lit(None, pl.Int64).alias("speed_knots"))
    found = evaluate(tmp_path, binary_model.model, changed(binary_model, tmp_path, *columns))
    assert found.predictions["predicted"].null_count() == 0


def test_one_class_in_test_leaves_metrics_undefined(binary_model: Trained, tmp_path: Path) -> None:
    """Without positive rows there is no ROC AUC: null in JSON, a dash in the report."""
    rows = changed(binary_model, tmp_path, pl.lit("no").alias("damaged"))
    found = evaluate(tmp_path, binary_model.model, rows)
    assert found.json["metrics"]["roc_auc"] == {"value": None, "low": None, "high": None}
    assert "roc_auc" not in found.result.values()
    assert found.result.dashboard_roc() is None
    assert "A dash is a metric that these rows leave undefined" in found.report


def test_a_new_class_counts_as_mistakes(multiclass_model: Trained, tmp_path: Path) -> None:
    """A class that the model does not know is in the matrix, and no prediction of it is right."""
    first = pl.int_range(pl.len()) < 5
    target = pl.when(first).then(pl.lit("rosé")).otherwise(pl.col("target")).alias("target")
    rows = changed(multiclass_model, tmp_path, target)
    found = evaluate(tmp_path, multiclass_model.model, rows)
    assert found.json["labels"] == ["barbera", "barolo", "grignolino", "rosé"]
    assert sum(found.json["confusion_matrix"][3]) == 5
    assert "does not know rosé" in found.report


def test_a_third_class_of_a_binary_target_is_an_error(
    binary_model: Trained, tmp_path: Path
) -> None:
    """The message names the value and the two that the model knows."""
    first = pl.int_range(pl.len()) < 5
    target = pl.when(first).then(pl.lit("maybe")).otherwise(pl.col("damaged")).alias("damaged")
    with pytest.raises(InputError, match=r"'maybe'.*'no' and 'yes'"):
        evaluate(tmp_path, binary_model.model, changed(binary_model, tmp_path, target))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"slice_columns": ["phase_of_fligth"]}, "phase_of_flight"),
        ({"confidence": 1.0}, "between 0 and 1"),
        ({"bootstrap_samples": -1}, "from 0"),
        ({"positive_class": "maybe"}, "no and yes"),
    ],
)
def test_wrong_parameters_are_explained(
    binary_model: Trained, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    """A parameter that cannot be is refused with what could."""
    with pytest.raises(InputError, match=message):
        evaluate(tmp_path, binary_model.model, binary_model.test, **options)


def test_wrong_rows_are_explained(binary_model: Trained, tmp_path: Path) -> None:
    """Missing and retyped columns, no labels and no rows are each the user's to mend."""
    rows, path = pl.read_parquet(binary_model.test), tmp_path / "rows.parquet"
    cases = {
        "lack 1 of the model's 4 columns: time_of_day": rows.drop("time_of_day"),
        "'speed_knots' is string": rows.with_columns(pl.lit("fast").alias("speed_knots")),
        "no column 'damaged'": rows.drop("damaged"),
        "has a value of the target": rows.with_columns(pl.lit(None, pl.String).alias("damaged")),
        "no rows to predict": rows.clear(),
    }
    for message, case in cases.items():
        case.write_parquet(path)
        with pytest.raises(InputError, match=message):
            evaluate(tmp_path, binary_model.model, path)


def test_the_other_class_can_be_positive(binary_model: Trained, tmp_path: Path) -> None:
    """Naming the positive class turns recall into that of the other class."""
    found = evaluate(tmp_path, binary_model.model, binary_model.test, positive_class="no")
    rows = found.predictions
    assert found.json["positive_class"] == "no"
    assert found.json["positive_reason"] == "named in positive_class"
    assert found.result.values()["recall"] == pytest.approx(
        sk.recall_score(rows["actual"], rows["predicted"], pos_label="no")
    )


def test_slices_of_numbers_and_of_columns_that_are_no_features(
    binary_model: Trained, tmp_path: Path
) -> None:
    """Any column of the test rows can be sliced by; numbers are cut into quarters."""
    found = evaluate(
        tmp_path,
        binary_model.model,
        binary_model.test,
        slice_columns=["speed_knots", "aircraft", "flight_date"],
    )
    speed, aircraft, date = found.json["slices"]
    assert "(missing)" in [part["value"] for part in speed["slices"]]
    assert len(speed["slices"]) == 5
    assert min(part["rows"] for part in aircraft["slices"]) >= 30
    assert aircraft["suppressed"] > 100
    assert len(date["slices"]) == 4


def test_changed_model_is_not_loaded(binary_model: Trained, tmp_path: Path) -> None:
    """Bytes that do not have their digest are never unpickled."""
    copy = tmp_path / "model"
    copy.mkdir()
    for file in binary_model.model.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "model.joblib").write_bytes(b"not the pickle")
    with pytest.raises(DigestMismatchError):
        evaluate(tmp_path, copy, binary_model.test)


def test_zero_resamples_give_values_without_intervals(
    regression_model: Trained, tmp_path: Path
) -> None:
    """Whoever wants no intervals gets none, and the values all the same."""
    found = evaluate(tmp_path, regression_model.model, regression_model.test, bootstrap_samples=0)
    assert found.json["metrics"]["rmse"]["low"] is None
    assert np.isfinite(found.json["metrics"]["rmse"]["value"])


def test_an_evaluation_is_shown_in_a_line(binary: Evaluated) -> None:
    """What Python shows of it is its metrics, not its curves; a notebook gets the intervals too."""
    assert len(repr(binary.result)) < 400
    assert "roc_auc" in repr(binary.result)
    assert "<td>" in binary.result._repr_html_()
