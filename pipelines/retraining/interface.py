"""What commands and runners know of the retraining pipeline."""

from typing import Final

import click

from components.ingest_table.given_types import parse_column_types
from components.plan_retraining.settings import read_settings
from components.shared.sources.address import without_query
from components.shared.tables.file_formats import FORMATS
from pipelines.definition.arguments import git_commit
from pipelines.definition.input_types import Checked, OptionalNumber
from pipelines.definition.interface import Arguments, Interface
from pipelines.deployment.interface import INTERFACE as DEPLOYMENT
from pipelines.errors import UsageError
from pipelines.monitoring.interface import INTERFACE as MONITORING
from pipelines.retraining.summary import summarise
from pipelines.training.interface import INTERFACE as TRAINING


def _headline(arguments: Arguments) -> str:
    forced = ", whatever is found" if arguments.get("force") else ""
    return f"of {arguments['model']} on {without_query(arguments['source'])}{forced}"


def _check(arguments: Arguments) -> None:
    """Refuse what one of the pipelines refuses, and labels without a table to train on."""
    MONITORING.check(arguments)
    DEPLOYMENT.check(arguments)
    if arguments.get("labels") and not arguments.get("train_on"):
        raise UsageError(
            "--labels are joined to the window to watch it, and to nothing that is trained on: "
            "name the table to train on, which has the target, with --train-on, such as "
            "dataset://churn@latest"
        )


INTERFACE: Final = Interface(
    headline=_headline,
    summarise=summarise,
    examples={
        "run": (
            "--model churn@champion --source april.csv",
            "--model churn@champion --source april.csv --deploy --max-age 30",
            "--model churn@champion --source predictions/model=churn/version=3/ \\\n"
            "      --train-on dataset://churn@latest",
        ),
        "submit": ("--model churn@champion --source s3://tables/april.parquet --deploy --wait",),
        "schedule": (
            '--cron "0 2 * * *" --model churn@champion \\\n'
            "      --source s3://tables/today.parquet --deploy",
        ),
    },
    data=("source", "labels", "train_on"),
    groups={
        "Data": (
            *("source", "query", "format", "column_types", "missing_values", "labels", "key"),
            "train_on",
        ),
        "Alarm": ("monitored_metric", "alpha", "least_moved", "least_rows", "monitoring_seed"),
        "Training": ("force", "max_age", "settings"),
        "Model": ("model", "promote", "git_commit"),
        "Deployment": ("deploy", *DEPLOYMENT.groups["Deployment"], "latency_limit", "alias", "by"),
        "Cluster": DEPLOYMENT.groups["Cluster"],
    },
    types={
        **DEPLOYMENT.types,
        "format": click.Choice(["auto", *FORMATS]),
        "column_types": Checked(parse_column_types),
        "monitored_metric": MONITORING.types["metric"],
        "max_age": OptionalNumber("max_age"),
        "settings": Checked(read_settings),
    },
    filled_in={"git_commit": git_commit, "by": DEPLOYMENT.filled_in["by"]},
    check=_check,
    remarks={
        **MONITORING.remarks,
        **TRAINING.remarks,
        **DEPLOYMENT.remarks,
        "plan_retraining": "{decision}",
        "conclude_retraining": "{outcome}",
    },
)
