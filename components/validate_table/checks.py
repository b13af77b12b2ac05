"""Checks of a table against a schema, by pandera over batches: counts and a capped sample."""

from pathlib import Path

import pandera.polars as pa
import polars as pl

from components.shared.tables.column_types import CANONICAL, ColumnType, column_types
from components.shared.tables.schema import ColumnRule, TableSchema
from components.validate_table.findings import Finding

BATCH_ROWS = 100_000
COLUMNS_AT_ONCE = 50
"""pandera's time grows with the square of a schema's columns."""
SAMPLE_VALUES = 10
EXCERPT = 80


def check_table(table: str | Path, schema: TableSchema) -> list[Finding]:
    """Find every rule of the schema that the table breaks, in memory of one batch.

    The uniqueness of a column takes the memory of that column.
    """
    types = column_types(table)
    findings: list[Finding] = []
    usable = []
    for rule in schema.columns:
        problem = _structural(table, rule, types)
        if problem is not None:
            findings.append(problem)
        elif rule.name in types:
            usable.append(rule)
    return findings + _check_values(table, usable) + _check_unique(table, usable)


def _structural(
    table: str | Path, rule: ColumnRule, types: dict[str, ColumnType]
) -> Finding | None:
    if rule.name not in types:
        if not rule.required:
            return None
        return Finding(rule.name, "column", "the column is not in the table")
    found = types[rule.name]
    if found == rule.type or (found, rule.type) in (("integer", "float"), ("date", "datetime")):
        return None
    lazy = pl.scan_parquet(table).select(pl.col(rule.name).is_null().all())
    if lazy.collect(engine="streaming").item():
        # A column without values may have been read as anything.
        return None
    return Finding(rule.name, "type", f"the column is {found} instead of {rule.type}")


def _check_values(table: str | Path, rules: list[ColumnRule]) -> list[Finding]:
    checked = [rule for rule in rules if _pandera_checks(rule) or not rule.nullable]
    if not checked:
        return []
    schemas = [
        _pandera_schema(checked[start : start + COLUMNS_AT_ONCE])
        for start in range(0, len(checked), COLUMNS_AT_ONCE)
    ]
    lazy = pl.scan_parquet(table).select(
        pl.col(rule.name).cast(CANONICAL[rule.type]) for rule in checked
    )
    messages = {
        (rule.name, check): text for rule in checked for check, text in _texts(rule).items()
    }
    findings: dict[tuple[str, str], Finding] = {}
    start = 0
    for batch in lazy.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
        for (column, check), failed in _failures(schemas, batch):
            finding = findings.setdefault(
                (column, check), Finding(column, check, messages[column, check])
            )
            finding.count += len(failed)
            wanted = failed.sort("index").head(SAMPLE_VALUES - len(finding.sample))
            finding.sample += [
                (start + index + 1, _shown(value))
                for index, value in wanted.select("index", "failure_case").rows()
            ]
        start += len(batch)
    order = {key: number for number, key in enumerate(messages)}
    return [findings[key] for key in sorted(findings, key=order.__getitem__)]


def _pandera_schema(rules: list[ColumnRule]) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            rule.name: pa.Column(
                CANONICAL[rule.type], _pandera_checks(rule), nullable=rule.nullable
            )
            for rule in rules
        }
    )


def _failures(
    schemas: list[pa.DataFrameSchema], batch: pl.DataFrame
) -> list[tuple[tuple[str, str], pl.DataFrame]]:
    failures: list[tuple[tuple[str, str], pl.DataFrame]] = []
    for schema in schemas:
        try:
            schema.validate(batch.select(list(schema.columns)), lazy=True)
        except pa.errors.SchemaErrors as errors:
            grouped = errors.failure_cases.group_by("column", "check", maintain_order=True)
            failures += [
                ((str(column), "missing" if check == "not_nullable" else str(check)), failed)
                for (column, check), failed in grouped
            ]
    return failures


def _pandera_checks(rule: ColumnRule) -> list[pa.Check]:
    checks = []
    if rule.minimum is not None:
        checks.append(pa.Check.ge(rule.minimum, error="minimum"))
    if rule.maximum is not None:
        checks.append(pa.Check.le(rule.maximum, error="maximum"))
    if rule.categories is not None:
        checks.append(pa.Check.isin(list(rule.categories), error="categories"))
    return checks


def _texts(rule: ColumnRule) -> dict[str, str]:
    return {
        "missing": "values are missing",
        "minimum": f"values are below {rule.minimum}",
        "maximum": f"values are above {rule.maximum}",
        "categories": f"values are none of the {len(rule.categories or ()):,} categories",
    }


def _check_unique(table: str | Path, rules: list[ColumnRule]) -> list[Finding]:
    findings = []
    for rule in rules:
        if not rule.unique:
            continue
        values = pl.scan_parquet(table).select(value=pl.col(rule.name)).with_row_index("index")
        present = values.drop_nulls()
        counts = present.select(rows=pl.len(), distinct=pl.col("value").n_unique()).collect(
            engine="streaming"
        )
        repeated = counts["rows"].item() - counts["distinct"].item()
        if repeated:
            again = present.filter(~pl.col("value").is_first_distinct()).head(SAMPLE_VALUES)
            sample = [(index + 1, _shown(value)) for index, value in again.collect().rows()]
            text = "values were there before in the column"
            findings.append(Finding(rule.name, "unique", text, repeated, sample))
    return findings


def _shown(value: object) -> str:
    text = "missing" if value is None else str(value)
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
