"""How often the validation pipeline's rules speak against rows that do not differ, and see those
that do.

Each table is split at random into rows to train on and a window; nothing differs but by chance, so
every violation is a false alarm. Beside our rules stand those that are in common use: any value
outside the trained categories or range is an anomaly (as TensorFlow Data Validation has it), and a
metric that lies beyond the interval that the model was registered with is a loss.

`python -m tests.benchmarks.validation_alarms [--seeds N]`
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from components.judge_table.skew import skew
from components.shared.evaluation.bootstrap import estimates
from components.shared.evaluation.metrics import METRICS
from components.shared.evaluation.predictions import against_truth
from components.shared.evaluation.records import EvaluationRecord
from components.shared.models.description import InputColumn, ModelDescription
from components.shared.models.profiles import profile_table
from components.shared.models.registered import RegisteredModel
from components.shared.reports.notes import VIOLATION
from components.shared.tables.column_types import column_types
from components.shared.windows.performance import judge_performance
from tests.components.model_folders import bird_strikes

WINDOWS = (100, 300, 1000, 3000)
SHIFTS = ("category moved", "number × 1.5", "5 % unseen", "10 % missing")


def tables() -> dict[str, pl.DataFrame]:
    """Return real tables of several kinds by name."""
    found = {"bird_strikes": bird_strikes()}
    for load in (load_breast_cancer, load_diabetes, load_iris, load_wine):
        bunch: Any = load(as_frame=True)
        found[load.__name__.removeprefix("load_")] = pl.DataFrame(
            {name: bunch.frame[name].to_numpy() for name in bunch.frame}
        )
    return found


def describe(path: Path, rows: int) -> ModelDescription:
    """Return what a model that reads every column of a training table says of it."""
    types = column_types(path)
    return ModelDescription(
        task="binary",
        estimator="none",
        hyperparameters={},
        target="",
        classes=None,
        features=tuple(InputColumn(name, kind, nullable=True) for name, kind in types.items()),
        seed=0,
        versions={},
        training_data={"digest": "", "rows": rows},
        profile=profile_table(path, types),
    )


def windows(
    table: pl.DataFrame, size: int, seeds: int
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield rows to train on and a window of `size` other rows, for each seed."""
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(table))
        yield table[order[size:].tolist()], table[order[:size].tolist()]


def shifted(window: pl.DataFrame, kind: str, seed: int) -> pl.DataFrame | None:
    """Return a window of bird strikes with a shift; None where the table has no such column."""
    rng = np.random.default_rng(seed)
    rows = pl.Series(rng.random(len(window)))
    if kind == "number × 1.5":
        numbers = [name for name, dtype in window.schema.items() if dtype.is_numeric()]
        return window.with_columns(pl.col(numbers[0]) * 1.5)
    texts = [name for name, dtype in window.schema.items() if dtype == pl.String]
    if not texts:
        return None
    column, share = pl.col(texts[0]), {"5 % unseen": 0.05, "10 % missing": 0.1}.get(kind, 0.25)
    value = {"5 % unseen": "something new", "10 % missing": None}.get(kind, "something new")
    return window.with_columns(
        pl.when(rows < share).then(pl.lit(value)).otherwise(column).alias(texts[0])
    )


def violated(window: pl.DataFrame, model: ModelDescription, folder: Path) -> tuple[bool, bool]:
    """Return whether our rules, and the rule in common use, speak against a window."""
    path = folder / "window.parquet"
    window.write_parquet(path)
    notes = skew(path, model)
    return any(note.kind == VIOLATION for note in notes), bool(
        [note for note in notes if "never saw" in note.text or "outside the range" in note.text]
    )


def table_rules(seeds: int) -> None:
    """Print false alarms by table and size of the window, and the shifts that are seen."""
    print(f"{'table':<16}{'window':>8}{'ours':>10}{'any value':>12}   share of {seeds} windows")
    with TemporaryDirectory() as name:
        folder = Path(name)
        for title, table in tables().items():
            for size in WINDOWS:
                if size * 2 > len(table):
                    continue
                alarms = []
                for train, window in windows(table, size, seeds):
                    train.write_parquet(folder / "train.parquet")
                    model = describe(folder / "train.parquet", len(train))
                    alarms.append(violated(window, model, folder))
                ours, common = np.mean(alarms, axis=0)
                print(f"{title:<16}{size:>8}{ours:>10.3f}{common:>12.3f}", flush=True)
        print(f"\n{'shift of 1,000 bird strikes':<32}{'ours':>10}{'any value':>12}")
        for kind in SHIFTS:
            seen = []
            for seed, (train, window) in enumerate(windows(bird_strikes(), 1000, seeds)):
                train.write_parquet(folder / "train.parquet")
                moved = shifted(window, kind, seed)
                if moved is not None:
                    model = describe(folder / "train.parquet", len(train))
                    seen.append(violated(moved, model, folder))
            ours, common = np.mean(seen, axis=0)
            print(f"{kind:<32}{ours:>10.3f}{common:>12.3f}", flush=True)


def performance_rules(seeds: int) -> None:
    """Print how often an unchanged model is called worse, by the size of the window."""
    bunch: Any = load_breast_cancer()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.001))
    noisy = bunch.data + np.random.default_rng(0).normal(0, 3, bunch.data.shape) * bunch.data.std(0)
    output = cross_val_predict(model, noisy, bunch.target, cv=10, method="predict_proba")
    print(f"\n{'window':>8}{'ours':>10}{'interval':>12}   unchanged model, {seeds} splits")
    for size in (50, 100, 200, 280):
        worse = []
        for seed in range(seeds):
            order = np.random.default_rng(seed).permutation(len(output))
            new, old = order[:size], order[-280:]
            found, before = (_estimates(bunch.target[r], output[r], seed) for r in (new, old))
            record = _record(size, found)
            _, notes = judge_performance(
                record, RegisteredModel("m", "1", "", before), "auto", None
            )
            literal = found["roc_auc"].value < before["roc_auc"].low
            worse.append((any(note.kind == VIOLATION for note in notes), literal))
        ours, interval = np.mean(worse, axis=0)
        print(f"{size:>8}{ours:>10.3f}{interval:>12.3f}", flush=True)


def _estimates(truth: Any, output: Any, seed: int) -> Any:
    import pandas as pd

    description = ModelDescription(
        "binary", "", {}, "y", [0, 1], (), 0, {}, {"digest": "", "rows": 0}, {}
    )
    predicted = against_truth(description, pd.Series(truth), output, "1")
    return estimates(predicted.scores(["roc_auc"]), METRICS["binary"], 200, 0.95, seed)


def _record(rows: int, metrics: Any) -> EvaluationRecord:
    return EvaluationRecord("binary", "y", rows, (0, 1), "1", "", None, 0.95, metrics, {})


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    seeds = parser.parse_args().seeds
    table_rules(seeds)
    performance_rules(seeds)


if __name__ == "__main__":
    main()
