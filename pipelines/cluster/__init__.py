"""Running pipelines on Kubeflow Pipelines."""
