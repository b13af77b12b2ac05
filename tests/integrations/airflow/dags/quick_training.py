"""The daily training, tried again at once."""

import os
from datetime import timedelta

from kfp_tabular_airflow.training import Training, ml_training_dag

ml_training_dag(
    "quick_training",
    Training(
        source="/absent.csv",
        target="y",
        model_name="quick",
        settings={
            "estimator": "hist_gradient_boosting",
            "hyperparameters": '{"max_iter": 20}',
        },
    ),
    python=os.environ["KFP_TABULAR_PYTHON"],
    work_dir=os.environ["TRAINING_WORK_DIR"],
    schedule=None,
    default_args={"retry_delay": timedelta(seconds=0.1)},
)
