"""A model of the bird strikes as a registry hands it out, with the window to watch."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from components.detect_drift.detect import detect_drift
from components.detect_drift.drift import Drift
from components.detect_drift.judgement import Rule
from components.evaluate_model.evaluate import evaluate_model
from components.shared.models.description import read_description
from components.shared.models.folders import load_model
from components.shared.models.profiles import profile_table
from components.shared.models.registered import RegisteredModel
from components.shared.tables.column_types import column_types
from components.train_model.saving import save_model
from tests.components.model_folders import Trained


@dataclass(frozen=True)
class Watched:
    """A model with its profile, what the registry says of it, and rows that it has not seen.

    Attributes:
        model: Its folder.
        registered: The file of what the registry says.
        rows: Test rows, the target among them.
    """

    model: Path
    registered: Path
    rows: pl.DataFrame


def watch(trained: Trained, folder: Path) -> Watched:
    """Give a model the profile that `train_model` gives one, and register it in a file."""
    described, loaded = read_description(trained.model), load_model(trained.model)
    train = trained.model.parent / "train.parquet"
    types = column_types(train)
    names = [*(feature.name for feature in described.features), described.target]
    profile = profile_table(train, {name: types[name] for name in names}, [described.target])
    digest = save_model(folder / "model", loaded.pipeline, replace(described, profile=profile))
    found = evaluate_model(
        folder / "model", trained.test, folder / "e.html", folder / "e.json", folder / "p.parquet"
    )
    told = RegisteredModel("strikes", "1", digest, found.metrics, found.prediction_profile)
    (folder / "registered.json").write_text(told.to_json())
    return Watched(folder / "model", folder / "registered.json", pl.read_parquet(trained.test))


def drift_of(
    watched: Watched,
    window: pl.DataFrame,
    folder: Path,
    labels: pl.DataFrame | None = None,
    key: tuple[str, ...] = (),
    rule: Rule | None = None,
) -> Drift:
    """Compare a window with what the model was trained on."""
    window.write_parquet(folder / "window.parquet")
    if labels is not None:
        labels.write_parquet(folder / "labels.parquet")
    return detect_drift(
        folder / "window.parquet",
        watched.model,
        watched.registered,
        folder / "drift.html",
        folder / "drift.json",
        labels=None if labels is None else folder / "labels.parquet",
        key=key,
        rule=rule,
    )
