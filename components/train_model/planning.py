"""Make a plan of a fitted model, and hold it against scikit-learn before it is believed."""

import json
import math
import struct
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from joblib import parallel_config
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from components.shared.errors import InputError, NoPlanError
from components.shared.features.raw_columns import RawColumn
from components.shared.models.description import ModelDescription
from components.shared.plans.plan import (
    PLAN_FILE,
    DateFeatures,
    Features,
    Linear,
    NumberFeatures,
    Plan,
    TextFeatures,
    Trees,
    WordFeatures,
    parse_plan,
)
from components.shared.plans.row_features import width
from components.shared.plans.scorer import PlanScorer, Scores
from components.shared.plans.single_texts import unreadable
from components.train_model.generated_rows import FAR, Row, boundary_rows, example_rows
from components.train_model.planned_columns import planned_columns
from components.train_model.planned_estimators import planned_estimator

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

EXAMPLES_FILE: Final = "examples.json"
LARGEST_DIFFERENCE: Final = 1e-9
"""Of a probability; of a number, relative to it where it is above 1."""

LARGEST_PLAN: Final = 20_000_000

CHECKED_SLICES: Final = 4
CHECKED_ROWS: Final = 64
"""Rows of each slice of the training table that a plan is checked on."""

GENERATED_ROWS: Final = 256
CHECKED_VALUES: Final = 1_000_000
"""Values of these rows together at the most: of thousands of columns, they are fewer rows."""

MOST_BOUNDARIES: Final = 60
"""Values of a column at which trees turn, and texts, that generated rows are made of."""


@dataclass(frozen=True)
class PlannedModel:
    """What a model folder gets of a plan.

    Attributes:
        files: Content by name: the plan, if there is one, and the examples.
        refusal: Why there is no plan; empty where there is one.
    """

    files: Mapping[str, bytes]
    refusal: str = ""


def plan_model(
    description: ModelDescription,
    pipeline: "Pipeline",
    means: Callable[[], NDArray[np.float64]],
    train: str | Path,
) -> PlannedModel:
    """Return the plan of a model, if it can be written exactly, and example predictions.

    Args:
        description: What `model.json` will say.
        pipeline: The fitted pipeline, from raw rows as they come.
        means: Returns the mean of each feature in training.
        train: The raw training rows, a few of which the plan is checked on.
    """
    start = time.monotonic()
    files = {EXAMPLES_FILE: _examples(description, pipeline)}
    try:
        plan = _plan(description, pipeline, means)
        text = plan.to_json()
        if len(text) > LARGEST_PLAN:
            raise NoPlanError(
                f"it would have {len(text):,} bytes: a plan has {LARGEST_PLAN:,} at most"
            )
        checked = _check(description, pipeline, parse_plan(text), train)
    except NoPlanError as reason:
        print(f"no plan of the model, which scikit-learn predicts alone: {reason}", flush=True)
        return PlannedModel(files, str(reason))
    files[PLAN_FILE] = text.encode()
    print(
        f"plan of {len(files[PLAN_FILE]) / 1e3:,.0f} kB, the same as scikit-learn on {checked} "
        f"rows, in {time.monotonic() - start:.1f} s",
        flush=True,
    )
    return PlannedModel(files)


def _plan(
    description: ModelDescription, pipeline: "Pipeline", means: Callable[[], NDArray[np.float64]]
) -> Plan:
    columns = [RawColumn.parse(content) for content in description.readers]
    for column in columns:
        if column.reading is not None and (reason := unreadable(column.reading)):
            raise NoPlanError(reason)
    steps = pipeline.named_steps
    made = planned_columns(steps["preprocess"], [column.column for column in columns])
    estimator = planned_estimator(
        description.estimator, steps["estimator"], description.task, means, made.positions
    )
    if isinstance(estimator, Linear):
        _check_gaps(columns, made.columns)
    return Plan(made.columns, estimator)


def _check_gaps(columns: Sequence[RawColumn], features: Sequence[Features]) -> None:
    for column, each in zip(columns, features, strict=True):
        if not isinstance(each, TextFeatures) and any(map(math.isnan, each.missing)):
            raise NoPlanError(
                f"nothing imputes missing values of {column.column!r} (`imputation` is none), and "
                "scikit-learn refuses them without naming row and column"
            )


def _examples(description: ModelDescription, pipeline: "Pipeline") -> bytes:
    rows = example_rows(description)
    try:
        scores = _of_sklearn(pipeline, rows)
    except ValueError:
        # Estimators that take no missing values where nothing imputes them.
        rows = [{**rows[0], **{k: v for k, v in row.items() if v is not None}} for row in rows]
        scores = _of_sklearn(pipeline, rows)
    content = {"rows": rows, **vars(scores)}
    return (json.dumps(content, allow_nan=False, indent=1) + "\n").encode()


def _of_sklearn(pipeline: "Pipeline", rows: Sequence[Row]) -> Scores:
    with warnings.catch_warnings():
        # Of unknown texts, which are there on purpose.
        warnings.simplefilter("ignore", UserWarning)
        features = pipeline[:-1].transform(rows)
    estimator = pipeline[-1]
    # Forests add up their trees as threads finish, and the last digit goes by it.
    with threadpool_limits(limits=1), parallel_config(backend="sequential"):
        predictions = estimator.predict(features).tolist()
        if not hasattr(estimator, "predict_proba"):
            return Scores(predictions, None)
        return Scores(predictions, estimator.predict_proba(features).tolist())


