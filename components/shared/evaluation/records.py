"""Evaluations and comparisons as other steps, and commands, read them from their JSON files.

Imports the standard library only: what reads a verdict loads nothing for it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from components.shared.errors import InputError
from components.shared.evaluation.metrics import Estimate
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
        rows: Test rows with a label.
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
class ComparedVersion:
    """The registered version that a candidate was compared with.

    Attributes:
        version: Its name.
        digest: Digest of its files.
        alias: The alias that it was compared as; None: nothing had it, and it was the newest.
        value: Its metric on the rows of the comparison; None where it could not be scored.
        low: Lower end of the metric's interval.
        high: Upper end.
    """

    version: str
    digest: str
    alias: str | None
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ComparedRows:
    """The test rows that a candidate and a champion were compared on.

    Attributes:
        rows: Number of test rows.
        compared: Those that were compared: neither model alone was trained on them.
        of_champion: Those that the champion alone was trained on.
        of_candidate: Those that equal a training row of the candidate alone.
        of_both: Those that equal a training row of both, and count.
        not_sampled: Those of which it is not known, as a model keeps a sample of hashes.
        entity: Columns of the entity by which the champion's training rows are known; else none.
        unknown: Why the overlap is not known; empty where it is.
    """

    rows: int
    compared: int
    of_champion: int = 0
    of_candidate: int = 0
    of_both: int = 0
    not_sampled: int = 0
    entity: tuple[str, ...] = ()
    unknown: str = ""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Take it from its fields, after JSON."""
        return cls(**{**content, "entity": tuple(content["entity"])})


@dataclass(frozen=True)
class Chance:
    """What predictions reach where they are shuffled among the rows.

    Attributes:
        mean: Mean of the metric over the shufflings; None where all leave it undefined.
        as_good: Shufflings that are as good as the predictions were, or undefined.
        shuffles: Number of shufflings.
        rows: Number of rows.
        entities: Number of entities, whose rows stayed together; None: each row was its own.
    """

    mean: float | None
    as_good: int
    shuffles: int
    rows: int
    entities: int | None = None

    @property
    def share(self) -> float:
        """How often chance does as well, the predictions themselves counted, in (0, 1]."""
        return (self.as_good + 1) / (self.shuffles + 1)

    @property
    def least(self) -> float:
        """The smallest share that so many shufflings can tell."""
        return 1 / (self.shuffles + 1)


@dataclass(frozen=True)
class ComparisonRecord:
    """A candidate, the version that it was compared with, and the verdict.

    Attributes:
        approved: Whether the candidate passes.
        reasons: Why, a sentence each.
        model_name: Name in the registry.
        metric: What was compared.
        direction: `greater` or `less`: which is better.
        candidate: The candidate's metric.
        champion: The version compared with, which its alias says; None where there was none.
        difference: Candidate less champion; None where it is not known.
        floor: What the metric must reach.
        floor_of_constant: The floor is what a constant prediction reaches, and must surely be
            surpassed; else it was asked for, and is a point.
        over_constant: Candidate less the constant prediction; None where it is not known.
        chance: What the candidate's predictions reach where they are shuffled among the rows; None
            where the difference to a constant says enough.
        champion_alias: The alias of the version to beat, where one has it.
        remarks: What is to be known of the candidate besides, whatever the verdict.
        margin: By how much it must beat the champion.
        confidence: Coverage of the intervals.
        compared_rows: The rows of the comparison with the champion; None without one.
    """

    approved: bool
    reasons: tuple[str, ...]
    model_name: str
    metric: str
    direction: str
    candidate: Estimate
    champion: ComparedVersion | None
    difference: Estimate | None
    floor: float | None
    margin: float
    confidence: float
    floor_of_constant: bool = False
    over_constant: Estimate | None = None
    chance: Chance | None = None
    compared_rows: ComparedRows | None = None
    champion_alias: str = "champion"
    remarks: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return it as text; what is undefined is null."""
        content = {"format": FORMAT, **asdict(self)}
        return json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text that `to_json` wrote.

        Raises:
            ValueError: It is not JSON, or of another format.
        """
        content = read_formatted(text, FORMAT)
        champion, difference = content["champion"], content["difference"]
        rows = content.get("compared_rows")
        over, chance = content["over_constant"], content.get("chance")
        return cls(
            **content
            | {
                "reasons": tuple(content["reasons"]),
                "remarks": tuple(content["remarks"]),
                "candidate": Estimate(**content["candidate"]),
                "champion": champion and ComparedVersion(**champion),
                "difference": difference and Estimate(**difference),
                "compared_rows": rows and ComparedRows.of(rows),
                "over_constant": over and Estimate(**over),
                "chance": chance and Chance(**chance),
            }
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
