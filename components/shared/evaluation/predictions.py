"""What a model says of the rows of a table, and the labels to hold it against."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from components.shared.errors import InputError
from components.shared.evaluation.metrics import BINARY, MULTICLASS, REGRESSION
from components.shared.evaluation.positive_class import Label, PositiveClass, choose_positive
from components.shared.evaluation.ranking import Bools, Floats
from components.shared.evaluation.scores import (
    BinaryScores,
    Codes,
    MulticlassScores,
    RegressionScores,
    Scores,
)
from components.shared.models.description import ModelDescription
from components.shared.models.profiles import category
from components.shared.models.threads import threads_for
from components.shared.tables.column_types import column_types
from components.shared.tables.columns import require_column
from components.shared.tables.frames import read_frame

if TYPE_CHECKING:
    import pandas as pd

    from components.shared.models.folders import LoadedModel


NUMBERS: Final = frozenset({"integer", "float"})


class Question(Protocol):
    """What is asked of a row, as a model and an evaluation say it: a task and a target."""

    @property
    def task(self) -> str:
        """`binary`, `multiclass` or `regression`."""

    @property
    def target(self) -> str:
        """Name of the target."""


@dataclass(frozen=True)
class Predicted:
    """Predictions beside the truth, for the rows that have a label.

    Attributes:
        task: `binary`, `multiclass` or `regression`.
        actual: Regression: the target, shape (rows,). Classification: positions in `labels`.
        output: Regression: predictions, shape (rows,). Classification: probabilities, shape
            (rows, classes), columns in the order of the model's classes.
        labels: The model's classes, then classes of these rows that it does not know.
        positive: Binary: position of the positive class in `labels`.
    """

    task: str
    actual: Floats | Codes
    output: Floats
    labels: tuple[Label, ...] = ()
    positive: int | None = None

    @property
    def rows(self) -> int:
        """Number of rows with a label."""
        return len(self.actual)

    @property
    def called(self) -> Codes:
        """Position of the predicted class of each row: the most probable one."""
        return np.asarray(self.output.argmax(axis=1), dtype=np.intp)

    @property
    def probability(self) -> Floats:
        """Probability of the positive class of each row; binary only."""
        return np.asarray(self.output[:, self.positive], dtype=np.float64)

    def scores(self, names: Collection[str] = ()) -> Scores:
        """Return the metrics of these predictions, all of the task's or those named."""
        if self.task == BINARY:
            positive, called = self.actual == self.positive, self.called == self.positive
            return BinaryScores(positive, self.probability, called, names)
        if self.task == MULTICLASS:
            return MulticlassScores(self.actual.astype(np.intp), self.output, self.called, names)
        return RegressionScores(self.actual.astype(np.float64), self.output, names)

    def constant(self) -> "Predicted":
        """Return what a model would do that ignores the features: class shares, or the mean."""
        if self.task == REGRESSION:
            output = np.full(self.rows, self.actual.mean())
        else:
            counts = np.bincount(self.actual, minlength=len(self.labels))
            share = counts[: self.output.shape[1]] / max(self.rows, 1)
            output = np.tile(share, (self.rows, 1))
        return Predicted(self.task, self.actual, output, self.labels, self.positive)


def read_rows(path: str | Path, model: "LoadedModel", more: Sequence[str] = ()) -> "pd.DataFrame":
    """Read the model's features, its target and further columns of a Parquet file.

    Raises:
        InputError: A column is missing, or of another type for a model that reads no other.
    """
    types = column_types(path)
    target = model.description.target
    require_column(target, list(types), "target")
    features = require_features(model.description, types)
    if not model.description.readers:
        _check_types(model.description, types)
    return read_frame(path, list(dict.fromkeys([*features, target, *more])))


def require_features(description: ModelDescription, columns: Collection[str]) -> list[str]:
    """Return the columns that a model reads, which a table must have.

    Raises:
        InputError: It lacks some.
    """
    features = [feature.name for feature in description.features]
    missing = [name for name in features if name not in columns]
    if missing:
        raise InputError(
            f"The rows lack {len(missing)} of the model's {len(features)} columns: "
            f"{', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}. "
            "Take a table with the columns that the model was trained on."
        )
    return features


