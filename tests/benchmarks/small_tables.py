"""What an evaluation of a small table is worth: how near it is to the truth, and how sure it knows.

Rows are drawn from a real table, and a model is trained of them as the training pipeline does it.
The truth is what that very model reaches on the rows that were not drawn. Beside the evaluation,
which judges all drawn rows in turn where the test rows are few, stands the one in common use: the
test rows alone. Of both: the median distance to the truth, the ratio of these, how many evaluations
have an interval of 95 %, how many of these hold the truth, and how wide they are.

`python -m tests.benchmarks.small_tables [--rows N] [--draws N] [--estimator NAME] [--table NAME]`
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pandas as pd
import polars as pl

from components.evaluate_model.evaluate import evaluate_model
from components.shared.errors import ComponentError
from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.predictions import against_truth, predict, read_rows
from components.shared.evaluation.scores import point_values
from components.shared.models.folders import load_model
from pipelines.training.plain import TrainingSettings, evaluate_fitted, fit_table
from tests.benchmarks.quality.tables import CASES, Case, read

LEAST_ROWS: Final = 1_000
"""Rows of a table that holds the truth."""

MOST_TRUE_ROWS: Final = 5_000
JUDGED: Final = {
    "binary": ("roc_auc", "average_precision", "log_loss", "accuracy", "balanced_accuracy"),
    "multiclass": ("balanced_accuracy", "accuracy", "log_loss", "roc_auc_ovr"),
    "regression": ("r2", "rmse", "mae"),
}


@dataclass(frozen=True)
class Judgement:
    """What two evaluations say of a metric, and the truth."""

    truth: float
    evaluated: Estimate
    of_test_rows: Estimate


def draw(
    case: Case, frame: pd.DataFrame, rows: int, seed: int, settings: TrainingSettings
) -> Iterator[tuple[str, Judgement]]:
    """Train on some rows of a table, and yield each metric with what is said of it."""
    drawn = frame.sample(rows, random_state=seed)
    others = frame.drop(index=drawn.index).sample(frac=1, random_state=seed)[:MOST_TRUE_ROWS]
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, part in (("drawn", drawn), ("others", others)):
            pl.from_pandas(part, nan_to_null=True).write_parquet(folder / f"{file}.parquet")
        with redirect_stdout(StringIO()):
            fitted = fit_table(
                str(folder / "drawn.parquet"), case.target, folder, settings, lambda _: None
            )
            split = fitted.split.test_metadata()
            evaluated = evaluate_fitted(folder, settings, lambda _: None, split=split)
            alone = evaluate_model(
                *(fitted.model, folder / "test.parquet"),
                *(folder / file for file in ("alone.html", "alone.json", "alone.parquet")),
            )
            truth = true_values(fitted.model, folder / "others.parquet")
    for metric in JUDGED[evaluated.task]:
        if metric in truth and metric in evaluated.metrics:
            own, tested = evaluated.metrics[metric], alone.metrics.get(metric, Estimate(None))
            yield metric, Judgement(truth[metric], own, tested)


def true_values(folder: Path, rows: Path) -> Mapping[str, float]:
    """Return what a model reaches on rows."""
    model = load_model(folder)
    frame = read_rows(rows, model)
    description = model.description
    known = frame[description.target].isin(description.classes or frame[description.target])
    frame = frame[known]
    output = predict(model, frame)
    return point_values(against_truth(description, frame[description.target], output).scores())


def told(judgements: list[Judgement]) -> str:
    """Return the figures of a metric, as a line."""
    both = []
    for found in (
        [(j.truth, j.evaluated) for j in judgements],
        [(j.truth, j.of_test_rows) for j in judgements],
    ):
        errors = [abs(each.value - truth) for truth, each in found if each.value is not None]
        ends = [(truth, each.low, each.high) for truth, each in found]
        held = [
            low <= truth <= high
            for truth, low, high in ends
            if low is not None and high is not None
        ]
        widths = [high - low for _, low, high in ends if low is not None and high is not None]
        both.append((np.median(errors), len(held) / len(found), held, widths))
    (own, share, held, widths), (tested, share_tested, held_tested, wide) = both
    return (
        f"{own:10.4f} {tested:10.4f} {own / tested:6.2f}   {share:7.0%} {_mean(held):>7}"
        f" {np.median(widths or [np.nan]):8.3f}   {share_tested:7.0%} {_mean(held_tested):>7}"
        f" {np.median(wide or [np.nan]):8.3f}"
    )


def _mean(held: list[bool]) -> str:
    return f"{np.mean(held):.1%}" if held else "–"


def main() -> int:
    """Print what evaluations of small tables are worth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, action="append", help="50 and 90 by default")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--estimator", default="auto")
    parser.add_argument("--table", choices=CASES, action="append", help="all by default")
    given = parser.parse_args()
    settings = TrainingSettings(estimator=given.estimator)
    found: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    refused = tables = 0
    for name in given.table or CASES:
        frame = read(CASES[name])
        if len(frame) < LEAST_ROWS:
            continue
        tables += 1
        for rows in given.rows or (50, 90):
            for seed in range(given.draws):
                try:
                    for metric, judgement in draw(CASES[name], frame, rows, seed, settings):
                        found[CASES[name].task, metric].append(judgement)
                except ComponentError:
                    refused += 1
        print(f"{name}: done", file=sys.stderr, flush=True)
    print(f"{tables} tables; {refused} draws could not be trained on")
    print(
        f"{'':32}{'distance to the truth':>28}   {'all rows in turn':>24}   {'test rows alone':>24}"
    )
    heads = (
        f"{'all rows':>10} {'test rows':>10} {'ratio':>6}   {'there':>7} {'hold':>7} {'width':>8}"
    )
    print(f"{'metric':32}{heads}   {'there':>7} {'hold':>7} {'width':>8}")
    for (task, metric), judgements in found.items():
        print(f"{task + ' ' + metric:28}{len(judgements):4}{told(judgements)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
