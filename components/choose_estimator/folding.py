"""Training rows cut into folds, on which candidates are judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.choose_estimator.candidates import Size
from components.choose_estimator.cross_validation import FoldedRows, Judge
from components.choose_estimator.fold_features import LeftOut, RawTable, read_raw_table
from components.choose_estimator.folds import cut_folds
from components.choose_estimator.rule import Sizes
from components.choose_estimator.settings import Aim, ChoiceSettings
from components.shared.evaluation.metrics import LEAST_ROWS
from components.shared.evaluation.positive_class import choose_positive
from components.shared.fits.class_weights import parse_class_weight, weigh_rows
from components.shared.fits.training_rows import row_weights, target_values
from components.shared.models.estimators import Family
from components.shared.tables.frames import read_frame


@dataclass(frozen=True)
class Folded:
    """Rows in folds.

    Attributes:
        rows: The rows.
        folds: How many folds there are; 0 where none could be cut.
        sizes: How many rows there are to compare by.
        fitted: What is fitted on in each fold.
        whole: Whether all training rows are among them.
    """

    rows: FoldedRows
    folds: int
    sizes: Sizes
    fitted: Size
    whole: bool

    @property
    def few(self) -> bool:
        """Whether there are too few rows to tell candidates apart by them."""
        return self.whole and self.sizes.deciding < LEAST_ROWS


def fold_rows(
    train: Path, folder: Path, aim: Aim, settings: ChoiceSettings, rows: int, size: Size
) -> Folded:
    """Cut training rows into folds, as the test rows were split off.

    Args:
        train: Parquet file with the raw training rows.
        folder: Where a sample is written, and has to stay.
        aim: What is to be predicted.
        settings: How the choice is made.
        rows: How many of the rows are taken, at random.
        size: What there is.

    Raises:
        InputError: A row has no target, or no column is left to learn from.
    """
    sample = _sampled(train, folder, rows, size.rows, settings.seed)
    column = pl.read_parquet(sample, columns=[aim.target])[aim.target]
    labels = target_values(column, aim.task)
    judge = _judge(labels, aim, settings.positive_class)
    weights = _row_weights(sample, settings, labels, judge.classes)
    folds = cut_folds(labels, aim.task, settings.seed, *_told_apart(sample, settings))
    entity = () if settings.keep_entity else tuple(settings.entity)
    left_out = LeftOut(tuple(settings.drop_columns), entity, settings.sample_weight_column)

    def table(family: Family) -> RawTable:
        return read_raw_table(sample, column, aim.task, family, left_out, (labels, weights))

    made = FoldedRows(table, folds, judge, settings.seed)
    fitted = size.in_fold(rows, max(len(folds), 1))
    return Folded(made, len(folds), Sizes.of(labels, aim.task), fitted, rows == size.rows)


def _row_weights(
    sample: Path, settings: ChoiceSettings, labels: Any, classes: Sequence[Any]
) -> NDArray[np.float64] | None:
    weights, name = None, settings.sample_weight_column
    if name:
        weights = row_weights(pl.read_parquet(sample, columns=[name])[name])
    return weigh_rows(parse_class_weight(settings.class_weight, classes), labels, weights)


def _told_apart(sample: Path, settings: ChoiceSettings) -> tuple[Any, Any]:
    """Return the times and the entities of rows, None for what the split does not go by."""
    if settings.split_strategy == "time" and settings.split_column:
        return read_frame(sample, [settings.split_column])[settings.split_column], None
    if settings.entity:
        values = pl.read_parquet(sample, columns=list(dict.fromkeys(settings.entity)))
        numbers = values.select(pl.struct(pl.all()).rank("dense")).to_series()
        return None, numbers.to_numpy().astype(np.intp)
    return None, None


def _judge(labels: NDArray[Any], aim: Aim, positive_class: str | None) -> Judge:
    if aim.task == "regression":
        return Judge(aim.task, aim.metric, labels)
    classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    known, positive = tuple(classes.tolist()), None
    if aim.task == "binary":
        positive = choose_positive(known, counts.tolist(), aim.target, positive_class).position
    return Judge(aim.task, aim.metric, codes, known, positive)


def _sampled(train: Path, folder: Path, size: int, rows: int, seed: int) -> Path:
    """Return a file of so many of the rows, in their order; the file itself where it is all."""
    if size == rows:
        return train
    chosen = np.sort(np.random.default_rng(seed).choice(rows, size, replace=False))
    sample = folder / "sample.parquet"
    pl.scan_parquet(train).select(pl.all().gather(chosen.tolist())).collect().write_parquet(sample)
    return sample
