"""Versions side by side, as the rows of a table."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry_service.domain.overview import RunOverview
from registry_service.domain.registration import VersionDetail
from registry_service.domain.resources import DATASETS
from registry_service.service.data_changes import data_changes
from registry_service.service.versions import (
    answer_alike,
    by_name,
    comparison,
    question_of,
)
from registry_service.ui.formats import NOTHING, difference, number, share, short, text
from registry_service.ui.views import INTERVAL, ends, schema_of

IDENTITY = ("target", "task", "estimator")
Ends = tuple[float | None, float | None]
NO_ENDS: Ends = (None, None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is shown, and in full where that is longer."""

    shown: str
    full: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What is compared, its value in every version, and whether these differ."""

    name: str
    cells: Sequence[Cell]
    differs: bool
    difference: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one kind, and how many equal ones were left out."""

    title: str
    rows: Sequence[Row]
    left_out: int
    numeric: bool = False


def sections(details: Sequence[VersionDetail], *, everything: bool) -> Sequence[Section]:
    """Return the parts of a comparison.

    Args:
        details: The versions.
        everything: Show also what is the same in all of them; metrics always are shown.
    """
    sides = comparison(details)
    alike = answer_alike(details)
    metrics = [
        _metric_row(name, values, alike, [ends(detail.version, name) for detail in details])
        for name, values in sides["metrics"].items()
    ]
    found = [Section("Metrics", metrics, 0, numeric=True)]
    shown_above = {INTERVAL + name for name in sides["metrics"]}
    if made := _made(details, sides["properties"]):
        found.insert(0, made)
        shown_above |= {row.name for row in made.rows}
    for title, part in (
        ("Parameters", sides["parameters"]),
        ("Data", sides["datasets"]),
        ("Columns", by_name([_column_types(detail) for detail in details])),
        ("Files", sides["files"]),
        ("Lineage", sides["lineage"]),
        ("Properties", sides["properties"]),
    ):
        cut = part is sides["datasets"] or part is sides["files"]
        rows = [
            _row(name, values, cut)
            for name, values in part.items()
            if part is not sides["properties"] or name not in shown_above
        ]
        shown = rows if everything else [row for row in rows if row.differs]
        found.append(Section(title, shown, len(rows) - len(shown)))
    if _are_of_data(details):
        found.insert(1, _values(details))
    return found


def _made(
    details: Sequence[VersionDetail], properties: Mapping[str, Sequence[Any]]
) -> Section | None:
    """Return what the versions predict and by what, also where it is the same."""
    asked = by_name([question_of(detail) for detail in details])
    values = {**{name: properties[name] for name in ("estimator",) if name in properties}, **asked}
    rows = [_row(name, values[name], False) for name in IDENTITY if name in values]
    return Section("Model", rows, 0) if rows else None


def run_sections(runs: Sequence[RunOverview], *, everything: bool) -> Sequence[Section]:
    """Return the parts of a comparison of runs, as `sections` does of versions."""
    metrics = [_metric_row(*each) for each in by_name([run.metrics for run in runs]).items()]
    data = by_name([{str(item.name): item.digest for item in run.data} for run in runs])
    found = [Section("Metrics", metrics, 0, numeric=True)]
    for title, rows in (
        ("Parameters", [_row(*each, False) for each in _parameters(runs).items()]),
        ("Data", [_row(*each, True) for each in data.items()]),
    ):
        shown = rows if everything else [row for row in rows if row.differs]
        found.append(Section(title, shown, len(rows) - len(shown)))
    return found


def _parameters(runs: Sequence[RunOverview]) -> Mapping[str, Sequence[str | None]]:
    return by_name([run.parameters for run in runs])


def row_difference(details: Sequence[VersionDetail]) -> str | None:
    """Return the command that compares the rows of two versions of a data set."""
    if not _are_of_data(details):
        return None
    refs = (shlex.quote(str(detail.version.name)) for detail in details)
    return " ".join(("kfp-tabular data diff", shlex.quote(str(details[0].model.name)), *refs))


def _are_of_data(details: Sequence[VersionDetail]) -> bool:
    """Tell whether two versions of one data set are compared."""
    first, *others = details
    one = {detail.model.id for detail in others} == {first.model.id}
    return one and len(others) == 1 and first.model.collection == DATASETS


def _values(details: Sequence[VersionDetail]) -> Section:
    """Return how far the values of each column have moved."""
    before, after = details
    shifts = data_changes(before, after).shifts
    rows = [
        Row(
            shift.column,
            [
                Cell(f"{text(middle)}, {share(missing)} missing")
                for middle, missing in zip(shift.middle, shift.missing, strict=True)
            ],
            bool(shift.distance) or shift.missing[0] != shift.missing[1],
            NOTHING if shift.distance is None else number(shift.distance),
        )
        for shift in shifts
    ]
    shown = [row for row in rows if row.differs]
    title = "Values: median or most frequent one, and distance from 0 to 1"
    return Section(title, shown, len(rows) - len(shown))


def _metric_row(
    name: str,
    values: Sequence[float | None],
    alike: bool = True,
    intervals: Sequence[Ends] = (),
) -> Row:
    cells = [
        Cell(f"{number(value)}{_told(sure)}", None if value is None else repr(value))
        for value, sure in zip(values, intervals or [NO_ENDS] * len(values), strict=True)
    ]
    between = difference(values) if alike and len(values) == 2 else None
    return Row(name, cells, _differ(values), between)


def _told(sure: Ends) -> str:
    """Return an interval in brackets; nothing where there is none."""
    low, high = sure
    return "" if low is None or high is None else f" ({number(low)} to {number(high)})"


def tested_apart(details: Sequence[VersionDetail]) -> bool:
    """Tell whether versions say that the rows that they were tested on are not the same."""
    tested = [v for k, v in comparison(details)["datasets"].items() if k.startswith("test:")]
    return any(len(set(digests) - {None}) > 1 for digests in tested)


def _row(name: str, values: Sequence[Any], is_digest: bool) -> Row:
    if is_digest:
        cells = [Cell(short(value), value) for value in values]
    else:
        cells = [Cell(NOTHING if value is None else text(value)) for value in values]
    return Row(name, cells, _differ(values))


def _differ(values: Sequence[Any]) -> bool:
    # By their JSON: to Python, true and 1 are the same.
    return len({json.dumps(value, sort_keys=True) for value in values}) > 1


def _column_types(detail: VersionDetail) -> Mapping[str, str]:
    schema = schema_of(detail.content.document.schema)
    return {
        column.name: f"{column.type}, may be missing" if column.nullable else column.type
        for column in schema.columns
    }
