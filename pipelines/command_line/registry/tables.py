"""Tables of what a registry holds, for people."""

import json
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from components.shared.registry.intervals import PREFIX as INTERVAL
from components.shared.registry.intervals import registered_metrics
from components.shared.registry.records import (
    Alias,
    AuditEntry,
    FileCheck,
    ModelSummary,
    RegisteredVersion,
    VersionComparison,
    VersionLineage,
    VersionSummary,
)
from components.shared.reports.number_text import (
    NOTHING,
    counted_rows,
    number,
    percent,
    with_interval,
)

DIGEST_DIGITS: Final = 12
DIGEST_PARTS: Final = ("datasets", "files")
CALIBRATION, UNCALIBRATED = "calibration", "none"
METRIC, GATE, ROWS = "metric", "gate", "rows."
MADE: Final = ("target", "task", "estimator")
"""What is shown of versions also where it is the same."""


def models_table(
    rows: Sequence[
        tuple[ModelSummary, VersionSummary | None, Sequence[Alias], RegisteredVersion | None]
    ],
    called: str,
) -> Table:
    """Make the table of models or data sets, each with its newest version and its aliases.

    Of models also what the newest version predicts by what, and the metric that its gate compared.
    """
    made = ("predicts", "estimator", "metric") if called == "model" else ()
    described = ["description"] if any(model.description for model, *_ in rows) else []
    table = table_of(called, "latest", *made, "aliases", "changed (UTC)", *described)
    for model, latest, aliases, whole in rows:
        named = ", ".join(f"{alias.name} → {alias.version}" for alias in aliases)
        newest = latest.name if latest else NOTHING
        said = [_question(latest), _estimator(latest), _metric(whole)] if made else []
        about = [model.description] if described else []
        _add(table, model.name, newest, *said, named, _time(model.updated_at), *about)
    return table


def _question(version: VersionSummary | None) -> str:
    """Return what a version predicts, and the task in brackets."""
    properties = version.properties if version else {}
    target, task = (properties.get(name, "") for name in ("target", "task"))
    return f"{target} ({task})" if target and task else f"{target}{task}"


def _estimator(version: VersionSummary | None) -> Any:
    """Return the estimator of a version, and by which method it was calibrated, if it was."""
    properties = version.properties if version else {}
    method = properties.get(CALIBRATION, UNCALIBRATED)
    told = properties.get("estimator")
    return told if method == UNCALIBRATED else f"{told}, calibrated: {method}"


def _metric(version: RegisteredVersion | None) -> str:
    """Return the metric that the gate compared, and its name."""
    name = str(version.properties.get(METRIC, "")) if version else ""
    value = version.metrics.get(name) if version else None
    return "" if value is None else f"{number(value)} {name}"


def versions_table(versions: Sequence[VersionSummary], aliases: Sequence[Alias]) -> Table:
    """Make the table of the versions of a model."""
    table = table_of(
        "version", "aliases", "registered (UTC)", "author", "estimator", "state", "sha256"
    )
    for version in versions:
        named = ", ".join(alias.name for alias in aliases if alias.version == version.name)
        _add(
            table,
            version.name,
            named,
            _time(version.created_at),
            version.author,
            _estimator(version),
            version.state.lower(),
            (version.content_digest or version.digest or NOTHING)[:DIGEST_DIGITS],
        )
    return table


def checks_table(checks: Sequence[FileCheck]) -> Table:
    """Make the table of how the files of a version were found."""
    table = table_of("file", "sha256", "found")
    for check in checks:
        path = f"{check.path} (evidence)" if check.evidence else check.path
        _add(table, path, check.sha256[:DIGEST_DIGITS], check.state)
    return table


def version_page(
    version: RegisteredVersion,
    lineage: VersionLineage,
    registered_by: str | None = None,
    run_folder: Path | None = None,
) -> RenderableType:
    """Lay out everything that is known of a version; where its run was, if it was here."""
    by = f" by {registered_by}" if registered_by else ""
    name = f"{version.model_name} version {version.version}{_in_brackets(version.aliases)}"
    title = Text(cell(name), "bold")
    facts = {
        "registered": version.created_at and f"{_time(version.created_at)} UTC{by}",
        "author": version.author,
        "state": version.state.lower(),
        "description": version.description,
        "sha256": version.digest,
        "sha256 of its content": version.content_digest,
        "approved": version.approval and f"by {version.approval['actor']}",
    }
    datasets = {
        data["role"]: " ".join(
            filter(
                None,
                (
                    data["digest"][:DIGEST_DIGITS],
                    data["uri"],
                    _rows(version.properties.get(f"{ROWS}{data['role']}")),
                ),
            )
        )
        for data in version.datasets
    }
    metrics = registered_metrics(version)
    decisive = str(version.properties.get(METRIC, ""))
    gate = version.properties.get(GATE)
    ranked = sorted(metrics, key=lambda name: name != decisive)
    beside = {
        GATE,
        *(f"{INTERVAL}{name}" for name, each in metrics.items() if each.low is not None),
        *(f"{ROWS}{role}" for role in datasets),
    }
    deployments = {
        served["inferenceService"]: f"{served['environment']}, {served['desiredState']}"
        for served in lineage.deployments
    }
    columns = _columns(version.schema) if version.content_digest else {}
    parts = {
        "": {name: value for name, value in facts.items() if value},
        "metrics": {name: with_interval(metrics[name]) for name in ranked},
        "gate": {decisive or GATE: gate} if gate else {},
        "parameters": version.parameters,
        "properties": {n: v for n, v in version.properties.items() if n not in beside},
        "data": datasets,
        "lineage": {
            **version.lineage,
            **({"run folder": str(run_folder)} if run_folder else {}),
        },
        "deployments": deployments,
        "columns": columns,
        "files": {path: digest[:DIGEST_DIGITS] for path, digest in version.files.items()},
        "evidence": {path: digest[:DIGEST_DIGITS] for path, digest in version.evidence.items()},
    }
    pages = [facts_page(name, values) for name, values in parts.items() if values]
    if version.evidence:
        named = shlex.quote(f"{version.model_name}@{version.version}")
        command = f"kfp-tabular registry download {named} --evidence DIR"
        pages.append(Group(Text(f"  download it: {cell(command)}", "dim")))
    return Group(title, *pages)


