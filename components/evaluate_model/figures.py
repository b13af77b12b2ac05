"""The result of an evaluation: all figures, as objects, as JSON and as the dashboard shows them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol

import numpy as np

from components.evaluate_model.curves import Calibration, PrecisionRecall, Roc
from components.evaluate_model.importance import Importances
from components.evaluate_model.partial_dependence import Dependence
from components.evaluate_model.slices import SlicedColumn
from components.evaluate_model.thresholds import Thresholds
from components.evaluate_model.training_figures import TrainingFigures
from components.shared.evaluation.metrics import REGRESSION, Estimate
from components.shared.evaluation.positive_class import Label
from components.shared.evaluation.prediction_profile import PredictionProfile
from components.shared.evaluation.records import CrossValidation
from components.shared.evaluation.remarks import never_found, without_interval, worse_than_shares
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.reports.number_text import counted_rows, interval, number

FORMAT: Final = 1
MOST_CLASSES_SHOWN: Final = 50


@dataclass(frozen=True)
class Curves:
    """The curves of a classifier; each one empty or None where the rows leave it undefined.

    Attributes:
        roc: By class: the positive one of two, or each of several against the rest.
        precision_recall: Binary only.
        calibration: Of the positive class's probability (binary), or of the probability of the
            predicted class being right (multi-class).
    """

    roc: Mapping[str, Roc]
    precision_recall: PrecisionRecall | None
    calibration: Calibration


@dataclass(frozen=True)
class Circumstances:
    """How the model and the rows came about, so far as it was told.

    Attributes:
        model_name: What the model is called in the registry; empty: unknown.
        evaluated_at: When, ISO 8601 in UTC.
        hyperparameters: Those that differ from the library's defaults.
        train_rows: Rows that it was trained on; None: unknown.
        split: What `split_table` said of the test rows: strategy, test_size, seed and others.
        probabilities: Whether and why they were calibrated; empty: nobody asked for it.
    """

    model_name: str = ""
    evaluated_at: str = ""
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    train_rows: int | None = None
    split: Mapping[str, Any] = field(default_factory=dict)
    probabilities: str = ""


class Plots(Protocol):
    """What KFP's dashboard draws of a classifier: its `ClassificationMetrics`."""

    def log_confusion_matrix(self, categories: list[str], matrix: list[list[int]]) -> None:
        """Take the names of the classes, and the rows of the confusion matrix."""

    def log_roc_curve(self, fpr: list[float], tpr: list[float], threshold: list[float]) -> None:
        """Take false and true positive rates and thresholds."""


