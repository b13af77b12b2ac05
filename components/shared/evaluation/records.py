"""Evaluations as other steps, and commands, read them from their JSON files.

Imports the standard library only: what reads a verdict loads nothing for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from components.shared.errors import InputError
from components.shared.evaluation.metrics import LEAST_ROWS, Estimate
from components.shared.evaluation.prediction_profile import PredictionProfile
from components.shared.formatted_json import read_formatted

FORMAT: Final = 1
"""Format of both files."""

Record = TypeVar("Record")


@dataclass(frozen=True)
class BestThreshold:
    """The threshold of two classes that cost the least.

    Attributes:
        value: The probability from which on a row is called positive.
        cost: What the mistakes cost with it, in the mean of the test rows.
        usual_cost: The same with 0.5.
        cost_fp: What it costs to call a row positive that is not.
        cost_fn: What it costs to miss a positive row.
    """

    value: float
    cost: float
    usual_cost: float
    cost_fp: float
    cost_fn: float


@dataclass(frozen=True)
class CrossValidation:
    """That all rows of a table were judged in turn, as its test rows alone are too few.

    Attributes:
        folds: Number of folds: the rows of each are predicted by a model of the same kind that was
            fitted on rows of the others.
        rows: Rows of the train and the test split that have a value of the target.
        test_rows: Those of the test split.
        few: Test rows of the rarest class, of a regression in all, which are fewer than
            `LEAST_ROWS`.
    """

    folds: int
    rows: int
    test_rows: int
    few: int

    def told(self, judged: int) -> str:
        """Return what was done and why, as a part of a sentence.

        Args:
            judged: Rows that the figures are of: a split in time leaves the first ones out.
        """
        which = f"{judged:,} of {self.rows:,} rows"
        if judged == self.rows:
            which = f"all {judged:,} rows"
        few, of_each = f", {self.few:,} of their rarest class,", " of each class"
        if self.few == self.test_rows:
            few, of_each = "", ""
        return (
            f"cross-validated on {which} in {self.folds} folds, as {self.test_rows:,} test rows"
            f"{few} are too few by themselves: it takes {LEAST_ROWS}{of_each}"
        )


@dataclass(frozen=True)
class SliceRecord:
    """A metric on the rows that have one value of a column; `apart` is better, worse or empty."""

    column: str
    value: str
    rows: int
    metric: str
    estimate: Estimate
    apart: str


@dataclass(frozen=True)
class EvaluationRecord:
    """What an evaluation came to; its file holds curves, slices and importances besides.

    Attributes:
        task: `binary`, `multiclass` or `regression`.
        target: Name of the target.
        rows: Rows with a label that the figures are of: test rows, or all that were judged in a
            cross-validation.
        classes: The model's classes; None for a regression.
        positive_class: Of two classes, the one that counts as found, as text.
        model_digest: Digest of the model folder.
        test_digest: Digest of the test rows, where it was given.
        confidence: Coverage of the intervals.
        metrics: Value and interval by the name of the metric.
        baseline: What a constant prediction reaches, by metric.
        bootstrap_samples: Resamples behind the intervals.
        seed: Seed of the resamples.
        over_constant: The metric minus that of the constant prediction, by metric.
        labels: The model's classes, then classes of the test rows that it does not know.
        confusion: Rows of the confusion matrix, actual by predicted, in the order of `labels`;
            None for a regression.
        importances: Loss of the metric when a column is shuffled, falling, by the column.
        refusal: Why the model cannot read the rows, which then have no metric; empty: it can.
        prediction_profile: What the predictions on all test rows are like, where it is known.
        evaluated_at: When, ISO 8601; empty: unknown.
        split: How the test rows were chosen, as `split_table` told it: strategy and others.
        training: The metrics on rows that the model was trained on; empty: not measured.
        threshold: Of two classes, the one of the least cost on the test rows.
        slices: The metric on each value of some columns.
        unmeasured_slices: Column, and how many further values and rows of it have no slice.
        calibration: Of a classification, mean probability, observed share and rows by bin.
        cross_validation: How all rows were judged in turn; None where the test rows were.
    """

    task: str
    target: str
    rows: int
    classes: tuple[Any, ...] | None
    positive_class: str | None
    model_digest: str
    test_digest: str | None
    confidence: float
    metrics: Mapping[str, Estimate]
    baseline: Mapping[str, float | None]
    bootstrap_samples: int = 0
    seed: int = 0
    over_constant: Mapping[str, Estimate] = field(default_factory=dict)
    labels: tuple[Any, ...] = ()
    confusion: tuple[tuple[int, ...], ...] | None = None
    importances: Mapping[str, float] = field(default_factory=dict)
    refusal: str = ""
    prediction_profile: PredictionProfile | None = None
    evaluated_at: str = ""
    split: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, float | None] = field(default_factory=dict)
    threshold: BestThreshold | None = None
    slices: tuple[SliceRecord, ...] = ()
    unmeasured_slices: tuple[tuple[str, int, int], ...] = ()
    calibration: tuple[tuple[float, float, int], ...] = ()
    cross_validation: CrossValidation | None = None

    @property
    def folds(self) -> int:
        """Folds that the rows were judged in; 0: by the model itself."""
        return self.cross_validation.folds if self.cross_validation else 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text that `evaluate_model` wrote.

        Raises:
            ValueError: It is not JSON, or of another format.
        """
        content = read_formatted(text, FORMAT)
        positive, classes = content["positive_class"], content["classes"]
        matrix = content.get("confusion_matrix")
        features = content.get("importance", {}).get("features", ())
        predictions = content.get("prediction_profile")
        return cls(
            task=content["task"],
            target=content["target"],
            rows=content["rows"],
            classes=None if classes is None else tuple(classes),
            positive_class=None if positive is None else str(positive),
            model_digest=content["model_digest"],
            test_digest=content["test_digest"],
            confidence=content["confidence"],
            metrics=_estimates(content["metrics"]),
            baseline=content["baseline"],
            bootstrap_samples=content["bootstrap_samples"],
            seed=content["seed"],
            over_constant=_estimates(content["over_constant"]),
            labels=tuple(content.get("labels") or ()),
            confusion=None if matrix is None else tuple(tuple(row) for row in matrix),
            importances={each["feature"]: each["mean"] for each in features},
            refusal=content.get("refusal", ""),
            prediction_profile=predictions and PredictionProfile.of(predictions),
            **_told(content),
        )


