"""What commands and runners know of the tuning pipeline."""

from typing import Final

import click

from components.ingest_table.given_types import parse_column_types
from components.list_trials.list import MOST_PARTS
from components.shared.models.estimators import check_wanted
from components.shared.selection.settings import MOST_SECONDS, MOST_TRIALS
from components.shared.sources.address import without_query
from components.shared.sources.hyperparameter_texts import given_without_found
from components.shared.tables.choices import MODES, STRATEGIES, TASKS
from components.shared.tables.file_formats import FORMATS
from pipelines.definition.input_types import METRIC, Checked, Resolved, Share
from pipelines.definition.interface import Arguments, Interface
from pipelines.tuning.summary import summarise


def _headline(arguments: Arguments) -> str:
    return f"of {arguments['target']} on {without_query(arguments['source'])}"


INTERFACE: Final = Interface(
    headline=_headline,
    summarise=summarise,
    examples={
        "run": (
            "--source my.csv --target churned",
            "--source my.csv --target churned --trials 100 --estimator lightgbm",
        ),
        "submit": (
            "--source s3://tables/churn.parquet --target churned \\\n"
            "      --trials 200 --parallel 20 --wait",
        ),
        "schedule": ('--cron "0 2 * * 0" --source s3://tables/churn.parquet --target churned',),
    },
    data=("source", "curated_schema"),
    needs_registry=lambda arguments: str(arguments["source"]).startswith("dataset://"),
    groups={
        "Data": (
            *("source", "query", "format", "column_types", "missing_values"),
            *("curated_schema", "validation_mode"),
        ),
        "Target": ("target", "task", "positive_class"),
        "Split": (
            *("split_strategy", "split_column", "entity", "keep_entity", "test_size", "seed"),
        ),
        "Search": (
            *("trials", "parallel", "estimator", "hyperparameters", "metric", "time_budget"),
            *("drop_columns", "sample_weight_column", "class_weight"),
        ),
    },
    types={
        "task": click.Choice(TASKS),
        "format": click.Choice(["auto", *FORMATS]),
        "column_types": Checked(parse_column_types),
        "validation_mode": click.Choice(MODES),
        "split_strategy": click.Choice(["auto", *STRATEGIES]),
        "test_size": Share(),
        "trials": click.IntRange(1, MOST_TRIALS),
        "parallel": click.IntRange(1, MOST_PARTS),
        "time_budget": click.FloatRange(0, MOST_SECONDS, min_open=True),
        "estimator": Checked(check_wanted),
        "hyperparameters": Resolved(given_without_found),
        "metric": METRIC,
    },
    remarks={
        "ingest_table": "{rows:,} rows × {columns} columns",
        "validate_table": "{task}, violations: {violations}, warnings: {warnings}",
        "split_table": "{train_rows:,} rows to train on, {test_rows:,} to test on",
        "score_trials": "{Output} trials",
        "choose_trial": "{estimator}",
    },
)
