"""What commands and runners know of the monitoring pipeline."""

from typing import Final

import click

from components.ingest_table.given_types import parse_column_types
from components.shared.sources.address import without_query
from components.shared.tables.file_formats import FORMATS
from pipelines.definition.input_types import METRIC, Checked
from pipelines.definition.interface import Arguments, Interface
from pipelines.errors import UsageError
from pipelines.monitoring.summary import summarise


def _headline(arguments: Arguments) -> str:
    return f"of {arguments['model']} on {without_query(arguments['source'])}"


def _check(arguments: Arguments) -> None:
    """Refuse labels that nothing joins, and a key that joins nothing."""
    labels, key = arguments.get("labels"), arguments.get("key")
    if labels and not key:
        raise UsageError(
            "--labels needs --key: the column whose values tell rows apart in both tables, such as "
            "--key id"
        )
    if key and not labels:
        raise UsageError("--key is of --labels alone: name where the labels are")


INTERFACE: Final = Interface(
    headline=_headline,
    summarise=summarise,
    examples={
        "run": (
            "--model churn@champion --source april.csv",
            "--model churn@champion --source april.csv --labels churned.csv \\\n"
            "      --key customer",
        ),
        "submit": ("--model churn@champion --source s3://tables/april.parquet --wait",),
        "schedule": (
            '--cron "0 6 * * *" --model churn@champion \\\n'
            "      --source s3://tables/today.parquet",
        ),
    },
    data=("source", "labels"),
    groups={
        "Data": ("source", "query", "format", "column_types", "missing_values", "labels", "key"),
        "Alarm": ("alpha", "least_moved", "least_rows"),
        "Model": ("model", "metric", "seed"),
    },
    types={
        "format": click.Choice(["auto", *FORMATS]),
        "column_types": Checked(parse_column_types),
        "metric": METRIC,
    },
    check=_check,
    remarks={
        "ingest_table": "{rows:,} rows × {columns} columns",
        "fetch_model": "{model_name} version {version}",
        "detect_drift": "{status}",
    },
)