@dataclass(frozen=True)
class Performance:
    """What a registered model reaches on the table, beside what it was registered with.

    Attributes:
        metric: Name of the metric that was judged.
        rows: Rows with a label.
        found: Its value on the table.
        registered: Its value at the registration; None where the version has no such metric.
        floor: What it had to reach; None where none was asked for.
    """

    metric: str
    rows: int
    found: Estimate
    registered: Estimate | None
    floor: float | None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Take it from its fields, after JSON."""
        found, registered = Estimate(**content["found"]), content["registered"]
        told = {"found": found, "registered": registered and Estimate(**registered)}
        return cls(**{**content, **told})


def _told(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an evaluation of an earlier version may not have."""
    circumstances = content.get("circumstances") or {}
    crossed = content.get("cross_validation")
    return {
        "evaluated_at": circumstances.get("evaluated_at", ""),
        "split": circumstances.get("split", {}),
        "training": (content.get("training") or {}).get("values", {}),
        "threshold": _threshold(content.get("thresholds")),
        "slices": tuple(
            SliceRecord(
                sliced["column"],
                each["value"],
                each["rows"],
                sliced["metric"],
                Estimate(**each["estimate"]),
                each["apart"] or "",
            )
            for sliced in content.get("slices", ())
            for each in sliced["slices"]
        ),
        "unmeasured_slices": tuple(
            (sliced["column"], sliced["suppressed"], sliced["suppressed_rows"])
            for sliced in content.get("slices", ())
            if sliced.get("suppressed")
        ),
        "calibration": _calibration(content.get("curves")),
        "cross_validation": crossed and CrossValidation(**crossed),
    }


def _threshold(content: Mapping[str, Any] | None) -> BestThreshold | None:
    if content is None:
        return None
    by_name = {name: row for row in content["table"] for name in row["names"]}
    costs = content["costs"]
    return BestThreshold(
        content["best"],
        by_name["best"]["cost"],
        by_name["usual"]["cost"],
        costs["false_positive"],
        costs["false_negative"],
    )


def _calibration(curves: Mapping[str, Any] | None) -> tuple[tuple[float, float, int], ...]:
    if not curves or not curves.get("calibration"):
        return ()
    bins = curves["calibration"]
    pairs = zip(bins["predicted"], bins["observed"], bins["rows"], strict=True)
    return tuple((float(x), float(y), int(n)) for x, y, n in pairs)


def read_record(path: str | Path, parse: Callable[[str], Record]) -> Record:
    """Read the file of an evaluation or a comparison.

    Raises:
        InputError: It is none.
    """
    try:
        return parse(Path(path).read_text("utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not what a step of this version wrote ({error}): pass the `evaluation` of "
            "evaluate_model, or the `comparison` of compare_with_champion."
        ) from error


def _estimates(content: Mapping[str, Any]) -> dict[str, Estimate]:
    return {name: Estimate(**each) for name, each in content.items()}
