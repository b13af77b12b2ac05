"""Small real models with their test rows, fitted in milliseconds."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from components.shared.models.folders import InputColumn, ModelDescription
from components.shared.tables.column_types import column_types
from components.shared.tables.frames import read_frame
from components.train_model.saving import save_model

BIRD_STRIKES = Path(__file__).parents[2] / "data" / "bird_strikes.csv"
TEXT = ("phase_of_flight", "time_of_day", "wildlife_size")


@dataclass(frozen=True)
class Trained:
    """A model folder, the rows it has not seen, and its digest."""

    model: Path
    test: Path
    digest: str


def train(
    folder: Path,
    rows: pl.DataFrame,
    target: str,
    task: str,
    features: tuple[str, ...],
    estimator: Any = None,
) -> Trained:
    """Fit a linear model on four fifths of the rows, and write it and the other fifth."""
    folder.mkdir(parents=True, exist_ok=True)
    held_out = pl.Series(np.random.default_rng(0).random(len(rows)) < 0.2)
    rows.filter(~held_out).write_parquet(folder / "train.parquet")
    rows.filter(held_out).write_parquet(folder / "test.parquet")
    types = column_types(folder / "train.parquet")
    frame = read_frame(folder / "train.parquet")
    frame = frame[frame[target].notna()]
    text = [name for name in features if types[name] == "string"]
    other = [name for name in features if types[name] != "string"]
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", min_frequency=20), text),
        (make_pipeline(SimpleImputer(), StandardScaler()), other),
    )
    labels = frame[target]
    if task == "regression":
        estimator = estimator or Ridge()
    else:
        estimator = estimator or LogisticRegression(max_iter=1000)
        labels = labels.astype(object) if types[target] == "string" else labels
    pipeline = make_pipeline(encode, estimator).fit(frame[list(features)], labels)
    description = ModelDescription(
        task=task,
        estimator=type(estimator).__name__,
        hyperparameters={},
        target=target,
        classes=None if task == "regression" else pipeline.classes_.tolist(),
        features=tuple(InputColumn(name, types[name], nullable=True) for name in features),
        seed=0,
        versions={"scikit-learn": version("scikit-learn")},
        training_data={"digest": "", "rows": len(frame)},
        profile={},
    )
    digest = save_model(folder / "model", pipeline, description)
    return Trained(folder / "model", folder / "test.parquet", digest)


def bird_strikes() -> pl.DataFrame:
    """Return the shipped data: 9,985 rows with text, numbers, dates and missing values."""
    return pl.read_csv(BIRD_STRIKES, try_parse_dates=True)


def train_bird_strikes(folder: Path, features: tuple[str, ...] = (*TEXT, "speed_knots")) -> Trained:
    """Train a binary model of `damaged` on some columns of the bird strikes."""
    return train(folder, bird_strikes(), "damaged", "binary", features)


def bundled(bunch: Any, names: dict[int, str] | None = None) -> pl.DataFrame:
    """Return one of scikit-learn's bundled data sets, its class numbers replaced by names."""
    rows = pl.DataFrame({name: bunch.frame[name].to_numpy() for name in bunch.frame})
    return rows.with_columns(pl.col("target").replace_strict(names)) if names else rows
