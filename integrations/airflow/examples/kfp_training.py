"""Every day: the training pipeline runs on Kubeflow Pipelines, which `kfp_default` connects to."""

import os
from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from kfp_tabular_airflow.operator import KfpRunOperator

with DAG(
    "kfp_training",
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=5)},
    tags=["kfp-tabular"],
):
    KfpRunOperator(
        task_id="train",
        pipeline=os.environ.get(
            "TRAINING_PIPELINE", "/opt/kfp-tabular/pipelines/training/pipeline.yaml"
        ),
        arguments={
            "source": "s3://tables/bird_strikes.csv",
            "target": "damaged",
            "model_name": "bird_strikes",
            "promote": True,
        },
        experiment="airflow",
        execution_timeout=timedelta(hours=4),
    )
