"""A run of KFP for each way that it may go; each has a KFP of its own behind its connection."""

import os
from datetime import timedelta

from airflow.sdk import DAG

from kfp_tabular_airflow.operator import KfpRunOperator

WAYS = (
    *("succeeds", "fails_once", "fails", "is_lost_once", "is_terminated", "is_refused"),
    *("takes_too_long", "is_away", "answer_is_lost"),
)

with DAG("kfp_outcomes", schedule=None):
    for way in WAYS:
        KfpRunOperator(
            task_id=way,
            pipeline=os.environ["TRAINING_PIPELINE"],
            arguments={
                "source": "s3://tables/churn.parquet",
                "target": "churned",
                "model_name": "churn",
                "seed": 7,
                "floor": None,
                **({"estimater": "ridge"} if way == "is_refused" else {}),
            },
            experiment="{{ dag.dag_id }}",
            kfp_conn_id=f"kfp_{way}",
            registry_conn_id={"succeeds": "registry", "fails_once": "kfp_is_away"}.get(way),
            poll_seconds=0.05,
            patience_seconds=0,
            retries=1,
            retry_delay=timedelta(seconds=0.1),
            execution_timeout=timedelta(seconds=4) if way == "takes_too_long" else None,
        )
