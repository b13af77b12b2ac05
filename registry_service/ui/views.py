"""From what the services return to what the templates show."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from registry_service.domain.overview import HeldAlias, Measured, VersionOverview
from registry_service.domain.registration import LATEST, AuditEntry, VersionDetail
from registry_service.domain.resources import (
    ARCHIVED,
    DATASETS,
    ModelVersion,
    RegisteredModel,
    Resource,
)
from registry_service.ui.formats import NOTHING, beginning, share, short, text
from registry_service.ui.line_chart import LineChart, Point, line_chart

# Which of many metrics a list shows: these first, in this order, then by name.
PREFERRED = (
    *("roc_auc", "average_precision", "f1", "accuracy", "balanced_accuracy", "log_loss"),
    *("r2", "rmse", "mae", "mape"),
)
SHOWN_METRICS = 4
SHOWN_CATEGORIES = 5
RESOURCES = (
    *("registered_model", "dataset", "model_version"),
    *("model_artifact", "doc_artifact", "dataset_artifact", "metric", "parameter"),
    *("experiment", "experiment_run"),
    *("serving_environment", "inference_service", "serve_model"),
)
ACTIONS = (
    *("version.register", "version.approve", "version.withdraw", "version.damage"),
    *("version.attach", "version.detach"),
    *("version.archive", "version.restore", "version.delete", "access.refuse"),
    *("alias.set", "alias.rollback", "alias.remove"),
    *(f"{resource}.{verb}" for resource in RESOURCES for verb in ("create", "update")),
)
_LINEAGE = {
    "run_id": "Run",
    "pipeline": "Pipeline",
    "git_commit": "Code commit",
    "image": "Image",
    "environment": "Ran in",
    "source": "Source",
    "source_fingerprint": "Known by",
    "curated_schema_fingerprint": "Schema known by",
    "arguments": "Arguments",
    "trigger": "Started by",
}
PARENTS = ("parent", "parent_version")
DATASET = "dataset://"
CHAMPION = "champion"
# Properties that our pipelines register: the metric of the gate, how sure each metric is, why the
# gate let the version pass, and how many rows its data have.
METRIC = "metric"
INTERVAL = "interval."
GATE = "gate"
ROWS = "rows."


@dataclass(frozen=True, slots=True)
class Change:
    """What an audit entry says happened.

    Attributes:
        version: Name of the version that it is about, if it has one.
        version_id: Its id instead, where the entry has that.
        text: What changed, in words.
        reason: Why, as whoever did it said.
    """

    version: str | None
    text: str
    reason: str | None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a version's lineage.

    Attributes:
        version: Another version of the model that it names.
        address: Where more is told of it: a page of ours, relative to all of them, or of KFP.
    """

    name: str
    value: str
    version: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a model reads or a data set has.

    Attributes:
        nullable: Whether values may be missing; None where the schema does not say.
        missing: Share of the rows without a value, in words.
        values: From which to which they are, or which are the most frequent.
    """

    name: str
    type: str
    nullable: bool | None
    missing: str = NOTHING
    values: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """A registered schema: its columns, or whatever else it is."""

    columns: Sequence[Column]
    target: str | None
    other: Any


@dataclass(frozen=True, slots=True)
class Commands:
    """How to get the same from a terminal and from Python, and how to watch a model."""

    show: str
    download: str
    python: str
    watch: str


def main_metrics(rows: Iterable[Mapping[str, float]]) -> Sequence[str]:
    """Return the metrics to show of several versions: those that most of them have."""
    counts = Counter(name for row in rows for name in row)
    order = {name: place for place, name in enumerate(PREFERRED)}
    chosen = sorted(counts, key=lambda name: (-counts[name], order.get(name, len(order)), name))
    return chosen[:SHOWN_METRICS]


def judged_by(version: ModelVersion | None, metrics: Sequence[str] = ()) -> str | None:
    """Return the metric that a version was judged by at its gate, else the first of `metrics`."""
    said = None if version is None else version.custom_properties.get(METRIC)
    return str(said.value) if said else next(iter(metrics), None)


def course(
    metric: str, measured: Sequence[Measured], aliases: Sequence[HeldAlias]
) -> LineChart | None:
    """Return the chart of a metric over the versions of a model; None for fewer than two values."""
    points = [_point(each, metric, aliases) for each in measured]
    if sum(point.value is not None for point in points) < 2:
        return None
    return line_chart(f"{metric} over the versions", points)


def _point(measured: Measured, metric: str, aliases: Sequence[HeldAlias]) -> Point:
    version = measured.version
    held = [each.alias.name for each in aliases if each.alias.version_id == version.id]
    return Point(
        str(version.name),
        measured.value,
        *ends(version, metric),
        mark="good" if CHAMPION in held else "",
        said=", ".join([*held, *(["archived"] if version.state == ARCHIVED else [])]),
    )


def ends(version: ModelVersion, metric: str) -> tuple[float | None, float | None]:
    """Return the interval of a metric, where it was registered."""
    said = version.custom_properties.get(INTERVAL + metric)
    low, found, high = str(said.value if said else "").partition(" to ")
    try:
        return (float(low), float(high)) if found else (None, None)
    except ValueError:
        return None, None


def measures_of(detail: VersionDetail) -> Sequence[Point]:
    """Return the metrics of a version with their intervals, first that which its gate compared."""
    said = detail.version.custom_properties.get(METRIC)
    decisive = str(said.value) if said else ""
    return [
        Point(
            name,
            value,
            *ends(detail.version, name),
            said="by which the gate decided" if name == decisive else "",
        )
        for name, value in sorted(
            detail.content.metrics.items(), key=lambda each: (each[0] != decisive, each[0])
        )
    ]


def schema_of(schema: Any) -> Schema:
    """Return a schema as columns, where it has the form that our pipelines register."""
    if isinstance(schema, Mapping):
        for part in ("features", "columns"):
            columns = _columns(schema.get(part))
            if columns:
                target = schema.get("target")
                return Schema(columns, target if isinstance(target, str) else None, None)
    return Schema((), None, schema)


def lineage_of(found: VersionOverview, kfp_url: str | None = None) -> Sequence[Fact]:
    """Return where a version comes from; what our pipelines register comes first.

    Its run leads to the page that the registry has of it, else to that of KFP at `kfp_url`.
    """
    lineage = found.detail.content.document.lineage
    known = [Fact(label, str(lineage[key])) for key, label in _LINEAGE.items() if key in lineage]
    if run_id := str(lineage.get("run_id", "")):
        address = None
        if found.run is not None:
            address = f"runs/{found.run.id}"
        elif kfp_url:
            address = f"{kfp_url.rstrip('/')}/#/runs/details/{quote(run_id, safe='')}"
        known[0] = Fact(_LINEAGE["run_id"], run_id, address=address)
    parents = [
        Fact("Parent version", value, None if value.startswith(DATASET) else value)
        for key in PARENTS
        if (value := str(lineage.get(key, "")))
    ]
    rest = sorted(set(lineage) - set(_LINEAGE) - set(PARENTS))
    return [*known, *parents, *(Fact(key, str(lineage[key])) for key in rest)]


def properties_of(resource: Resource) -> Mapping[str, Any]:
    """Return the custom properties of a resource as plain values."""
    return {name: value for name, (_, value) in sorted(resource.custom_properties.items())}


def rows_of(detail: VersionDetail) -> Mapping[str, float]:
    """Return how many rows the data have that a version names, by their role."""
    found = properties_of(detail.version)
    counted = {str(data.role): found.get(f"{ROWS}{data.role}") for data in detail.content.datasets}
    return {role: rows for role, rows in counted.items() if isinstance(rows, int | float)}


def other_properties(detail: VersionDetail, measures: Sequence[Point]) -> Mapping[str, Any]:
    """Return what a version's page does not show beside its metrics."""
    shown = {
        GATE,
        *(INTERVAL + each.label for each in measures if each.low is not None),
        *(ROWS + role for role in rows_of(detail)),
    }
    found = properties_of(detail.version)
    return {name: value for name, value in found.items() if name not in shown}


