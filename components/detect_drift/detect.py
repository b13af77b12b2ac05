"""Decide whether what a model is given, and what it says, has moved since it was trained."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from components.detect_drift.chances import (
    jensen_shannon,
    moved_share,
    population_stability,
)
from components.detect_drift.columns import ComparedColumn, Finding, compare_column
from components.detect_drift.drift import ColumnDrift, Drift, LabelCounts, Status
from components.detect_drift.judgement import Rule, moved_columns
from components.detect_drift.labels import has_labels, joined_labels, own_labels
from components.detect_drift.realised import Realised, performance_of
from components.detect_drift.report import render_drift
from components.shared.errors import InputError
from components.shared.evaluation.prediction_columns import prediction_columns
from components.shared.evaluation.predictions import predict
from components.shared.evaluation.ranking import Floats
from components.shared.models.folders import LoadedModel, load_model
from components.shared.models.readings import model_readings
from components.shared.models.registered import RegisteredModel
from components.shared.reports.notes import VIOLATION, Note
from components.shared.reports.number_text import counted_rows
from components.shared.tables.column_types import column_types
from components.shared.tables.files import count_rows, read_columns
from components.shared.tables.frames import to_pandas
from components.shared.windows.inputs import MOMENTS, further_columns, input_problem
from components.shared.windows.trained_readings import reading_notes, without_markers

if TYPE_CHECKING:
    import pandas as pd

MOST_PREDICTED: Final = 100_000
"""Rows that a model is asked about: more change no verdict, and take longer than all tests."""

INPUT, OUTPUT = "input", "output"
LOG_COLUMNS: Final = frozenset(
    ("_given_otherwise", "_time", "_request", "_row", "_prediction", "_probability", "_digest")
)
"""What a prediction log says of a request and its answer, beside the columns of the model."""


@dataclass
class _Window:
    """What is gathered of a window, in one pass over its columns."""

    rows: int
    unreadable: dict[str, str] = field(default_factory=dict)
    compared: dict[str, ComparedColumn] = field(default_factory=dict)
    chosen: dict[str, pl.Series] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def detect_drift(
    table: str | Path,
    model: str | Path,
    registered: str | Path,
    report: str | Path,
    drift: str | Path,
    *,
    labels: str | Path | None = None,
    key: Sequence[str] = (),
    rule: Rule | None = None,
) -> Drift:
    """Compare a window of rows with what a registered version of a model was trained on.

    Every column that the model reads, and what it says of the rows, is held against the profile
    of the version, which is all that is needed of its training table. Where labels have arrived,
    the metric on them is held against the registered one; until then it is estimated, which
    decides nothing.

    Args:
        table: Parquet file of the window.
        model: Folder of the model.
        registered: JSON file that `fetch_model` wrote of it.
        report: HTML file to write.
        drift: JSON file to write.
        labels: Parquet file with the key and the target; by default those that the window has.
        key: Columns that tell rows apart, in both tables.
        rule: When it alarms.

    Raises:
        InputError: A parameter is out of range, the key or the target is missing, or the task has
            no such metric.
        DigestMismatchError: The model is not what its description promises.
    """
    rule = rule or Rule()
    loaded, version = load_model(model), RegisteredModel.read(registered)
    window = _gather(table, loaded, set(key), rule)
    output = _asked(loaded, window)
    predictions = {} if output is None else _compare_predictions(loaded, version, output, rule)
    if output is not None and version.predictions is None:
        text = "was registered without a profile of its predictions, which are not compared"
        window.notes.append(Note("left out", f"version {version.version} {text}: register it anew"))
    enough = window.rows >= rule.least_rows
    together = {(INPUT, n): c for n, c in window.compared.items()} | {
        (OUTPUT, n): c for n, c in predictions.items()
    }
    moved = moved_columns(together, rule.alpha) if enough else {}
    found = _labels(table, labels, key, loaded.description.target)
    realised = _realised(table, loaded, version, output, found and found[0], window, rule)
    status: Status = "drift" if moved or window.unreadable else "no drift"
    if not enough and not window.unreadable:
        status = "too few rows"
        text = (
            f"{counted_rows(window.rows)} of at least {rule.least_rows:,}: neither drift nor none"
        )
        window.notes.append(Note("warning", text))
    result = Drift(
        model_name=version.model_name,
        version=version.version,
        model_digest=version.digest,
        rows=window.rows,
        status=status,
        unreadable=window.unreadable,
        columns=_columns(together, moved),
        alpha=rule.alpha,
        performance=realised.performance,
        dropped=realised.dropped,
        estimated=realised.estimated,
        labels=found and found[1],
        predicted_rows=0 if output is None else len(output),
        notes=(*window.notes, *realised.notes),
        has_target=has_labels(table, loaded.description.target),
    )
    for path in (Path(report), Path(drift)):
        path.parent.mkdir(parents=True, exist_ok=True)
    Path(drift).write_text(result.to_json(), "utf-8")
    Path(report).write_text(render_drift(result, rule), "utf-8")
    return result


def _gather(table: str | Path, model: LoadedModel, key: Set[str], rule: Rule) -> _Window:
    """Compare the columns that the model reads, and keep the rows that it will be asked about."""
    description, types = model.description, column_types(table)
    window = _Window(count_rows(table))
    # A prediction log has dates as they came, as texts, which a model reads.
    is_log = types.keys() >= LOG_COLUMNS
    known = key | (LOG_COLUMNS if is_log else set())
    window.notes += further_columns([name for name in types if name not in known], description)
    for note in reading_notes(table, description):
        if note.kind == VIOLATION:
            window.unreadable |= dict.fromkeys(note.columns, note.text)
    readable = []
    for feature in description.features:
        found = types.get(feature.name)
        if is_log and found == "string" and feature.type in MOMENTS:
            found = "datetime"
        if problem := input_problem(feature, found):
            window.unreadable[feature.name] = problem
        else:
            readable.append(feature.name)
    readings, train_rows = model_readings(description), int(description.training_data["rows"])
    chosen = _sample(window.rows, rule.seed)
    for name, series in zip(readable, read_columns(table, readable), strict=True):
        window.chosen[name] = series if chosen is None else series.gather(chosen)
        if profile := description.profile.get(name):
            values = without_markers(series, readings.get(name))
            window.compared[name] = compare_column(
                values, profile, train_rows, rule.least_moved, rule.least_rows
            )
    return window


def _sample(rows: int, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]] | None":
    if rows <= MOST_PREDICTED:
        return None
    chosen = np.random.default_rng(seed).choice(rows, MOST_PREDICTED, replace=False)
    return np.sort(chosen)


def _asked(model: LoadedModel, window: _Window) -> Floats | None:
    """Return what the model says of the sample; None where it cannot read it."""
    if not window.rows or window.unreadable:
        return None
    try:
        return predict(model, to_pandas(pl.DataFrame(window.chosen)))
    except InputError as error:
        window.notes.append(Note("warning", f"the model was not asked about the rows: {error}"))
        return None


def _compare_predictions(
    model: LoadedModel, version: RegisteredModel, output: Floats, rule: Rule
) -> dict[str, ComparedColumn]:
    if version.predictions is None:
        return {}
    known = version.predictions
    return {
        name: compare_column(
            series, known.columns[name], known.rows, rule.least_moved, rule.least_rows
        )
        for name, series in prediction_columns(model.description, output).items()
        if name in known.columns
    }


def _labels(
    table: str | Path, labels: str | Path | None, key: Sequence[str], target: str
) -> tuple[pl.Series, LabelCounts] | None:
    return (
        own_labels(table, target) if labels is None else joined_labels(table, labels, key, target)
    )


def _realised(
    table: str | Path,
    model: LoadedModel,
    version: RegisteredModel,
    output: Floats | None,
    labels: pl.Series | None,
    window: _Window,
    rule: Rule,
) -> Realised:
    """Return the metric on the rows that have a label, at most as many as are predicted."""
    if output is None:
        return Realised()
    truth, frame_output = None, output
    if labels is not None:
        rows = labels.is_not_null().arg_true()
        chosen = _sample(len(rows), rule.seed)
        rows = rows if chosen is None else rows.gather(chosen)
        truth = labels.gather(rows)
        if window.rows <= MOST_PREDICTED:
            frame_output = output[rows.to_numpy()]
        elif len(rows):
            frame_output = predict(model, _rows(table, [*window.chosen], rows))
    return performance_of(model, version, output, frame_output, truth, rule)


def _rows(table: str | Path, columns: Sequence[str], rows: pl.Series) -> "pd.DataFrame":
    found = {n: s.gather(rows) for n, s in zip(columns, read_columns(table, columns), strict=True)}
    return to_pandas(pl.DataFrame(found))


def _columns(
    compared: Mapping[tuple[str, str], ComparedColumn],
    moved: Mapping[tuple[str, str], tuple[Finding, ...]],
) -> tuple[ColumnDrift, ...]:
    found = []
    for (side, name), each in compared.items():
        cells = each.cells
        counts = (
            () if cells is None else (cells.names, cells.reference.tolist(), cells.window.tolist())
        )
        found.append(
            ColumnDrift(
                column=name,
                is_prediction=side == OUTPUT,
                reasons=tuple(dict.fromkeys(said.text for said in moved.get((side, name), ()))),
                chance=each.chance if each.findings else None,
                rows=each.rows,
                missing=each.missing,
                moved=None if cells is None else moved_share(cells),
                stability=None if cells is None else population_stability(cells),
                distance=None if cells is None else jensen_shannon(cells),
                cells=tuple(zip(*counts, strict=True)),
                remark=each.remark,
            )
        )
    return tuple(
        sorted(found, key=lambda c: (not c.reasons, 1.0 if c.chance is None else c.chance))
    )
