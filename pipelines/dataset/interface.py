"""What commands and runners know of the dataset pipeline."""

from typing import Final

import click

from components.ingest_table.given_types import parse_column_types
from components.shared.sources.address import without_query
from components.shared.tables.file_formats import FORMATS
from pipelines.dataset.summary import summarise
from pipelines.definition.arguments import git_commit
from pipelines.definition.input_types import Checked, check_model_name
from pipelines.definition.interface import Arguments, Interface


def _headline(arguments: Arguments) -> str:
    return f"{arguments['name']} of {without_query(arguments['source'])}"


INTERFACE: Final = Interface(
    headline=_headline,
    summarise=summarise,
    examples={
        "run": (
            "--source customers.csv --name churn_customers",
            "--source customers.csv --name churn_customers --alias gold \\\n"
            "      --curated-schema dataset://churn_customers@latest",
            "--source s3://tables/customers.parquet --name churn_customers --reference-only",
        ),
        "submit": ("--source s3://tables/customers.parquet --name churn_customers --wait",),
        "schedule": (
            '--cron "0 5 * * *" --source s3://tables/customers.parquet \\\n'
            "      --name churn_customers --curated-schema dataset://churn_customers@gold",
        ),
    },
    data=("source", "curated_schema"),
    groups={
        "Data": (
            *(
                "source",
                "query",
                "format",
                "column_types",
                "missing_values",
                "curated_schema",
                "target",
            ),
        ),
        "Registry": ("name", "alias", "parent", "reference_only", "git_commit"),
    },
    types={
        "format": click.Choice(["auto", *FORMATS]),
        "column_types": Checked(parse_column_types),
        "name": Checked(check_model_name),
    },
    filled_in={"git_commit": git_commit},
    remarks={
        "ingest_table": "{rows:,} rows × {columns} columns",
        "validate_table": "violations: {violations}, warnings: {warnings}",
        "register_dataset": "{model_name} version {version}",
    },
)
