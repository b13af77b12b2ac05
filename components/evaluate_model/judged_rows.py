"""The rows that the figures of an evaluation are of, and what was predicted of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl

from components.evaluate_model.origin import Origin
from components.shared.errors import InputError
from components.shared.evaluation.evaluated_rows import evaluated_rows
from components.shared.evaluation.metrics import LEAST_ROWS, REGRESSION
from components.shared.evaluation.predictions import (
    Predicted,
    against_truth,
    labelled,
    read_rows,
    was_predicted,
)
from components.shared.evaluation.ranking import Floats
from components.shared.evaluation.records import CrossValidation
from components.shared.folds.fold_predictions import predict_in_folds
from components.shared.models.folders import LoadedModel

WORTH_FOLDS: Final = 20_000
"""Rows above which folds, of which each costs a fit, are only cut where intervals come of them:
where all rows together have `LEAST_ROWS` of each class."""


@dataclass(frozen=True)
class JudgedRows:
    """Rows that have a label and were predicted, and the predictions.

    Attributes:
        frame: The model's features, the target and the columns of slices.
        predicted: The predictions beside the truth.
        output: What was predicted of all rows, with and without a label; NaN where nothing was.
        unlabelled: Number of rows without a label.
        cross_validation: How all rows were judged in turn; None: these are the test rows.
        obstacle: Why that was not done, though the test rows are few; empty: nothing was in the
            way.
    """

    frame: pd.DataFrame
    predicted: Predicted
    output: Floats
    unlabelled: int
    cross_validation: CrossValidation | None = None
    obstacle: str = ""

    @property
    def folds(self) -> int:
        """Folds that they were judged in; 0: by the model itself."""
        return self.cross_validation.folds if self.cross_validation else 0

    @property
    def known(self) -> Floats:
        """What was predicted of the rows, without those of which nothing was."""
        return self.output[was_predicted(self.output)]

    @property
    def rarest(self) -> int:
        """Rows of the rarest class that they have, of a regression all."""
        if self.predicted.task == REGRESSION:
            return self.predicted.rows
        counts = np.bincount(self.predicted.actual)
        return int(counts[counts > 0].min())


def judge_rows(
    model: LoadedModel,
    test: str | Path,
    tested: tuple[pd.DataFrame, Floats],
    origin: Origin,
    slice_columns: Sequence[str],
    positive_class: str | None,
    seed: int,
    predictions: str | Path,
) -> JudgedRows:
    """Judge the predictions of the test rows, or where they are few those of all rows in turn.

    Few are fewer than `LEAST_ROWS` of a class that they have, or of a regression in all.

    Args:
        model: The model.
        test: Parquet file with the test rows.
        tested: They, as the model reads them, and what it predicts of them.
        origin: Where the rows come from: without the train rows there are no others to judge.
        slice_columns: Further columns to read.
        positive_class: Which of two classes counts as found.
        seed: Seed of the folds.
        predictions: Parquet file of what was predicted to write.

    Raises:
        InputError: No test row has a label, or a binary model's rows have a third class.
    """
    found = _judged(model, *tested, positive_class)
    if origin.train is None or found.rarest >= LEAST_ROWS:
        _write_predictions(predictions, test, model, found.output)
        return found
    target = model.description.target
    with evaluated_rows(origin.train, test, target) as rows:
        try:
            frame = read_rows(rows, model, slice_columns)
            if len(frame) > WORTH_FOLDS and _rarest_of(frame[target], model) < LEAST_ROWS:
                few = f"even all {len(frame):,} rows have fewer than {LEAST_ROWS} of a class"
                raise InputError(few)
            output, folds = predict_in_folds(model.description, rows, origin.split, seed)
        except InputError as error:
            _write_predictions(predictions, test, model, found.output)
            return replace(found, obstacle=str(error))
        every = _judged(model, frame, output, positive_class)
        _write_predictions(predictions, rows, model, output)
    crossed = CrossValidation(folds, len(frame), found.predicted.rows, found.rarest)
    return replace(every, unlabelled=found.unlabelled, cross_validation=crossed)


def _rarest_of(target: "pd.Series[Any]", model: LoadedModel) -> int:
    if model.description.task == REGRESSION:
        return len(target)
    return int(target.value_counts().loc[lambda counts: counts > 0].min())


def _judged(
    model: LoadedModel, frame: pd.DataFrame, output: Floats, positive_class: str | None
) -> JudgedRows:
    has_label = labelled(model.description, frame[model.description.target])
    known = has_label & was_predicted(output)
    frame = frame[known]
    truth = frame[model.description.target]
    predicted = against_truth(model.description, truth, output[known], positive_class)
    return JudgedRows(frame, predicted, output, int((~has_label).sum()))


def _write_predictions(
    path: str | Path, rows: str | Path, model: LoadedModel, output: Floats
) -> None:
    """Write the truth as the rows have it beside what was predicted, for all rows."""
    actual = pl.read_parquet(rows, columns=[model.description.target]).to_series()
    columns = {"actual": actual}
    if model.description.task == REGRESSION:
        columns["predicted"] = pl.Series(output).fill_nan(None)
    else:
        classes = pl.Series(list(model.description.classes or ()))
        called = classes.gather(output.argmax(axis=1))
        columns["predicted"] = called.set(pl.Series(~was_predicted(output)), None)
        columns |= {
            f"probability_{k}": pl.Series(column).fill_nan(None)
            for k, column in enumerate(output.T)
        }
    pl.DataFrame(columns).write_parquet(path)