def _check_types(description: ModelDescription, types: Mapping[str, str]) -> None:
    """Make sure that rows suit a model that does not read values of other types itself."""
    for feature in description.features:
        found = types[feature.name]
        if found != feature.type and not {found, feature.type} <= NUMBERS:
            raise InputError(
                f"Column {feature.name!r} is {found}, but the model was trained on {feature.type} "
                "values: convert the column."
            )


def predict(model: "LoadedModel", frame: "pd.DataFrame") -> Floats:
    """Return probabilities, shape (rows, classes), or the predictions of a regression, (rows,).

    Raises:
        InputError: There are no rows, or the model predicts NaN or infinity for some.
    """
    if frame.empty:
        raise InputError("There are no rows to predict: take a larger test split.")
    rows = frame[[feature.name for feature in model.description.features]]
    classifies = model.description.task != REGRESSION
    function = model.pipeline.predict_proba if classifies else model.pipeline.predict
    with threads_for(rows.size):
        output = np.asarray(function(rows), dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(output.reshape(len(rows), -1)).all(axis=1))
    if len(wrong):
        raise InputError(
            f"The model predicts NaN or infinity for {len(wrong):,} of {len(rows):,} rows, the "
            f"first being data row {wrong[0] + 1:,}: look at that row, or train another estimator."
        )
    return output


def label_codes(
    column: "pd.Series[Any]", classes: Sequence[Label]
) -> tuple[Codes, tuple[Label, ...]]:
    """Return each row's position in the labels, -1 where it has none, and the labels.

    The labels are the classes, then what else the column holds, in order.
    """
    codes, distinct = column.factorize()
    found: list[Any] = list(distinct.tolist())
    labels = (*classes, *sorted(label for label in found if label not in classes))
    table = np.array([*(labels.index(label) for label in found), -1], dtype=np.intp)
    return np.asarray(table[codes], dtype=np.intp), labels


def positive_class_of(
    description: ModelDescription, labels: Sequence[Label], wanted: str | None
) -> PositiveClass:
    """Choose the positive class of a binary model, by its training rows and never the test rows.

    Raises:
        InputError: The class asked for is neither of the two.
    """
    profile = description.profile.get(description.target)
    counts = (profile.categories if profile else None) or {}
    rows = [counts.get(category(label), 0) for label in labels]
    return choose_positive(labels, rows, description.target, wanted)


def labelled(question: Question, actual: "pd.Series[Any]") -> Bools:
    """Return which rows have a value of the target, shape (rows,).

    Raises:
        InputError: None has.
    """
    mask = actual.notna().to_numpy(dtype=np.bool_)
    if question.task == REGRESSION:
        mask = mask & np.isfinite(actual.to_numpy(dtype=np.float64))
    if not mask.any():
        raise InputError(
            f"None of the {len(mask):,} test rows has a value of the target "
            f"{question.target!r}: there is nothing to evaluate on. Take rows with labels."
        )
    return mask


def was_predicted(output: Floats) -> Bools:
    """Return of which rows there is a prediction: no fold judges the first ones in time."""
    return np.asarray(np.isfinite(output.reshape(len(output), -1)).all(axis=1))


def against_truth(
    description: ModelDescription,
    actual: "pd.Series[Any]",
    output: Floats,
    positive_class: str | None = None,
) -> Predicted:
    """Return the predictions beside the truth, for rows that all have a label.

    Raises:
        InputError: A binary model's rows have a third class, or there is no `positive_class`.
    """
    if description.task == REGRESSION:
        return Predicted(description.task, actual.to_numpy(dtype=np.float64), output)
    codes, labels = label_codes(actual, description.classes or ())
    positive = None
    if description.task == BINARY:
        if len(labels) > 2:
            raise InputError(
                f"The target {description.target!r} has the value {labels[2]!r} in the test "
                f"rows, but the model knows {labels[0]!r} and {labels[1]!r} only: mend these "
                "rows, or train on rows of all classes."
            )
        positive = positive_class_of(description, labels, positive_class).position
    return Predicted(description.task, codes, output, labels, positive)
