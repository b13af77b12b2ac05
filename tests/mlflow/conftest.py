"""Models that were trained here, for MLflow to load."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from components.evaluate_model.evaluate import evaluate_model
from components.shared.evaluation.comparisons import ComparisonRecord
from components.shared.evaluation.records import EvaluationRecord
from components.shared.models.folders import LoadedModel, load_model
from tests.benchmarks.registry.servers import running
from tests.components.train_model.test_train import train
from tests.components.training_tables import bird_strikes, diabetes
from tests.mlflow.programs import SETTINGS, mlflow_program
from tests.registry_service.running import free_port

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


@pytest.fixture(name="server", scope="session")
def running_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An MLflow server that passes artifacts on, on SQLite and a folder."""
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    command = [mlflow_program("mlflow"), "server", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    with running(command, port, "/health", folder / "log", SETTINGS):
        yield f"http://127.0.0.1:{port}"


@dataclass(frozen=True)
class Evaluated:
    """What a run left: a model, its evaluation, the report, and a verdict of the gate."""

    model: Path
    evaluation: Path
    report: Path
    comparison: Path

    def refused(self, folder: Path) -> Path:
        """Return a verdict that refuses the model."""
        verdict = ComparisonRecord.parse(self.comparison.read_text("utf-8"))
        path = folder / "refused.json"
        path.write_text(replace(verdict, approved=False).to_json(), "utf-8")
        return path


@pytest.fixture(name="evaluated", scope="session")
def evaluated_model(strikes: Example) -> Evaluated:
    """The model with dates, evaluated and compared with no champion."""
    folder = strikes.folder
    done = Evaluated(
        *(folder / "model", folder / "evaluation.json"),
        *(folder / "evaluation.html", folder / "comparison.json"),
    )
    evaluate_model(
        *(done.model, folder / "train.parquet"),
        *(done.report, done.evaluation, folder / "predictions.parquet"),
        bootstrap_samples=20,
    )
    metric = EvaluationRecord.parse(done.evaluation.read_text("utf-8")).metrics["roc_auc"]
    verdict = ComparisonRecord(
        *(True, ("better than nothing",), "strikes", "roc_auc", "greater", metric),
        *(None, None, 0.5, 0.0, 0.95),
    )
    done.comparison.write_text(verdict.to_json(), "utf-8")
    return done