@dataclass(frozen=True, repr=False)
class Evaluation:
    """What `evaluate_model` found.

    Attributes:
        task: `binary`, `multiclass` or `regression`.
        estimator: Name of the estimator.
        target: Name of the target.
        rows: Rows that have a label and that the figures are of: test rows, or all that were
            judged in a cross-validation.
        unlabelled_rows: Test rows without one.
        labels: The model's classes, then classes of the test rows that it does not know.
        classes: Number of the model's classes.
        positive_class: Binary only.
        positive_reason: Why it is this one.
        model_digest: Digest of the model folder.
        test_digest: Digest of the test rows, where it was given.
        confidence: Coverage of the intervals.
        bootstrap_samples: Resamples behind them.
        seed: Seed of all that is random.
        metrics: Value and interval by the name of the metric.
        baseline: Value of a constant prediction (class shares, or the mean) by metric.
        over_constant: The metric minus that of the constant prediction, by metric.
        slices: The metric by the values of some columns.
        importance: Permutation importance.
        confusion: Number of rows, shape (labels, labels), actual by predicted; None: regression.
        curves: None for a regression.
        refusal: Why the model cannot read the rows; empty: it can.
        prediction_profile: What the predictions on all test rows are like; None where refused.
        circumstances: How the model and the rows came about.
        training: The metrics on rows that it was trained on; None where these were not given.
        thresholds: What thresholds find and cost, of two classes.
        dependence: How the mean prediction goes with each of the strongest columns.
        cross_validation: How all rows were judged in turn; None where the test rows were.
        obstacle: Why they were not, though the test rows are few; empty: nothing was in the way.
    """

    task: str
    estimator: str
    target: str
    rows: int
    unlabelled_rows: int
    labels: tuple[Label, ...]
    classes: int
    positive_class: Label | None
    positive_reason: str | None
    model_digest: str
    test_digest: str | None
    confidence: float
    bootstrap_samples: int
    seed: int
    metrics: Mapping[str, Estimate]
    baseline: Mapping[str, float | None]
    over_constant: Mapping[str, Estimate]
    slices: tuple[SlicedColumn, ...]
    importance: Importances
    confusion: "np.ndarray[Any, np.dtype[np.intp]] | None"
    curves: Curves | None
    refusal: str = ""
    prediction_profile: PredictionProfile | None = None
    circumstances: Circumstances = Circumstances()
    training: TrainingFigures | None = None
    thresholds: Thresholds | None = None
    dependence: tuple[Dependence, ...] = ()
    cross_validation: CrossValidation | None = None
    obstacle: str = ""

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {number(value)}" for name, value in self.values().items())
        return f"<Evaluation of {self.estimator} on {counted_rows(self.rows)}: {told}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: each metric with its interval."""
        rows = "".join(
            f"<tr><th>{name}</th><td>{number(each.value)}</td>"
            f"<td>{interval(each.low, each.high)}</td></tr>"
            for name, each in self.metrics.items()
        )
        return f"<table><caption>{counted_rows(self.rows)}</caption>{rows}</table>"

    def values(self) -> dict[str, float]:
        """Return each metric's value; those that the rows leave undefined are left out."""
        return {n: e.value for n, e in self.metrics.items() if e.value is not None}

    def metadata(self) -> dict[str, Any]:
        """Return what the KFP artifact says of the evaluation."""
        found = {
            "task": self.task,
            "target": self.target,
            "rows": self.rows,
            "unlabelled_rows": self.unlabelled_rows,
            "positive_class": None if self.positive_class is None else str(self.positive_class),
            "model_digest": self.model_digest,
            "test_digest": self.test_digest,
            NOTES: notes_metadata(self.notes()),
        }
        return {name: value for name, value in found.items() if value is not None}

    @property
    def remarks(self) -> list[str]:
        """What is to be said of the figures."""
        said = [worse_than_shares(self.metrics, self.baseline)]
        if self.confusion is not None:
            said.append(never_found(self.labels[: self.classes], self.confusion.tolist()))
        if self.bootstrap_samples:
            crossed = self.cross_validation is not None
            counted = (self.rows, self._rarest, crossed)
            said.append(without_interval(self.task, self.metrics, *counted))
        if self.obstacle:
            said.append(f"too few test rows, and not cross-validated: {self.obstacle}")
        return [text for text in said if text]

    @property
    def _rarest(self) -> int:
        """Rows of the rarest class that they have, of a regression all."""
        if self.confusion is None:
            return self.rows
        of_each = self.confusion.sum(axis=1)
        return int(of_each[of_each > 0].min())

    def notes(self) -> list[Note]:
        """Return what the user should know of how the figures came about."""
        notes = []
        if self.positive_class is not None:
            text = f"the positive class is {self.positive_class!r} ({self.positive_reason})"
            notes.append(Note("assumed", text))
        if self.cross_validation is not None:
            notes.append(Note("assumed", self.cross_validation.told(self.rows)))
        notes += [Note("warning", text) for text in self.remarks]
        if self.unlabelled_rows:
            text = f"{counted_rows(self.unlabelled_rows)} to test on without a value of the target"
            notes.append(Note("left out", text))
        if self.importance.too_many:
            text = "the importance of the columns, which so many of them would take minutes for"
            notes.append(Note("left out", text))
        unknown = [str(label) for label in self.labels[self.classes :]]
        if self.task != REGRESSION and unknown:
            text = f"the model does not know {', '.join(unknown[:5])}: their rows count as mistakes"
            notes.append(Note("warning", text))
        return notes

    def draw(self, plots: Plots) -> None:
        """Hand the dashboard what there is to draw."""
        if matrix := self.dashboard_matrix():
            plots.log_confusion_matrix(*matrix)
        if roc := self.dashboard_roc():
            plots.log_roc_curve(*roc)

    def dashboard_matrix(self) -> tuple[list[str], list[list[int]]] | None:
        """Return class names and rows of the confusion matrix; None where it is not for show."""
        if self.confusion is None or len(self.labels) > MOST_CLASSES_SHOWN:
            return None
        return [str(label) for label in self.labels], self.confusion.tolist()

    def dashboard_roc(self) -> tuple[list[float], list[float], list[float]] | None:
        """Return false and true positive rates and thresholds, all finite; None if undefined."""
        if self.positive_class is None or self.curves is None or not self.curves.roc:
            return None
        curve = self.curves.roc[str(self.positive_class)]
        return (
            curve.false_positive_rate.tolist(),
            curve.true_positive_rate.tolist(),
            curve.thresholds.tolist(),
        )

    def to_json(self) -> str:
        """Return all figures as JSON; what is undefined is null."""
        content = asdict(self)
        content["classes"] = list(self.labels[: self.classes]) if self.labels else None
        content["labels"] = list(self.labels) or None
        content["confusion_matrix"] = content.pop("confusion")
        content["prediction_profile"] = self.prediction_profile and (
            self.prediction_profile.content()
        )
        content["format"] = FORMAT
        text = json.dumps(content, default=_plain, allow_nan=False, indent=1, sort_keys=True)
        return text + "\n"


def _plain(value: object) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")
