"""What commands and runners know of the training pipeline."""

from typing import Final

import click

from components.ingest_table.given_types import parse_column_types
from components.shared.models.estimators import check_wanted
from components.shared.selection.settings import MOST_SECONDS, MOST_TRIALS
from components.shared.sources.address import without_query
from components.shared.sources.hyperparameter_texts import given_hyperparameters
from components.shared.tables.choices import CALIBRATIONS, MODES, STRATEGIES, TASKS
from components.shared.tables.file_formats import FORMATS
from pipelines.definition.arguments import (
    git_commit,
    model_named_after_source,
    recorded_arguments,
)
from pipelines.definition.input_types import (
    METRIC,
    Checked,
    OptionalNumber,
    Resolved,
    Share,
    check_model_name,
)
from pipelines.definition.interface import Arguments, Interface
from pipelines.training.again import compare_again
from pipelines.training.summary import summarise


def _headline(arguments: Arguments) -> str:
    return f"of {arguments['target']} on {without_query(arguments['source'])}"


DATA: Final = ("source", "curated_schema")

INTERFACE: Final = Interface(
    headline=_headline,
    summarise=summarise,
    examples={
        "run": (
            "--source my.csv --target churned",
            "--source s3://tables/sales.parquet --target amount --task regression",
            "--source my.csv --target churned --promote \\\n"
            "      --estimator random_forest --hyperparameters '{\"n_estimators\": 200}'",
            "--source my.csv --target churned \\\n      --split-strategy time --split-column month",
            "--source my.csv --target churned --tune 30",
            "--source my.csv --target churned --entity customer_id",
            "--source my.csv --target churned --runner docker",
            "--again churn@4",
        ),
        "submit": (
            "--source s3://tables/churn.parquet --target churned --wait",
            "--source s3://tables/churn.parquet --target churned \\\n"
            "      --set-resource train_model.memory=16Gi",
        ),
        "schedule": (
            '--cron "0 2 * * *" --source s3://tables/churn.parquet \\\n'
            "      --target churned --promote",
        ),
    },
    data=DATA,
    groups={
        "Data": (
            *("source", "query", "format", "column_types", "missing_values"),
            *("curated_schema", "validation_mode"),
        ),
        "Target": ("target", "task", "positive_class", "cost_fp", "cost_fn"),
        "Split": (
            *("split_strategy", "split_column", "entity", "keep_entity", "test_size", "seed"),
        ),
        "Model": (
            *("estimator", "hyperparameters", "tune", "time_budget", "drop_columns"),
            *("sample_weight_column", "class_weight", "calibrate", "slice_columns"),
        ),
        "Gate": ("metric", "floor", "margin"),
        "Registry": (
            *("model_name", "promote", "log_to_mlflow", "log_to_wandb"),
            *("git_commit", "arguments", "trigger", "retraining_key"),
        ),
    },
    types={
        "task": click.Choice(TASKS),
        "format": click.Choice(["auto", *FORMATS]),
        "column_types": Checked(parse_column_types),
        "validation_mode": click.Choice(MODES),
        "calibrate": click.Choice(CALIBRATIONS),
        "split_strategy": click.Choice(["auto", *STRATEGIES]),
        "test_size": Share(),
        "estimator": Checked(check_wanted),
        "hyperparameters": Resolved(given_hyperparameters),
        "tune": click.IntRange(0, MOST_TRIALS),
        "time_budget": click.FloatRange(0, MOST_SECONDS, min_open=True),
        "floor": OptionalNumber("floor"),
        "metric": METRIC,
        "model_name": Checked(check_model_name),
    },
    filled_in={
        "model_name": model_named_after_source,
        "git_commit": git_commit,
        "arguments": recorded_arguments(DATA),
    },
    repeated=compare_again,
    remarks={
        "ingest_table": "{rows:,} rows × {columns} columns",
        "validate_table": "{task}, violations: {violations}, warnings: {warnings}",
        "split_table": "{train_rows:,} rows to train on, {test_rows:,} to test on",
        "choose_estimator": "{estimator}",
        "train_model": "{estimator}",
        "register_model": "{model_name} version {version}",
        "log_to_mlflow": "{model_name} run {mlflow_run}",
        "log_to_wandb": "{model_name} run {wandb_run}",
    },
)
