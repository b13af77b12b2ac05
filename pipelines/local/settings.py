"""Take from a pipeline what is meant for a cluster, before it runs on this machine."""

from typing import Any


def drop_cluster_settings(pipeline_spec: Any) -> None:
    """Remove retries and resources from a `PipelineSpec`, in place.

    `kfp.local` would honour the retries, so that a mistake of the user is told after three pauses
    instead of at once, and would warn of each resource that it ignores.
    """
    dags = (pipeline_spec.root.dag, *(each.dag for each in pipeline_spec.components.values()))
    for dag in dags:
        for task in dag.tasks.values():
            task.ClearField("retry_policy")
    executors = pipeline_spec.deployment_spec["executors"]
    for label in executors:
        if "container" in executors[label]:
            executors[label]["container"].fields.pop("resources", None)
