"""What commands and runners know of the validation pipeline."""

from typing import Final

import click

from components.ingest_table.given_types import parse_column_types
from components.shared.parameters import given
from components.shared.sources.address import without_query
from components.shared.tables.choices import TASKS
from components.shared.tables.file_formats import FORMATS
from pipelines.definition.input_types import METRIC, Checked, OptionalNumber
from pipelines.definition.interface import Arguments, Interface
from pipelines.errors import UsageError
from pipelines.validation.summary import summarise


def _headline(arguments: Arguments) -> str:
    model = f" for {arguments['model']}" if arguments.get("model") else ""
    return f"of {without_query(arguments['source'])}{model}"


def _check(arguments: Arguments) -> None:
    """Refuse what would decide nothing: a gate that is open by mistake."""
    for name in ("floor", "metric", "positive_class"):
        needed = [need for need in ("model", "target") if not arguments.get(need)]
        if given(str(arguments.get(name, ""))) and needed:
            asked = " and ".join(f"--{need}" for need in needed)
            raise UsageError(
                f"--{name.replace('_', '-')} needs {asked}: a model is only evaluated where both "
                "it and the column of its target are named"
            )


INTERFACE: Final = Interface(
    headline=_headline,
    summarise=summarise,
    examples={
        "run": (
            "--source new.csv --curated-schema schema.json",
            "--source new.csv --model churn@champion",
            "--source labelled.csv --target churned --model churn@champion --floor 0.75",
        ),
        "submit": ("--source s3://tables/new.parquet --model churn@champion --wait",),
        "schedule": (
            '--cron "0 6 * * *" --source s3://tables/today.parquet \\\n'
            "      --model churn@champion",
        ),
    },
    data=("source", "curated_schema"),
    needs_registry=lambda arguments: bool(arguments.get("model")),
    groups={
        "Data": ("source", "query", "format", "column_types", "missing_values", "curated_schema"),
        "Target": ("target", "task", "positive_class"),
        "Model": ("model", "metric", "floor", "seed"),
    },
    types={
        "task": click.Choice(TASKS),
        "format": click.Choice(["auto", *FORMATS]),
        "column_types": Checked(parse_column_types),
        "floor": OptionalNumber("floor"),
        "metric": METRIC,
    },
    check=_check,
    remarks={
        "ingest_table": "{rows:,} rows × {columns} columns",
        "validate_table": "{task}, violations: {violations}, warnings: {warnings}",
        "fetch_model": "{model_name} version {version}",
    },
)
