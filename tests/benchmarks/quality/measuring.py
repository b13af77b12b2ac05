"""A way of training on one table: its metric on rows that it has not seen, and what it costs."""

import contextlib
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pandas as pd
import polars as pl
from sklearn.model_selection import train_test_split

from components.choose_estimator.choose import ChoiceSettings, choose_estimator
from components.preprocess_table.preprocess import preprocess_table
from components.shared.evaluation.bootstrap import estimates
from components.shared.evaluation.metrics import metric_named
from components.shared.evaluation.predictions import against_truth, predict, read_rows
from components.shared.models.choices import CandidateRecord, ChoiceRecord
from components.shared.models.folders import load_model
from components.train_model.train import train_model
from tests.benchmarks.quality.tables import Case

HELD_OUT: Final = 0.25
NORMAL: Final = 1.96
"""An interval of 95 % is this many standard errors to each side."""

Train = Callable[[Path, Path, str, str, int], str]
"""Takes the training rows, a folder, the target, the task and a seed; writes the model into
`model/` of the folder, and returns which estimator it is."""


@dataclass(frozen=True)
class Result:
    """What came of one way on one split of a table.

    Attributes:
        table: Name of the table.
        way: Name of the way.
        seed: Seed of the split and the training.
        metric: The gate's metric, on the held-out rows.
        error: Its standard error, by a bootstrap of these rows.
        seconds: CPU time of the training, imports left out.
        rows: Rows that were trained on.
        estimator: Which one it came to be.
    """

    table: str
    way: str
    seed: int
    metric: float
    error: float
    seconds: float
    rows: int
    estimator: str


def plain(estimator: str) -> Train:
    """Train an estimator with the defaults of its library, and our preprocessing."""

    def train(rows: Path, folder: Path, target: str, task: str, seed: int) -> str:
        made = (folder / "features.parquet", folder / "preprocessor")
        preprocess_table(rows, *made, target, task=task, estimator=estimator)
        train_model(
            *(rows, *made, folder / "model", target), task=task, estimator=estimator, seed=seed
        )
        return estimator

    return train


def default(rows: Path, folder: Path, target: str, task: str, seed: int) -> str:
    """Train what the training pipeline trains unless it is told otherwise."""
    record = _chosen(rows, target, task, seed)
    return _train(rows, folder, target, task, seed, record)


def best_mean(rows: Path, folder: Path, target: str, task: str, seed: int) -> str:
    """Train the candidate with the best mean over the folds, whatever it costs."""
    record = _chosen(rows, target, task, seed)
    first = record.candidates[0] if record.candidates[0].value is not None else record
    return _train(rows, folder, target, task, seed, first)


def _chosen(rows: Path, target: str, task: str, seed: int) -> ChoiceRecord:
    return choose_estimator(rows, target, task=task, settings=ChoiceSettings(seed=seed)).record


def _train(
    rows: Path,
    folder: Path,
    target: str,
    task: str,
    seed: int,
    chosen: ChoiceRecord | CandidateRecord,
) -> str:
    made = (folder / "features.parquet", folder / "preprocessor")
    preprocess_table(rows, *made, target, task=task, estimator=chosen.estimator)
    settings = json.dumps(dict(chosen.hyperparameters))
    train_model(
        *(rows, *made, folder / "model", target),
        task=task,
        estimator=chosen.estimator,
        hyperparameters=settings,
        seed=seed,
    )
    return chosen.estimator


def seeds(rows: int) -> range:
    """Return the splits of a table: several of a small one, whose held-out rows say little."""
    return range(5 if rows < 1_000 else 3 if rows < 10_000 else 1)


def measure(name: str, case: Case, frame: pd.DataFrame, seed: int, way: str, fit: Train) -> Result:
    """Train one way on three quarters of a table, and score it on the others."""
    stratify = frame[case.target] if case.task != "regression" else None
    train, test = train_test_split(frame, test_size=HELD_OUT, random_state=seed, stratify=stratify)
    with TemporaryDirectory() as temporary, contextlib.redirect_stdout(io.StringIO()):
        folder = Path(temporary)
        for rows, file in ((train, "train.parquet"), (test, "test.parquet")):
            pl.from_pandas(rows.reset_index(drop=True)).write_parquet(folder / file)
        began = time.process_time()
        estimator = fit(folder / "train.parquet", folder, case.target, case.task, seed)
        seconds = time.process_time() - began
        metric, error = _score(folder / "model", folder / "test.parquet", case)
    return Result(name, way, seed, metric, error, seconds, len(train), estimator)


def _score(model: Path, test: Path, case: Case) -> tuple[float, float]:
    loaded = load_model(model)
    frame = read_rows(test, loaded)
    predicted = against_truth(loaded.description, frame[case.target], predict(loaded, frame))
    metric = metric_named("auto", case.task)
    found = estimates(predicted.scores((metric.name,)), (metric,), 200, 0.95, 0)[metric.name]
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return found.value, (found.high - found.low) / (2 * NORMAL)


class KeptResults:
    """Results in a folder, a file of lines for each table: what is there is not measured again.

    Args:
        folder: The folder; it is made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, table: str) -> Mapping[tuple[str, int], Result]:
        """Return what is known of a table, by way and seed."""
        return {(each.way, each.seed): each for each in self._lines(table)}

    def keep(self, result: Result) -> None:
        """Add a result."""
        with self._path(result.table).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")

    def _lines(self, table: str) -> Iterator[Result]:
        path = self._path(table)
        if path.exists():
            yield from (Result(**json.loads(line)) for line in path.read_text("utf-8").splitlines())

    def _path(self, table: str) -> Path:
        return self._folder / f"{table}.jsonl"
