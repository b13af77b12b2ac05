"""How the mean prediction goes with a column, and with rows of the training."""

from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

from components.evaluate_model.importance import Importance, Importances
from components.evaluate_model.partial_dependence import MOST_VALUES, POINTS, partial_dependence
from components.evaluate_model.training_figures import training_figures
from components.shared.models.folders import load_model
from components.shared.tables.frames import read_frame
from tests.components.model_folders import Trained


def strong(*names: str) -> Importances:
    """Columns that the metric loses by, the first the most."""
    found = [Importance(name, 1.0 / (k + 1), 0.0) for k, name in enumerate(names)]
    return Importances("roc_auc", 10, 3, (*found, Importance("none", 0.0, 0.0)))


def test_the_mean_is_that_of_all_rows_with_the_value(binary_model: Trained) -> None:
    """With few rows, all are the sample: the pipeline says the same of them."""
    model = load_model(binary_model.model)
    frame = read_frame(binary_model.test).head(50)
    (found,) = partial_dependence(model, frame, strong("wildlife_size"), 1, seed=0)
    assert found.column == "wildlife_size"
    assert not found.in_order
    assert 2 <= len(found.values) <= MOST_VALUES
    ((label, means),) = found.curves.items()
    assert label == "yes"
    for value, mean in zip(found.values, means, strict=True):
        changed = frame.assign(
            wildlife_size=pd.Series([value] * 50, dtype=frame["wildlife_size"].dtype)
        )
        probability = joblib.load(binary_model.model / "model.joblib").predict_proba(changed)
        assert mean == pytest.approx(probability[:, 1].mean())


def test_numbers_are_given_their_quantiles(binary_model: Trained) -> None:
    """At most twelve values that occur, in their order."""
    model = load_model(binary_model.model)
    frame = read_frame(binary_model.test)
    numeric = next(f.name for f in model.description.features if f.type in ("integer", "float"))
    (found,) = partial_dependence(model, frame, strong(numeric), 1, seed=0)
    assert found.in_order
    assert len(found.values) <= POINTS
    assert list(found.values) == sorted(found.values)
    assert set(found.values) <= set(frame[numeric].dropna())


def test_training_rows_are_measured_as_scikit_learn_does(binary_model: Trained) -> None:
    """The values are those of the pipeline on the training rows."""
    train = Path(binary_model.test).with_name("train.parquet")
    found = training_figures(load_model(binary_model.model), train, None, seed=0)
    rows = read_frame(train)
    rows = rows[rows["damaged"].notna()]
    called = joblib.load(binary_model.model / "model.joblib").predict(rows)
    assert found.rows == len(rows)
    assert found.values["accuracy"] == pytest.approx(np.mean(called == rows["damaged"]))
