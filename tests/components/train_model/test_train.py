"""Training a model."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from components.preprocess_table.preprocess import preprocess_table
from components.shared.digests import file_digest
from components.shared.errors import DigestMismatchError, InputError
from components.shared.models.folders import load_model
from components.train_model.train import TrainedModel, train_model
from tests.components.training_tables import bird_strikes, diabetes, wine

QUICK = '{"max_iter": 5}'


def train(table: Path, target: str, **parameters: Any) -> TrainedModel:
    """Preprocess and train in the folder of the table."""
    folder = table.parent
    shared = {
        name: parameters[name]
        for name in ("estimator", "sample_weight_column")
        if name in parameters
    }
    preprocess_table(table, folder / "features.parquet", folder / "preprocessor", target, **shared)
    return fit(table, target, **parameters)


def fit(table: Path, target: str, **parameters: Any) -> TrainedModel:
    """Train in the folder of a table that has been preprocessed."""
    folder = table.parent
    return train_model(
        table,
        folder / "features.parquet",
        folder / "preprocessor",
        folder / "model",
        target,
        **parameters,
    )


@pytest.mark.parametrize(
    ("estimator", "hyperparameters"),
    [
        ("hist_gradient_boosting", QUICK),
        ("random_forest", '{"n_estimators": 5, "max_depth": 6}'),
        ("extra_trees", '{"n_estimators": 5, "max_depth": 8}'),
        ("logistic_regression", "{}"),
        ("lightgbm", '{"n_estimators": 5}'),
    ],
)
def test_model_predicts_raw_rows(tmp_path: Path, estimator: str, hyperparameters: str) -> None:
    """Every classifier learns from a real table, and its model takes rows as pandas reads them."""
    table = bird_strikes(tmp_path / "train.parquet")
    train(table, "damaged", estimator=estimator, hyperparameters=hyperparameters)
    pipeline = load_model(tmp_path / "model").pipeline
    raw = pd.DataFrame(pl.read_parquet(table).to_dict(as_series=False))
    probabilities = pipeline.predict_proba(raw)[:, 1]
    damaged = (raw["damaged"] == "yes").to_numpy()
    assert list(pipeline.classes_) == ["no", "yes"]
    assert probabilities[damaged].mean() > probabilities[~damaged].mean() + 0.02


@pytest.mark.parametrize(
    "estimator",
    ["hist_gradient_boosting", "linear", "linear_regression", "random_forest", "lightgbm"],
)
def test_regression_learns(tmp_path: Path, estimator: str) -> None:
    """Every regressor explains part of a real target."""
    table = diabetes(tmp_path / "train.parquet")
    trained = train(table, "target", estimator=estimator)
    loaded = load_model(tmp_path / "model")
    frame = pl.read_parquet(table)
    predicted = loaded.pipeline.predict(pd.DataFrame(frame.to_dict(as_series=False)))
    assert np.corrcoef(predicted, frame["target"].to_numpy())[0, 1] > 0.6
    assert loaded.description.task == "regression"
    assert loaded.description.classes is None
    assert trained.description.estimator == ("ridge" if estimator == "linear" else estimator)


def test_multiclass_learns(tmp_path: Path) -> None:
    """Three classes are told apart, and listed in the order of the probabilities."""
    table = wine(tmp_path / "train.parquet")
    trained = train(table, "target", hyperparameters=QUICK)
    frame = pd.DataFrame(pl.read_parquet(table).to_dict(as_series=False))
    predicted = load_model(tmp_path / "model").pipeline.predict(frame)
    assert (predicted == frame["target"]).mean() > 0.9
    assert trained.description.task == "multiclass"
    assert trained.description.classes == [0, 1, 2]


def test_description_tells_what_the_model_is(tmp_path: Path) -> None:
    """model.json holds schema, versions, digests and the profile, and the metadata agree."""
    table = bird_strikes(tmp_path / "train.parquet", rows=400)
    trained = train(table, "damaged", hyperparameters=QUICK, seed=7)
    described = json.loads((tmp_path / "model" / "model.json").read_text())
    assert described["format"] == 1
    assert described["seed"] == 7
    assert described["hyperparameters"] == {"max_iter": 5}
    assert described["training_data"] == {"digest": file_digest(table), "rows": 400}
    assert described["features"][0] == {"name": "flight_date", "nullable": False, "type": "date"}
    assert set(described["profile"]) == {c["name"] for c in described["features"]} | {"damaged"}
    assert set(described["versions"]) >= {"python", "scikit-learn", "numpy", "pandas", "joblib"}
    assert trained.metadata()["digest"] == load_model(tmp_path / "model").digest


def test_model_without_dates_loads_with_scikit_learn_alone(tmp_path: Path) -> None:
    """Unless there are dates, unpickling the pipeline imports nothing of this package."""
    train(wine(tmp_path / "train.parquet"), "target", hyperparameters=QUICK)
    check = (
        "import sys, joblib; joblib.load(sys.argv[1]); "
        "sys.exit(any(name.split('.')[0] == 'components' for name in sys.modules))"
    )
    model = tmp_path / "model" / "model.joblib"
    assert subprocess.run([sys.executable, "-c", check, str(model)], check=False).returncode == 0


TRAIN_IN_A_PROCESS = """
import sys
from pathlib import Path
from tests.components.train_model.test_train import train
path, estimator, hyperparameters = sys.argv[1:]
trained = train(Path(path), "damaged", estimator=estimator, hyperparameters=hyperparameters)
print(trained.digest)
"""


@pytest.mark.parametrize(
    ("estimator", "hyperparameters"),
    [
        ("hist_gradient_boosting", QUICK),
        ("random_forest", '{"n_estimators": 3}'),
        ("logistic_regression", "{}"),
        ("lightgbm", '{"n_estimators": 3}'),
    ],
)
def test_same_data_and_seed_give_the_same_digest_everywhere(
    tmp_path: Path, estimator: str, hyperparameters: str
) -> None:
    """Processes with another hash seed, folder and number of threads write the same bytes."""
    digests = set()
    for threads in ("1", "2"):
        folder = tmp_path / threads
        folder.mkdir()
        table = bird_strikes(folder / "train.parquet", rows=3000)
        environment = {
            **os.environ,
            "PYTHONHASHSEED": threads,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
        }
        command = [sys.executable, "-c", TRAIN_IN_A_PROCESS, str(table), estimator, hyperparameters]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        digests.add(done.stdout.splitlines()[-1])
    assert len(digests) == 1


def test_another_seed_gives_another_model(tmp_path: Path) -> None:
    """The seed reaches the estimator."""
    table = wine(tmp_path / "train.parquet")
    settings = {"estimator": "random_forest", "hyperparameters": '{"n_estimators": 3}'}
    first = train(table, "target", seed=1, **settings)
    second = train(table, "target", seed=2, **settings)
    assert first.digest != second.digest


def test_weights_change_the_model(tmp_path: Path) -> None:
    """Rows of weight 0 have no say."""
    table = tmp_path / "train.parquet"
    pl.DataFrame(
        {
            "x": [0.0, 0.0, 1.0, 1.0] * 25,
            "w": [1.0, 1.0, 1.0, 0.0] * 25,
            "y": [0.0, 0.5, 2.0, 90.5] * 25,
        }
    ).write_parquet(table)
    train(table, "y", estimator="linear_regression", sample_weight_column="w", task="regression")
    model = load_model(tmp_path / "model")
    predicted = model.pipeline.predict(pd.DataFrame({"x": [0.0, 1.0]}))
    np.testing.assert_allclose(predicted, [0.25, 2.0], atol=1e-9)
    assert model.description.sample_weight_column == "w"


@pytest.mark.parametrize("class_weight", ["balanced", '{"yes": 9}'])
def test_class_weights_change_the_model(tmp_path: Path, class_weight: str) -> None:
    """A heavier rare class is predicted more often."""
    table = bird_strikes(tmp_path / "train.parquet")
    frame = pd.DataFrame(pl.read_parquet(table).to_dict(as_series=False))
    train(table, "damaged", hyperparameters=QUICK)
    equal = (load_model(tmp_path / "model").pipeline.predict(frame) == "yes").sum()
    fit(table, "damaged", hyperparameters=QUICK, class_weight=class_weight)
    weighted = (load_model(tmp_path / "model").pipeline.predict(frame) == "yes").sum()
    assert weighted > equal + 500


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"target": "damage"}, "Did you mean 'damaged'"),
        ({"task": "regression"}, "not numeric"),
        ({"estimator": "ridge"}, "not for the task binary"),
        ({"estimator": "logistic_regression"}, "estimator=logistic_regression"),
        ({"hyperparameters": '{"max_itr": 5}'}, "Did you mean 'max_iter'"),
        ({"hyperparameters": '{"max_iter": "5"}'}, "must be an int"),
        ({"hyperparameters": "max_iter=5"}, "not valid JSON"),
        ({"class_weight": '{"maybe": 2}'}, "Its classes are: no, yes"),
        ({"sample_weight_column": "speed_knots"}, "the same one"),
        ({"seed": -1}, "`seed` is -1"),
    ],
)
def test_mistakes_are_explained(tmp_path: Path, parameters: dict[str, Any], message: str) -> None:
    """A wrong parameter is one clear error, and no model is written."""
    table = bird_strikes(tmp_path / "train.parquet", rows=300)
    preprocess_table(table, tmp_path / "features.parquet", tmp_path / "preprocessor", "damaged")
    with pytest.raises(InputError, match=message):
        fit(table, **{"target": "damaged", **parameters})
    assert not (tmp_path / "model").exists()


def test_settings_that_do_not_go_together_are_explained(tmp_path: Path) -> None:
    """What an estimator finds wrong only when it fits is a clear error as well."""
    table = wine(tmp_path / "train.parquet")
    wrong = '{"solver": "liblinear"}'
    with pytest.raises(InputError, match="logistic_regression cannot be fitted"):
        train(table, "target", estimator="linear", hyperparameters=wrong)
    wrong = '{"num_leaves": -1}'
    with pytest.raises(InputError, match=r"lightgbm cannot be fitted: .*\(num_leaves\) > \(1\)$"):
        train(table, "target", estimator="lightgbm", hyperparameters=wrong)


def test_codes_beyond_the_bins_stay_numbers(tmp_path: Path) -> None:
    """Fewer bins than categories do not stop HistGradientBoosting."""
    table = bird_strikes(tmp_path / "train.parquet", rows=2000)
    trained = train(table, "damaged", hyperparameters='{"max_iter": 3, "max_bins": 8}')
    assert trained.rows == 2000


def test_features_of_another_run_are_refused(tmp_path: Path) -> None:
    """Features and preprocessor must belong together."""
    table = wine(tmp_path / "train.parquet")
    train(table, "target", hyperparameters=QUICK)
    features = tmp_path / "features.parquet"
    pl.read_parquet(features).drop("ash").write_parquet(features)
    with pytest.raises(InputError, match="same run of preprocess_table"):
        fit(table, "target")


def test_damaged_preprocessor_is_not_loaded(tmp_path: Path) -> None:
    """A preprocessor that does not have its digest is not unpickled."""
    table = wine(tmp_path / "train.parquet")
    train(table, "target", hyperparameters=QUICK)
    (tmp_path / "preprocessor" / "preprocessor.joblib").write_bytes(b"cos\nsystem\n.")
    with pytest.raises(DigestMismatchError, match=r"preprocessor\.joblib"):
        fit(table, "target")


def test_start_and_end_of_the_fit_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log says what is fitted on how much, and how long it took."""
    train(wine(tmp_path / "train.parquet"), "target", hyperparameters=QUICK)
    log = capsys.readouterr().out
    assert "fitting hist_gradient_boosting on 178 rows and 13 features" in log
    assert "fitted in" in log
