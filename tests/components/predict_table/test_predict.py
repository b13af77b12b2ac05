"""Predictions for the rows of a table."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from components.predict_table import batches, explanations, parts
from components.predict_table.changes import compare_predictions
from components.predict_table.predict import predict_table
from components.preprocess_table.preprocess import preprocess_table
from components.shared.errors import InputError
from components.shared.models.folders import load_model
from components.shared.predictions.destination import ABOUT, check_destination, put
from components.shared.predictions.files import PARQUET_KEY
from components.shared.tables.frames import read_frame
from components.train_model.train import train_model
from tests.components.model_folders import Trained, bird_strikes
from tests.components.planned_models import planned
from tests.minio_server import Minio


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several parts, each of several batches, also of a small table."""
    monkeypatch.setattr(parts, "PART_ROWS", 700)
    monkeypatch.setattr(batches, "BATCH_ROWS", 300)
    monkeypatch.setattr(explanations, "BATCH_ROWS", 20)


def expected(model: Trained) -> np.ndarray:
    """Return what the model says of its test rows at once."""
    loaded, frame = load_model(model.model), read_frame(model.test)
    pipeline = loaded.pipeline
    classifies = loaded.description.task != "regression"
    return np.asarray(pipeline.predict_proba(frame) if classifies else pipeline.predict(frame))


@pytest.mark.parametrize("name", ["binary_model", "multiclass_model"])
def test_every_row_is_predicted_in_its_order(
    tmp_path: Path, request: pytest.FixtureRequest, name: str
) -> None:
    """In parts and batches the model says what it says of all rows at once; columns are kept."""
    model: Trained = request.getfixturevalue(name)
    out = tmp_path / "predictions"
    done = predict_table(model.model, model.test, out, keep=["*"], probabilities=True)
    table, made = pl.read_parquet(model.test), pl.read_parquet(out)
    assert made.select(table.columns).equals(table)
    shares = made.select(pl.col("^probability_.*$"))
    assert shares.columns == [f"probability_{each}" for each in done.classes or ()]
    assert np.array_equal(shares.to_numpy(), expected(model))
    assert done.rows == len(table)
    chosen = [(done.classes or [])[i] for i in expected(model).argmax(axis=1)]
    assert made["prediction"].to_list() == chosen


def test_numbers_are_predicted(tmp_path: Path, regression_model: Trained) -> None:
    """A regression has one column, and no probabilities to ask for."""
    out = tmp_path / "predictions"
    predict_table(regression_model.model, regression_model.test, out)
    assert np.array_equal(pl.read_parquet(out)["prediction"], expected(regression_model))
    for more in ({"probabilities": True}, {"threshold": 0.5}):
        with pytest.raises(InputError, match="numbers have no probability"):
            predict_table(regression_model.model, regression_model.test, out, **more)


@pytest.mark.parametrize(("positive", "which", "threshold"), [(None, 1, 0.2), ("no", 0, 0.9)])
def test_a_threshold_decides_for_the_positive_class(
    tmp_path: Path, binary_model: Trained, positive: str | None, which: int, threshold: float
) -> None:
    """That class is predicted from the threshold on, and the other one below it."""
    out = tmp_path / "predictions"
    predict_table(
        binary_model.model, binary_model.test, out, threshold=threshold, positive_class=positive
    )
    is_positive = expected(binary_model)[:, which] >= threshold
    assert 0 < is_positive.sum() < len(is_positive)
    classes = np.array(["no", "yes"])
    chosen = np.where(is_positive, classes[which], classes[1 - which])
    assert pl.read_parquet(out)["prediction"].to_list() == chosen.tolist()


