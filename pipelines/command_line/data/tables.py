"""Pages about data sets, for people."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from components.shared.registry.paths import DATASET
from components.shared.registry.records import DataChanges, RegisteredVersion, VersionComparison
from components.shared.reports.number_text import NOTHING, number, percent
from pipelines.command_line.data.row_changes import RowChanges
from pipelines.command_line.registry.tables import cell, facts_page, table_of

MOST_SHIFTS: Final = 10


def lineage_page(
    version: RegisteredVersion, made_from_it: Sequence[tuple[str, str]]
) -> RenderableType:
    """Lay out where a version comes from, and what was made from it."""
    title = Text(cell(f"{version.model_name}@{version.version}"), "bold")
    parents = {data["role"]: data["uri"] for data in version.datasets if data["uri"]}
    models = [name for name, _ in made_from_it if not name.startswith(DATASET)]
    made = {
        "models": [f"{name}@{ref}" for name, ref in made_from_it if name in models],
        "data sets": [f"{name}@{ref}" for name, ref in made_from_it if name not in models],
    }
    parts: dict[str, Mapping[str, Any]] = {
        "comes from": {**version.lineage, **parents},
        "made from it": {what: ", ".join(names) for what, names in made.items() if names},
    }
    nothing = Text(f"  {NOTHING}")
    return Group(
        title,
        *(
            facts_page(name, values) if values else Group(Text(), Text(name, "bold"), nothing)
            for name, values in parts.items()
        ),
    )


def difference_page(comparison: VersionComparison, rows: RowChanges) -> RenderableType:
    """Lay out what changed between two versions of a data set."""
    before, after = comparison.versions
    title = Text(cell(f"{before.model_name}@{before.version} → {after.version}"), "bold")
    parts: list[RenderableType] = [title]
    if before.content_digest == after.content_digest:
        return Group(title, Text("  the same content"))
    if comparison.changes:
        parts += _column_parts(comparison.changes)
    counts = {"same": rows.same, "added": rows.added, "removed": rows.removed}
    told = {name: f"{count:,}" for name, count in counts.items()}
    if rows.reordered:
        told["order"] = "the same rows stand in another order"
    parts.append(facts_page("rows", told))
    for name, sample in (("added", rows.added_sample), ("removed", rows.removed_sample)):
        if sample:
            parts += [Text(), Text(f"some rows that were {name}", "bold")]
            parts += [Text(f"  {cell(_row(row))}") for row in sample]
    return Group(*parts)


def _column_parts(changes: DataChanges) -> list[RenderableType]:
    told = {
        **{name: f"added, {kind}" for name, kind in changes.added.items()},
        **{name: f"removed, {kind}" for name, kind in changes.removed.items()},
        **{name: f"{old} → {new}" for name, (old, new) in changes.retyped.items()},
    }
    parts: list[RenderableType] = [facts_page("columns", told)] if told else []
    moved = [shift for shift in changes.shifts if shift.distance or len(set(shift.missing)) > 1]
    if not moved:
        return parts
    table = table_of("column", "distance", "missing", "", "median or mode", "")
    for shift in moved[:MOST_SHIFTS]:
        cells = [*map(_share, shift.missing), *map(_value, shift.middle)]
        table.add_row(*(cell(each) for each in (shift.column, number(shift.distance), *cells)))
    parts += [Text(), Text("values, from 0 (the same) to 1 (nothing in common)", "bold"), table]
    if len(moved) > MOST_SHIFTS:
        parts.append(Text(f"  and {len(moved) - MOST_SHIFTS} columns more, in --json"))
    return parts


def _share(value: float | None) -> str:
    return NOTHING if value is None else percent(value)


def _value(value: Any) -> str:
    if value is None:
        return NOTHING
    return number(value) if isinstance(value, float) else str(value)


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in row.items())
