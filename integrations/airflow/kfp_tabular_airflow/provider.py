"""What Airflow is told of this distribution."""

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Return the connection type that this distribution adds."""
    return {
        "package-name": "kfp-tabular-airflow",
        "name": "Kubeflow Pipelines",
        "description": "Runs of Kubeflow Pipelines as tasks, and a training of a table as a DAG.",
        "connection-types": [
            {
                "connection-type": "kfp",
                "hook-class-name": "kfp_tabular_airflow.hook.KfpHook",
                "hook-name": "Kubeflow Pipelines",
            }
        ],
    }
