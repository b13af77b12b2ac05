"""Models trained on real tables, with the rows that they were not trained on."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import polars as pl

from components.preprocess_table.preprocess import preprocess_table
from components.shared.models.folders import LoadedModel, load_model
from components.shared.plans.scorer import PlanScorer
from components.train_model.train import train_model
from tests.components.training_tables import bird_strikes, diabetes, wine

QUICK = {
    "hist_gradient_boosting": '{"max_iter": 12}',
    "random_forest": '{"n_estimators": 8}',
    "extra_trees": '{"n_estimators": 8}',
    "lightgbm": '{"n_estimators": 12}',
}
ROWS = 1200
"""Rows of the bird strikes to train on."""


@dataclass(frozen=True)
class Planned:
    """A model folder, and rows that it may be asked about."""

    folder: Path
    rows: list[dict[str, Any]]

    @cached_property
    def scorer(self) -> PlanScorer:
        """The model as its plan has it."""
        return PlanScorer.load(self.folder)

    @cached_property
    def loaded(self) -> LoadedModel:
        """The model as scikit-learn has it."""
        return load_model(self.folder)


def trained(table: Path, target: str, estimator: str, **parameters: Any) -> Path:
    """Preprocess and train beside a table, and return the model's folder.

    Args:
        table: The training rows.
        target: The target.
        estimator: The estimator.
        parameters: `preprocessing`, a dict for preprocess_table; others are for train_model.
    """
    folder = Path(mkdtemp(dir=table.parent))
    preprocessing = parameters.pop("preprocessing", {})
    made = (folder / "features", folder / "preprocessor")
    preprocess_table(table, *made, target, estimator=estimator, **preprocessing)
    parameters.setdefault("hyperparameters", QUICK.get(estimator, "{}"))
    train_model(table, *made, folder / "model", target, estimator=estimator, **parameters)
    return folder / "model"


@cache
def planned(folder: Path, name: str, estimator: str) -> Planned:
    """Return a model of one of three tables, trained once a session.

    Args:
        folder: A folder of the session.
        name: `birds` (binary), `wine` (three classes) or `diabetes` (regression).
        estimator: Name of the estimator.
    """
    place = Path(mkdtemp(dir=folder))
    path = place / "all.parquet"
    if name == "birds":
        bird_strikes(path, 2 * ROWS)
        target, count = "damaged", ROWS
    else:
        (wine if name == "wine" else diabetes)(path)
        target, count = "target", 0
    table = pl.read_parquet(path)
    # Wine is sorted by its target.
    train = table.head(count) if count else table.gather_every(2)
    rows = table.slice(count) if count else table.gather_every(2, 1)
    train.write_parquet(place / "train.parquet")
    model = trained(place / "train.parquet", target, estimator)
    return Planned(model, rows.drop(target).to_dicts())