def _rows(count: Any) -> str:
    return counted_rows(int(count)) if isinstance(count, int | float) else ""


def _columns(schema: Any) -> dict[str, str]:
    """Return what is registered of the columns of a data set, by their names."""
    listed = schema.get("columns", ()) if isinstance(schema, Mapping) else ()
    return {
        column["name"]: column["type"] + _missing(column.get("profile", {}).get("nulls"))
        for column in listed
    }


def _missing(share: float | None) -> str:
    return f", {percent(share)} missing" if share else ""


def comparison_page(comparison: VersionComparison, everything: bool) -> RenderableType:
    """Lay out versions side by side: all metrics, and of the rest what differs."""
    names = [f"{version.version}{_in_brackets(version.aliases)}" for version in comparison.versions]
    two = len(names) == 2
    subtract = two and comparison.comparable
    table = table_of("", *names, *(["difference"] if subtract else []))
    made = {name: comparison.properties[name] for name in MADE if name in comparison.properties}
    for name, values in made.items():
        _add(table, name, *(NOTHING if value is None else _text(value) for value in values))
    if made:
        table.add_section()
    measured = [registered_metrics(version) for version in comparison.versions]
    for name, values in comparison.metrics.items():
        difference = [_difference(values)] if subtract else []
        shown = (with_interval(each[name]) if name in each else NOTHING for each in measured)
        _add(table, name, *shown, *difference)
    beside = {*MADE, *(f"{INTERVAL}{name}" for name in comparison.metrics)}
    for part in ("parameters", "properties", "datasets", "lineage", "files"):
        sides: Mapping[str, Sequence[Any]] = {
            name: values
            for name, values in getattr(comparison, part).items()
            if part != "properties" or name not in beside
        }
        rows = {
            name: values
            for name, values in sides.items()
            if everything or any(value != values[0] for value in values)
        }
        if rows:
            table.add_section()
            table.add_row(Text(part, "bold"))
        for name, values in rows.items():
            cut = DIGEST_DIGITS if part in DIGEST_PARTS else None
            _add(table, name, *(NOTHING if v is None else _text(v)[:cut] for v in values))
    remarks = []
    if not comparison.comparable:
        remarks.append("They predict different things: no metric is subtracted.")
    if _tested_apart(comparison):
        remarks.append(
            "They were tested on different rows: a difference of their metrics may come of these."
        )
    return Group(table, *(Text(f"\n{remark}") for remark in remarks))


def _tested_apart(comparison: VersionComparison) -> bool:
    """Tell whether versions say that the rows that they were tested on are not the same."""
    tested = [set(v) - {None} for k, v in comparison.datasets.items() if k.startswith("test:")]
    return any(len(digests) > 1 for digests in tested)


def audit_table(entries: Sequence[AuditEntry]) -> Table:
    """Make the table of the audit log."""
    table = table_of("when (UTC)", "who", "what", "model", "subject", "from", "to", "reason")
    for entry in entries:
        change = [entry.detail.get(name) for name in ("from", "to", "reason")]
        _add(
            table, _time(entry.at, "%Y-%m-%d %H:%M:%S"), entry.actor, entry.action,
            entry.model_name, entry.subject, *change,
        )  # fmt: skip
    return table


def size(count: int) -> str:
    """Return a number of bytes as people read it: `1.6 MB`."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def table_of(*headings: str) -> Table:
    """Make an empty table."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(cell(heading), overflow="fold")
    return table


def facts_page(title: str, facts: Mapping[str, Any]) -> Group:
    """Lay out values by their names, below a title."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        _add(table, name, _text(value))
    return Group(*([Text(), Text(title, "bold")] if title else []), table)


def _add(table: Table, *cells: Any) -> None:
    table.add_row(*(Text(cell(each)) for each in cells))


def _in_brackets(aliases: Sequence[str]) -> str:
    return f" ({', '.join(aliases)})" if aliases else ""


def cell(value: Any) -> str:
    """Return text that cannot steer the terminal, whatever someone registered."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _difference(values: Sequence[float | None]) -> str:
    first, second = values
    if first is None or second is None:
        return NOTHING
    return ("+" if second > first else "") + number(second - first)


def _time(moment: datetime, layout: str = "%Y-%m-%d %H:%M") -> str:
    return moment.strftime(layout)
