"""Airflow runs pipelines of Kubeflow Pipelines, and the training of a table without a cluster."""
