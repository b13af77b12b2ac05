"""Validation of a table: its schema, what breaks it, what is odd, and its target."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from components.shared.errors import InputError
from components.shared.evaluation.metrics import metric_named
from components.shared.openlineage.datasets import LineageDataset, Measures, read_from
from components.shared.reports.notes import NOTES, VIOLATION, Note, notes_metadata
from components.shared.reports.number_text import counted_rows
from components.shared.reports.rendering import render
from components.shared.tables.choices import MODES
from components.shared.tables.column_types import column_types
from components.shared.tables.columns import require_column
from components.shared.tables.curated_schemas import read_curated_schema
from components.shared.tables.readings import Remark, table_readings
from components.shared.tables.schema import TableSchema, write_schema
from components.shared.tables.tasks import Task, assumption, resolve_task
from components.validate_table.column_statistics import (
    ColumnStatistics,
    column_statistics,
    infer_schema,
)
from components.validate_table.distributions import (
    MOST_NAMES,
    MOST_NUMBERS,
    SAMPLE,
    TablePictures,
    picture_table,
    shown_at_most,
)
from components.validate_table.findings import Finding
from components.validate_table.framed_numbers import framed_number_warnings
from components.validate_table.odd_rows import odd_row_warnings
from components.validate_table.stand_ins import date_warnings, stand_in_warnings
from components.validate_table.warnings import TableWarning, count_repeated_rows, table_warnings

TEMPLATE: Final = Path(__file__).parent / "validation.html.j2"

NO_TASK = "none"
SUMMARISED = 5
# A report stays below a megabyte, however wide the table is.
MOST_FINDINGS = 200
MOST_WARNINGS = 300
MOST_COLUMNS = 1_000
MOST_MISSING = 30


@dataclass(frozen=True)
class ValidatedTable:
    """What came of a validation.

    Attributes:
        task: `binary`, `multiclass`, `regression`, or `none` without a target.
        findings: The rules that the table breaks.
        warnings: What is odd about it.
        rows: Number of its rows.
        columns: Number of its columns.
        curated: Whether a curated schema was checked, or one inferred from the table itself.
        statistics: What its columns are like.
        assumed: What the numbers of the target are taken for, where they might be something else.
    """

    task: Task | None
    findings: tuple[Finding, ...]
    warnings: tuple[TableWarning, ...]
    rows: int
    columns: int
    curated: bool
    statistics: tuple[ColumnStatistics, ...] = field(default=(), repr=False)
    assumed: Note | None = None

    @property
    def violations(self) -> int:
        """Number of rules that the table breaks, each counted once."""
        return len(self.findings)

    def notes(self) -> list[Note]:
        """Return what is assumed or odd, and the rules that a reported table breaks."""
        broken = [Note(VIOLATION, _told(finding), (finding.column,)) for finding in self.findings]
        assumed = [self.assumed] if self.assumed else []
        return broken + assumed + [warning.note() for warning in self.warnings]

    def metadata(self) -> dict[str, Any]:
        """Return what the schema artifact says about itself."""
        return {
            "task": self.task or NO_TASK,
            "violations": self.violations,
            "warnings": len(self.warnings),
            "rows": self.rows,
            "columns": self.columns,
            "curated": self.curated,
            NOTES: notes_metadata(self.notes()),
        }

    def as_lineage(self, source: str, digest: str) -> LineageDataset:
        """Return what an OpenLineage server is told of the table that was read from a source."""
        return read_from(
            *(source, digest),
            rows=self.rows,
            columns={column.name: column.type for column in self.statistics},
            measures={column.name: _measures(column) for column in self.statistics},
            broken=[(each.column, each.message) for each in self.findings]
            if self.curated
            else None,
        )


@dataclass(frozen=True)
class ReportedTable:
    """What the report says of a table besides what was found.

    Attributes:
        source: Where it was read from; None: unknown.
        target: The target column; None: none was asked for.
        target_error: Why it cannot be learnt; None where it can.
        pictures: What is drawn.
        remarks: How its texts were read.
    """

    source: str | None
    target: str | None
    target_error: InputError | None
    pictures: TablePictures
    remarks: tuple[Remark, ...]


def _measures(column: ColumnStatistics) -> Measures:
    numbers = (
        float(bound) if isinstance(bound, int | float) else None
        for bound in (column.minimum, column.maximum)
    )
    return Measures(column.nulls, column.distinct if column.exact else None, *numbers)


def validate_table(
    table: str | Path,
    report: str | Path,
    schema: str | Path,
    *,
    curated_schema: str | Path | None = None,
    curated_schema_fingerprint: str | None = None,
    target: str | None = None,
    task: str = "auto",
    mode: str = "fail",
    metric: str = "auto",
    source: str | None = None,
) -> ValidatedTable:
    """Check a table and write a report and the schema that it was checked against.

    Without a curated schema, one is inferred, which the table fulfils by construction, so that
    only its target can be wrong: take the schema of the first run, change it where it is too
    narrow or too wide, and give it to later runs.

    Args:
        table: A Parquet file.
        report: The HTML file to write.
        schema: The JSON file to write, see `components.shared.tables.schema`.
        curated_schema: A JSON file of that form: a path, or a `file://`, `http(s)://` or `s3://`
            address.
        curated_schema_fingerprint: What it must be, see `components.shared.sources.fingerprints`.
        target: The target column.
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        mode: `fail` on a broken rule, or only `report` it.
        metric: What a model of the target is to be judged by, which its task must have.
        source: Where the table was read from, for the report.

    Raises:
        InputError: A rule is broken and the mode is `fail`; in both modes, the target, the task,
            the metric, the mode or the curated schema is wrong. Report and schema are written
            before.
        SourceUnavailableError: A server with the curated schema could not be reached, or failed.
        SourceChangedError: The curated schema has another fingerprint.
    """
    if mode not in MODES:
        raise InputError(f"Unknown mode {mode!r} (parameter `mode`): use {' or '.join(MODES)}.")
    with ThreadPoolExecutor() as threads:
        repeated_rows = threads.submit(count_repeated_rows, table)
        statistics = column_statistics(table)
    curated = read_curated_schema(curated_schema, curated_schema_fingerprint)
    checked = curated or infer_schema(statistics)
    resolved, target_error = _resolve(table, target, task, metric)
    validated = ValidatedTable(
        task=resolved,
        findings=() if curated is None else _check(table, curated),
        warnings=(
            *table_warnings(table, statistics, repeated_rows.result(), target, resolved),
            *stand_in_warnings(table, statistics),
            *date_warnings(table, statistics),
            *framed_number_warnings(table, statistics),
            *odd_row_warnings(table, statistics),
            *_unknown(statistics, checked),
        ),
        rows=statistics[0].rows,
        columns=len(statistics),
        curated=curated is not None,
        statistics=tuple(statistics),
        assumed=_assumed(table, target, task) if resolved else None,
    )
    for path in (Path(schema), Path(report)):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_schema(checked, schema)
    remarks = table_readings(table).remarks
    pictures = picture_table(table, statistics, target)
    told = ReportedTable(source, target, target_error, pictures, remarks)
    _write_report(Path(report), validated, told)
    if target_error is not None:
        raise target_error
    if validated.findings and mode == "fail":
        raise InputError(_summary(validated.findings))
    return validated


def _check(table: str | Path, curated: TableSchema) -> tuple[Finding, ...]:
    # pandera takes a second to import: only those who have something to check pay for it.
    from components.validate_table.checks import check_table

    return tuple(check_table(table, curated))


def _resolve(
    table: str | Path, target: str | None, task: str, metric: str
) -> tuple[Task | None, InputError | None]:
    """Resolve the task, or return the error to raise when the report is written."""
    if target is None:
        return None, None
    try:
        _require_target(table, target)
        resolved = resolve_task(task, table, target)
        metric_named(metric, resolved)
        return resolved, None
    except InputError as error:
        return None, error


def _require_target(table: str | Path, target: str) -> None:
    """Make sure that there is the target; say else what is unusual about the file too."""
    try:
        require_column(target, list(column_types(table)), "target")
    except InputError as error:
        told = [each.message for each in table_readings(table).remarks if each.kind == "structure"]
        if not told:
            raise
        raise InputError(f"{error} Of the file: {'; '.join(told)}.") from error


def _assumed(table: str | Path, target: str | None, task: str) -> Note | None:
    if target is None or not (text := assumption(task, table, target)):
        return None
    return Note("assumed", text, (target,))


def _unknown(statistics: list[ColumnStatistics], schema: TableSchema) -> list[TableWarning]:
    known = {rule.name for rule in schema.columns}
    return [
        TableWarning(column.name, "is not in the curated schema and was not checked")
        for column in statistics
        if column.name not in known
    ]


def _summary(findings: tuple[Finding, ...]) -> str:
    lines = [_line(finding) for finding in findings[:SUMMARISED]]
    if len(findings) > SUMMARISED:
        lines.append(f"and {len(findings) - SUMMARISED} more")
    rules = "1 rule" if len(findings) == 1 else f"{len(findings)} rules"
    return (
        f"The table breaks {rules} of its schema:\n"
        + "\n".join(f"- {line}" for line in lines)
        + "\nMend the data, or change the curated schema, or set `mode` to report. "
        "The HTML report has a sample of the rows."
    )


def _line(finding: Finding) -> str:
    return f"{finding.column!r}: {_told(finding)}"


def _told(finding: Finding) -> str:
    if not finding.count:
        return finding.message
    row, value = finding.sample[0]
    return (
        f"{finding.message} in {counted_rows(finding.count)} "
        f"(the first: {value!r} in data row {row:,})"
    )


def _write_report(
    path: Path,
    validated: ValidatedTable,
    told: ReportedTable,
) -> None:
    findings, more_findings = shown_at_most(validated.findings, MOST_FINDINGS)
    warnings, more_warnings = shown_at_most(validated.warnings, MOST_WARNINGS)
    columns, more_columns = shown_at_most(validated.statistics, MOST_COLUMNS)
    page = render(
        TEMPLATE,
        validated=validated,
        findings=findings,
        warnings=warnings,
        columns=columns,
        more={"findings": more_findings, "warnings": more_warnings, "columns": more_columns},
        missing=sorted((c for c in columns if c.nulls), key=lambda c: -c.nulls)[:MOST_MISSING],
        most_numbers=MOST_NUMBERS,
        most_names=MOST_NAMES,
        sample=SAMPLE,
        pictures=told.pictures,
        remarks=told.remarks,
        source=told.source,
        target=told.target,
        target_error=None if told.target_error is None else str(told.target_error),
    )
    path.write_text(page, encoding="utf-8")