def test_a_threshold_is_for_two_classes(tmp_path: Path, multiclass_model: Trained) -> None:
    """Of three classes it would not say which to take."""
    with pytest.raises(InputError, match="predicts 3"):
        predict_table(multiclass_model.model, multiclass_model.test, tmp_path / "p", threshold=0.5)


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, binary_model: Trained) -> None:
    """Parts that are whole are not predicted again; what is to be predicted otherwise is anew."""
    kept, out = tmp_path / "parts", tmp_path / "predictions"

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    def predicted(**how: Any) -> int:
        told = predict_table(binary_model.model, binary_model.test, out, parts=kept, **how)
        return told.resumed

    with pytest.raises(KeyboardInterrupt):
        predicted(progress=stop)
    assert not out.exists()
    assert predicted() == 700
    assert not kept.exists()
    at_once = tmp_path / "at once"
    predict_table(binary_model.model, binary_model.test, at_once)
    assert pl.read_parquet(out).equals(pl.read_parquet(at_once))
    with pytest.raises(KeyboardInterrupt):
        predicted(progress=stop)
    assert predicted(probabilities=True) == 0


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_predictions_say_what_they_are(tmp_path: Path, binary_model: Trained, kind: str) -> None:
    """Model, table and threshold are in a Parquet file, and beside one of another format."""
    out = tmp_path / f"predictions.{kind}"
    predict_table(
        *(binary_model.model, binary_model.test, out),
        format=kind,
        model_name="birds@3",
        table_digest="abc",
    )
    beside = Path(f"{out}{ABOUT}")
    assert beside.exists() == (kind != "parquet")
    text = pl.read_parquet_metadata(out)[PARQUET_KEY] if kind == "parquet" else beside.read_text()
    told = json.loads(text)
    assert (told["model_name"], told["table"], told["target"]) == ("birds@3", "abc", "damaged")
    assert told["model"] == load_model(binary_model.model).digest
    readers: dict[str, Callable[[Path], pl.DataFrame]] = {
        "parquet": pl.read_parquet,
        "csv": pl.read_csv,
        "jsonl": pl.read_ndjson,
    }
    assert len(readers[kind](out)) == len(pl.read_parquet(binary_model.test))


def test_what_cannot_be_predicted_leaves_nothing(tmp_path: Path, binary_model: Trained) -> None:
    """A column that is missing, or kept and not there, is named, and no file is begun."""
    rows, table = pl.read_parquet(binary_model.test), tmp_path / "table"
    out = tmp_path / "predictions"
    rows.drop("wildlife_size").write_parquet(table)
    with pytest.raises(InputError, match=r"lack 1 of the model's .* columns: wildlife_size"):
        predict_table(binary_model.model, table, out)
    with pytest.raises(InputError, match=r"no column 'id' \(parameter `keep`\)"):
        predict_table(binary_model.model, binary_model.test, out, keep=["id"])
    rows.rename({"damaged": "prediction"}).write_parquet(table)
    with pytest.raises(InputError, match="'prediction' is called like one of the predictions"):
        predict_table(binary_model.model, table, out, keep=["prediction"])
    assert not out.exists()


def test_a_value_of_a_later_batch_is_found_there(tmp_path: Path) -> None:
    """The message says which rows it is about."""
    rows, table, model = bird_strikes(), tmp_path / "table", tmp_path / "model"
    rows.head(1000).write_parquet(table)
    steps = (table, tmp_path / "features", tmp_path / "preprocessor")
    preprocess_table(*steps, "damaged")
    train_model(*steps, model, "damaged", hyperparameters='{"max_iter": 3}')
    speeds = pl.Series("speed_knots", [*["120"] * 650, *["fast"] * 350])
    rows.head(1000).with_columns(speeds).write_parquet(table)
    with pytest.raises(InputError, match=r"In data rows 601 to 700, .*'speed_knots'.*'fast'"):
        predict_table(model, table, tmp_path / "predictions")


