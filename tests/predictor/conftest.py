"""A real model, and a server of it that runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from predictor.examples import FILE
from tests.components.train_model.test_train import train
from tests.components.training_tables import bird_strikes
from tests.predictor.running import RunningPredictor, running_predictor


@pytest.fixture(name="folder", scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of the bird strikes, with examples."""
    folder = tmp_path_factory.mktemp("served")
    table = bird_strikes(folder / "train.parquet", rows=1_000)
    train(table, "damaged", hyperparameters='{"max_iter": 5}')
    return folder / "model"


@pytest.fixture(name="examples", scope="session")
def examples_of_the_model(folder: Path) -> dict[str, list[object]]:
    """What the model says of rows."""
    content: dict[str, list[object]] = json.loads((folder / FILE).read_text())
    return content


@pytest.fixture(name="running", scope="session")
def a_predictor(folder: Path) -> Iterator[RunningPredictor]:
    """A server of that model, in a process of its own, shared by the session."""
    with running_predictor("--folder", str(folder), "--model", "strikes") as predictor:
        yield predictor
