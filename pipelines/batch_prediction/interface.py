"""What commands and runners know of the batch prediction pipeline."""

from typing import Final

import click

from components.ingest_table.given_types import parse_column_types
from components.list_shards.list import MOST_SHARDS
from components.predict_table.threshold import check_threshold
from components.shared.errors import InputError
from components.shared.predictions.destination import check_destination
from components.shared.sources.address import without_query
from components.shared.tables.file_formats import FORMATS
from pipelines.batch_prediction.summary import summarise
from pipelines.definition.arguments import git_commit
from pipelines.definition.input_types import Checked
from pipelines.definition.interface import Arguments, Interface
from pipelines.errors import UsageError


def _headline(arguments: Arguments) -> str:
    return f"of {without_query(arguments['source'])} by {arguments['model']}"


def _check(arguments: Arguments) -> None:
    """Refuse a place that cannot be written to, before anything is predicted."""
    kind = str(arguments.get("output_format", "auto"))
    name = arguments.get("register_as")
    try:
        source = str(arguments.get("source", ""))
        found = check_destination(str(arguments.get("destination", "")), kind, source)
    except InputError as error:
        raise UsageError(str(error)) from error
    if name and found != "parquet":
        raise UsageError(
            f"--register-as takes predictions as Parquet, and these are to be {found}: leave it "
            "out, or name a destination that ends with .parquet"
        )


INTERFACE: Final = Interface(
    headline=_headline,
    summarise=summarise,
    examples={
        "run": (
            "--source april.csv --model churn@champion --keep id",
            "--source april.csv --model churn@champion --destination april.parquet \\\n"
            "      --probabilities --threshold 0.3",
        ),
        "submit": (
            "--source s3://tables/april.parquet --model churn@champion \\\n"
            "      --destination s3://predictions/april.parquet --wait",
        ),
        "schedule": (
            '--cron "0 4 * * *" --source s3://tables/today.parquet \\\n'
            "      --model churn@champion --destination s3://predictions/today.parquet",
        ),
    },
    data=("source", "destination"),
    groups={
        "Data": ("source", "query", "format", "column_types", "missing_values"),
        "Model": ("model", "probabilities", "threshold", "positive_class", "explain"),
        "Predictions": (
            "destination",
            "register_as",
            "keep",
            "output_format",
            "shards",
            "git_commit",
        ),
    },
    filled_in={"git_commit": git_commit},
    types={
        "format": click.Choice(["auto", *FORMATS]),
        "output_format": click.Choice(["auto", *FORMATS]),
        "column_types": Checked(parse_column_types),
        "shards": click.IntRange(1, MOST_SHARDS),
        "threshold": Checked(check_threshold),
    },
    check=_check,
    remarks={
        "fetch_model": "{model_name} version {version}",
        "ingest_table": "{rows:,} rows × {columns} columns",
        "predict_table": "{rows:,} rows",
        "join_predictions": "{rows:,} rows",
        "register_dataset": "version {version}",
    },
)
