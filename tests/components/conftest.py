"""Trained models that several tests of components read."""

import pytest
from sklearn.datasets import load_diabetes, load_wine

from tests.components.model_folders import Trained, bundled, train, train_bird_strikes

WINES = {0: "barolo", 1: "grignolino", 2: "barbera"}


@pytest.fixture(scope="session")
def binary_model(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A classifier of two classes with text, numbers and missing values."""
    return train_bird_strikes(tmp_path_factory.mktemp("binary"))


@pytest.fixture(scope="session")
def multiclass_model(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A classifier of three wines."""
    rows = bundled(load_wine(as_frame=True), WINES)
    features = ("alcohol", "malic_acid", "hue")
    return train(tmp_path_factory.mktemp("multi"), rows, "target", "multiclass", features)


@pytest.fixture(scope="session")
def regression_model(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A regressor of the progress of diabetes."""
    rows = bundled(load_diabetes(as_frame=True))
    features = ("age", "sex", "bmi", "bp", "s5")
    return train(tmp_path_factory.mktemp("regression"), rows, "target", "regression", features)
