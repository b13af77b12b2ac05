"""Two runs of KFP that begin as soon as the DAG is not paused any more."""

import os
from datetime import UTC, datetime

from airflow.sdk import DAG

from kfp_tabular_airflow.operator import KfpRunOperator

with DAG(
    "kfp_at_once",
    schedule="@once",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
):
    for name in ("marked", "waited"):
        KfpRunOperator(
            task_id=name,
            pipeline=os.environ["TRAINING_PIPELINE"],
            arguments={"source": "s3://tables/c.parquet", "target": "churned", "model_name": "c"},
            kfp_conn_id=f"kfp_{name}",
            poll_seconds=0.2,
        )