def change_of(entry: AuditEntry) -> Change:
    """Return what an entry of the audit log says, in words."""
    detail = dict(entry.detail)
    reason = beginning(detail.pop("reason", None))
    if entry.action.startswith("alias."):
        before, after = detail.get("from"), detail.get("to")
        moved = f"{before} → {after or NOTHING}" if before else str(after)
        return Change(after or before, moved, reason)
    if changes := detail.get("changes"):
        shown = ", ".join(
            f"{name} {text(change['from'])} → {text(change['to'])}"
            for name, change in changes.items()
        )
        if more := detail.get("changesInAll", 0) - len(changes):
            shown += f", and {more:,} more" if more > 0 else ""
        return Change(None, shown, reason, entry.subject if _is_of_version(entry) else None)
    if "digest" in detail:
        detail["digest"] = short(detail["digest"])
    shown = ", ".join(f"{name} {_words(value)}" for name, value in detail.items() if value)
    if _is_of_version(entry):
        return Change(None, shown, reason, entry.subject)
    return Change(entry.subject if entry.action.startswith("version.") else None, shown, reason)


def _is_of_version(entry: AuditEntry) -> bool:
    return entry.action.startswith("model_version.")


def commands(
    model: RegisteredModel, aliases: Sequence[HeldAlias], version: ModelVersion | None = None
) -> Commands | None:
    """Return how to get at a version, or at a model's champion, without these pages.

    None where a name has a slash or an @: our own API and the commands take no such name.
    """
    name = str(model.name)
    if version is not None:
        ref = str(version.name)
    else:
        held = [each.alias.name for each in aliases]
        ref = CHAMPION if CHAMPION in held else LATEST
    if set("/@") & set(name) or "/" in ref:
        return None
    named = f"{name}@{ref}"
    quoted, of_data = shlex.quote(named), model.collection == DATASETS
    group, folder = ("data", "data") if of_data else ("registry", "model")
    train = f"\nkfp-tabular run training --source {shlex.quote(DATASET + named)} --target COLUMN"
    return Commands(
        f"kfp-tabular {group} show {quoted}",
        f"kfp-tabular {group} download {quoted} {folder}/" + train * of_data,
        "from components.shared.registry.client import RegistryClient\n\n"
        "with RegistryClient.from_environment() as registry:  # REGISTRY_URL, REGISTRY_TOKEN\n"
        f"    registry.get({(DATASET * of_data + named)!r}).download({folder!r})",
        f"kfp-tabular run monitoring --model {quoted} --source new.csv",
    )


def _columns(given: Any) -> Sequence[Column]:
    """Return the columns of a list of objects that have names; none for anything else."""
    if not isinstance(given, list):
        return ()
    if not all(isinstance(each, Mapping) and isinstance(each.get("name"), str) for each in given):
        return ()
    return [
        Column(
            each["name"],
            str(each.get("type", "")),
            nullable if isinstance(nullable := each.get("nullable"), bool) else None,
            *_described(each.get("profile")),
        )
        for each in given
    ]


def _described(profile: Any) -> tuple[str, str]:
    """Return what a profile of our pipelines says: missing values, and what the others are."""
    if not isinstance(profile, Mapping):
        return NOTHING, ""
    nulls, quantiles = profile.get("nulls"), profile.get("quantiles")
    missing = share(nulls) if isinstance(nulls, int | float) else NOTHING
    if isinstance(quantiles, list) and quantiles:
        return missing, f"{text(quantiles[0])} to {text(quantiles[-1])}"
    categories = profile.get("categories")
    if not isinstance(categories, Mapping):
        return missing, ""
    return missing, ", ".join(map(str, [*categories][:SHOWN_CATEGORIES]))


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {text(each)}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
