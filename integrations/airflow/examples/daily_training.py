"""Every day: a table is trained on; the model is deployed if it is surely better than the champion.

The workers need the registry in their environment: REGISTRY_URL, and REGISTRY_TOKEN if it asks.
"""

import os

from kfp_tabular_airflow.training import Training, ml_training_dag

ml_training_dag(
    "daily_training",
    Training(
        source=os.environ.get("TRAINING_SOURCE", "/data/bird_strikes.csv"),
        target="damaged",
        model_name="bird_strikes",
        settings={
            "estimator": "hist_gradient_boosting",
            "hyperparameters": '{"max_iter": 20}',
        },
    ),
    python=os.environ.get("KFP_TABULAR_PYTHON", "/opt/kfp-tabular/.venv/bin/python"),
    work_dir=os.environ.get("TRAINING_WORK_DIR", "/data/training"),
)