def test_predictions_go_into_a_store(
    tmp_path: Path, minio: Minio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file, and what is told of it beside it, are put to an address as to a path."""
    for name, value in minio.environment().items():
        monkeypatch.setenv(name, value)
    bucket = f"predictions-{uuid.uuid4().hex}"
    minio.client().make_bucket(bucket)
    (tmp_path / "p.csv").write_text("prediction\nyes\n")
    (tmp_path / f"p.csv{ABOUT}").write_text("{}")
    put(tmp_path / "p.csv", f"s3://{bucket}/out/april.csv")
    found = {each.object_name for each in minio.client().list_objects(bucket, recursive=True)}
    assert found == {"out/april.csv", f"out/april.csv{ABOUT}"}
    assert minio.client().get_object(bucket, "out/april.csv").read() == b"prediction\nyes\n"
    with pytest.raises(InputError, match="There is no bucket 'nowhere'"):
        put(tmp_path / "p.csv", "s3://nowhere/april.csv")


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        ("https://example.org/p.csv", "are not put to https://"),
        ("p.csv.gz", "neither compressed nor with tabs"),
        ("p.xlsx", "does not say what it is"),
        ("absent/p.csv", "There is no folder .*absent"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_refused(destination: str, message: str) -> None:
    """It is refused before anything is predicted."""
    with pytest.raises(InputError, match=message):
        check_destination(destination)


def test_a_place_that_turns_out_not_to_be_writable_is_named() -> None:
    """The message says which, whoever runs it."""
    with pytest.raises(InputError, match=r"/proc/p.csv cannot be written"):
        put(__file__, "/proc/p.csv")


@pytest.mark.parametrize("spelt", ["t.csv", "./t.csv", "{folder}/t.csv", "file://{folder}/t.csv"])
def test_a_table_is_not_replaced_by_its_predictions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelt: str
) -> None:
    """However the same file is written, it is the source."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match="is the table that is to be predicted"):
        check_destination("t.csv", source=spelt.format(folder=tmp_path))
    assert check_destination("p.csv", source=spelt.format(folder=tmp_path)) == "csv"


def test_two_models_are_compared(tmp_path: Path, binary_model: Trained) -> None:
    """Changes of the predicted class are counted, and how far the probabilities moved."""
    first, second = tmp_path / "first", tmp_path / "second"
    predict_table(binary_model.model, binary_model.test, first, probabilities=True)
    same = compare_predictions(first, first)
    assert (same.different, same.largest, same.changes) == (0, 0, {})
    made = pl.read_parquet(first)
    changed = made.with_columns(
        prediction=pl.when(pl.int_range(pl.len()) < 10).then(pl.lit("yes")).otherwise("prediction"),
        probability_yes=pl.col("probability_yes") + 0.25,
    )
    changed.write_parquet(second)
    found = compare_predictions(first, second)
    before = made["prediction"].head(10).to_list().count("no")
    assert (found.rows, found.different) == (len(made), before)
    assert found.changes == {("no", "yes"): before}
    assert found.mean == pytest.approx(0.25)
    assert found.moved == 1
    made.rename({"probability_no": "probability_maybe"}).write_parquet(second)
    with pytest.raises(InputError, match="no, yes and maybe, yes"):
        compare_predictions(first, second)


def test_one_pass_gives_what_is_compared_too(tmp_path: Path, binary_model: Trained) -> None:
    """Probabilities go into the file beside the predictions alone, where nobody wants them here."""
    asked = (binary_model.model, binary_model.test)
    told: list[int] = []
    predict_table(
        *(*asked, tmp_path / "wanted.csv"),
        keep=["airport"],
        destination=str(tmp_path / "put.csv"),
        beside=tmp_path / "beside",
        progress=lambda done, total: told.append(done),
    )
    predict_table(*asked, tmp_path / "alone", probabilities=True)
    assert pl.read_csv(tmp_path / "put.csv").columns == ["airport", "prediction"]
    assert pl.read_parquet(tmp_path / "beside").equals(pl.read_parquet(tmp_path / "alone"))
    assert told == sorted(set(told)), "the rows were predicted twice"


@pytest.mark.parametrize("name", ["birds", "wine", "diabetes"])
def test_contributions_add_up_to_the_prediction(tmp_path: Path, name: str) -> None:
    """Base and contributions sum to what the model says of a row, in the unit that is told."""
    model = planned(tmp_path, name, "linear")
    table, out = tmp_path / "table", tmp_path / "predictions"
    pl.DataFrame(model.rows[:50], infer_schema_length=None).write_parquet(table)
    classifies = name != "diabetes"
    done = predict_table(model.folder, table, out, explain=True, probabilities=classifies)
    made = pl.read_parquet(out)
    sums = made.select(pl.sum_horizontal("base", "^contribution_.*$")).to_series().to_numpy()
    told = json.loads(pl.read_parquet_metadata(out)[PARQUET_KEY])
    assert told["explained_in"] == done.explained_in
    if done.classes is None:
        assert np.allclose(sums, made["prediction"], rtol=1e-9)
    elif name == "birds":
        assert (done.explained_in, done.explained_class) == ("log-odds", "yes")
        assert np.allclose(1 / (1 + np.exp(-sums)), made["probability_yes"])
    else:
        assert made["explained_class"].to_list() == made["prediction"].to_list()
        assert done.explained_class is None


def test_a_model_without_a_plan_cannot_be_explained(tmp_path: Path, binary_model: Trained) -> None:
    """That is said before anything is predicted."""
    with pytest.raises(InputError, match=r"this one has none .*: it is older than plans"):
        predict_table(binary_model.model, binary_model.test, tmp_path / "p", explain=True)
    assert not (tmp_path / "p").exists()