def _check(
    description: ModelDescription, pipeline: "Pipeline", plan: Plan, train: str | Path
) -> int:
    """Hold a plan against scikit-learn, and return on how many rows.

    Raises:
        NoPlanError: They differ.
    """
    names = [column.name for column in description.features]
    every = len(names) * (CHECKED_SLICES * CHECKED_ROWS + GENERATED_ROWS)
    share = min(CHECKED_VALUES / every, 1.0)
    rows = _training_rows(train, names, math.ceil(share * CHECKED_ROWS))
    boundaries = _boundaries(description, plan)
    rows += boundary_rows(description, boundaries, math.ceil(share * GENERATED_ROWS))
    expected = _of_sklearn(pipeline, rows)
    try:
        found = PlanScorer(description, plan).score(rows)
    except InputError as error:
        raise NoPlanError(f"it refuses a row that scikit-learn takes: {error}") from error
    if (difference := largest_difference(expected, found)) > LARGEST_DIFFERENCE:
        raise NoPlanError(f"it differs from scikit-learn by {difference:.1g} on checked rows")
    return len(rows)


def largest_difference(expected: Scores, found: Scores) -> float:
    """Return how far scores are apart, infinite where labels differ that are not as likely.

    Of a number above 1, it is the relative difference.
    """
    if expected.probabilities is None or found.probabilities is None:
        pairs = zip(expected.predictions, found.predictions, strict=True)
        return max(float(abs(a - b) / max(1.0, abs(a))) for a, b in pairs)
    one, other = np.array(expected.probabilities), np.array(found.probabilities)
    highest = np.sort(one, axis=1)
    surely = highest[:, -1] - highest[:, -2] > LARGEST_DIFFERENCE
    labels = zip(expected.predictions, found.predictions, surely, strict=True)
    if any(sure and a != b for a, b, sure in labels):
        return math.inf
    return float(np.abs(one - other).max())


def _training_rows(train: str | Path, names: Sequence[str], slice_rows: int) -> list[Row]:
    lazy = pl.scan_parquet(train).select(names)
    count = int(lazy.select(pl.len()).collect().item())
    starts = {count * number // CHECKED_SLICES for number in range(CHECKED_SLICES)}
    slices = [lazy.slice(start, slice_rows).collect() for start in sorted(starts)]
    return pl.concat(slices).to_dicts()


def _boundaries(description: ModelDescription, plan: Plan) -> dict[str, list[Any]]:
    """Return by column the values at which the model turns, those beside them, and its texts."""
    thresholds = _thresholds(plan)
    found, first = dict[str, list[Any]](), 0
    for content, features in zip(description.readers, plan.columns, strict=True):
        column, end = RawColumn.parse(content), first + width(features)
        found[column.column] = _turns(column, features, thresholds[first:end])
        first = end
    return found


def _thresholds(plan: Plan) -> list[list[float]]:
    """Return the thresholds of trees by the position of the feature, some where there are many."""
    count = sum(map(width, plan.columns))
    if not isinstance(plan.estimator, Trees):
        return [[] for _ in range(count)]
    found: list[set[float]] = [set() for _ in range(count)]
    for tree in plan.estimator.trees:
        for node, (feature, number) in enumerate(zip(tree.feature, tree.number, strict=True)):
            if feature >= 0 and node not in tree.left_values:
                found[feature].add(number)
    return [_some(sorted(each)) for each in found]


def _some(values: Sequence[Any]) -> list[Any]:
    return list(values[:: max(1, -(-len(values) // MOST_BOUNDARIES))])


def _turns(column: RawColumn, features: Features, thresholds: list[list[float]]) -> list[Any]:
    if isinstance(features, TextFeatures):
        return _some(list(features.texts))
    if isinstance(features, WordFeatures):
        words = _some(sorted(features.words))
        return [" ".join(words[start::7]) for start in range(7)] + words
    finite = [[turn for turn in each if abs(turn) < FAR] for each in thresholds]
    if isinstance(features, NumberFeatures):
        return [] if column.type == "boolean" else _numbers(column, features, finite[0])
    return _moments(features, finite[-1])


def _numbers(column: RawColumn, features: NumberFeatures, turns: list[float]) -> list[float]:
    centre, scale = features.scaling or (0.0, 1.0)
    values = [turn * scale + centre for turn in turns]
    if column.parts_by_points:
        return [float(round_(value)) for value in values for round_ in (math.floor, math.ceil)]
    beside = [math.nextafter(value, end) for value in values for end in (-math.inf, math.inf)]
    single = [struct.unpack("f", struct.pack("f", value))[0] for value in values]
    return [*values, *beside, *single]


def _moments(features: DateFeatures, turns: list[float]) -> list[datetime]:
    """Return the moments at which the elapsed days are a threshold, and those after it."""
    if features.scaling is not None:
        centre, scale = features.scaling[-1]
        turns = [turn * scale + centre for turn in turns]
    unit = timedelta(microseconds=1) if features.time else timedelta(days=1)
    since = datetime(1970, 1, 1)
    moments = []
    for turn in turns:
        try:
            moment = since + timedelta(days=turn if features.time else math.floor(turn))
            moments += [moment, moment + unit]
        except OverflowError:
            continue
    return moments
