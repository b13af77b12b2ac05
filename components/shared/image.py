"""The one place that names the container image of the components."""

import os
from typing import Final

VERSION: Final = "0.1.0"
REPOSITORY: Final = "kfp-tabular"

IMAGE: Final = os.environ.get("KFP_TABULAR_IMAGE", f"{REPOSITORY}:{VERSION}")
"""Image that every compiled component names; its tag is the version of this package, so that
compiled YAML and image cannot drift apart. `KFP_TABULAR_IMAGE` replaces it at compile time, to
name a registry of one's own (`registry.example.com/ml/kfp-tabular:0.1.0`)."""

MLFLOW_IMAGE: Final = os.environ.get(
    "KFP_TABULAR_MLFLOW_IMAGE", "-mlflow:".join(IMAGE.rsplit(":", 1))
)
"""Image of the steps that speak to an MLflow server: the same, and MLflow's client.
`KFP_TABULAR_MLFLOW_IMAGE` replaces it at compile time, as where images are named by digests."""

WANDB_IMAGE: Final = os.environ.get("KFP_TABULAR_WANDB_IMAGE", "-wandb:".join(IMAGE.rsplit(":", 1)))
"""Image of the steps that speak to Weights & Biases: the same, and its client.
`KFP_TABULAR_WANDB_IMAGE` replaces it at compile time."""

PREDICTOR_IMAGE: Final = os.environ.get(
    "KFP_TABULAR_PREDICTOR_IMAGE", "-predictor:".join(IMAGE.rsplit(":", 1))
)
"""Image of prediction servers. `KFP_TABULAR_PREDICTOR_IMAGE` replaces it at compile time."""

DEPLOYMENT_IMAGE: Final = os.environ.get(
    "KFP_TABULAR_DEPLOYMENT_IMAGE", "-deployment:".join(IMAGE.rsplit(":", 1))
)
"""Image of the steps that deploy: that of the prediction servers, kfp's executor and the client
of Kubernetes. `KFP_TABULAR_DEPLOYMENT_IMAGE` replaces it at compile time."""
