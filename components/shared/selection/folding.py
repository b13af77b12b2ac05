"""Training rows cut into folds, on which candidates are judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.shared.evaluation.positive_class import choose_positive
from components.shared.fits.class_weights import parse_class_weight, weigh_rows
from components.shared.fits.training_rows import row_weights, target_values
from components.shared.folds.cutting import cut_folds, told_apart
from components.shared.folds.fold_features import LeftOut, RawTable, read_raw_table
from components.shared.models.estimators import Family
from components.shared.selection.asked import Asked
from components.shared.selection.candidates import Plan, Size, table_size
from components.shared.selection.compared import Compared, Sizes
from components.shared.selection.cross_validation import FoldedRows, Judge
from components.shared.selection.settings import ChoiceSettings


@dataclass(frozen=True)
class Folded:
    """Rows in folds.

    Attributes:
        rows: The rows.
        plan: Which defaults are compared, on how many of the rows.
        fitted: What is fitted on in each fold.
        compared: What is compared on them.
    """

    rows: FoldedRows
    plan: Plan
    fitted: Size
    compared: Compared


def fold_rows(train: Path, folder: Path, asked: Asked) -> Folded:
    """Cut training rows into folds, as the test rows were split off.

    Args:
        train: Parquet file with the raw training rows.
        folder: Where a sample is written, and has to stay.
        asked: What is asked of the comparison.

    Raises:
        InputError: A row has no target, or no column is left to learn from.
    """
    settings, size = asked.settings, table_size(train, asked.target, asked.task)
    plan = asked.plan(size)
    sample = _sampled(train, folder, plan.rows, size.rows, settings.seed)
    column = pl.read_parquet(sample, columns=[asked.target])[asked.target]
    labels = target_values(column, asked.task)
    judge = _judge(labels, asked, settings.positive_class)
    weights = _row_weights(sample, settings, labels, judge.classes)
    by_time = settings.split_strategy == "time" and settings.split_column
    apart = told_apart(sample, by_time or None, settings.entity)
    folds = cut_folds(labels, asked.task, settings.seed, *apart)
    entity = () if settings.keep_entity else tuple(settings.entity)
    left_out = LeftOut(tuple(settings.drop_columns), entity, settings.sample_weight_column)

    def table(family: Family) -> RawTable:
        return read_raw_table(sample, column, asked.task, family, left_out, (labels, weights))

    made = FoldedRows(table, folds, judge, settings.seed)
    compared = Compared(
        *(
            asked.task,
            asked.metric.name,
            len(folds),
            Sizes.of(labels, asked.task),
            plan.rows,
            size.rows,
        ),
        *(plan.time_budget, plan.candidates[0], plan.left_out, plan.notes),
    )
    return Folded(made, plan, size.in_fold(plan.rows, max(len(folds), 1)), compared)


def _row_weights(
    sample: Path, settings: ChoiceSettings, labels: Any, classes: Sequence[Any]
) -> NDArray[np.float64] | None:
    weights, name = None, settings.sample_weight_column
    if name:
        weights = row_weights(pl.read_parquet(sample, columns=[name])[name])
    return weigh_rows(parse_class_weight(settings.class_weight, classes), labels, weights)


def _judge(labels: NDArray[Any], asked: Asked, positive_class: str | None) -> Judge:
    if asked.task == "regression":
        return Judge(asked.task, asked.metric, labels)
    classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    known, positive = tuple(classes.tolist()), None
    if asked.task == "binary":
        positive = choose_positive(known, counts.tolist(), asked.target, positive_class).position
    return Judge(asked.task, asked.metric, codes, known, positive)


def _sampled(train: Path, folder: Path, size: int, rows: int, seed: int) -> Path:
    """Return a file of so many of the rows, in their order; the file itself where it is all."""
    if size == rows:
        return train
    chosen = np.sort(np.random.default_rng(seed).choice(rows, size, replace=False))
    sample = folder / "sample.parquet"
    pl.scan_parquet(train).select(pl.all().gather(chosen.tolist())).collect().write_parquet(sample)
    return sample
