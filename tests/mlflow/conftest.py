"""Models that were trained here, for MLflow to load."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from components.shared.models.folders import LoadedModel, load_model
from tests.components.train_model.test_train import train
from tests.components.training_tables import bird_strikes, diabetes

FEW = 40


@dataclass(frozen=True)
class Example:
    """A folder with a model in `model`, and rows for it in `rows.parquet`."""

    folder: Path

    @property
    def loaded(self) -> LoadedModel:
        """The model as this package loads it."""
        return load_model(self.folder / "model")

    @property
    def rows(self) -> pd.DataFrame:
        """The rows."""
        table = pl.read_parquet(self.folder / "rows.parquet")
        return pd.DataFrame(table.to_dict(as_series=False))


def _trained(folder: Path, table: Any, target: str, **parameters: Any) -> Example:
    path = table(folder / "train.parquet", **parameters)
    train(path, target, hyperparameters='{"max_iter": 5}')
    frame = pl.read_parquet(path).drop(target).head(FEW)
    frame.write_parquet(folder / "rows.parquet")
    return Example(folder)


@pytest.fixture(name="strikes", scope="session")
def model_with_dates(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A classifier of real rows with a date, texts, numbers and missing values."""
    return _trained(tmp_path_factory.mktemp("strikes"), bird_strikes, "damaged", rows=1_000)


@pytest.fixture(name="progress", scope="session")
def model_of_numbers(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A regressor of numbers."""
    return _trained(tmp_path_factory.mktemp("progress"), diabetes, "target")
