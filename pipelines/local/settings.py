"""Take from a pipeline what is meant for a cluster, before it runs on this machine."""

import os
from typing import Any, Final

from components.shared import patience

SHORT_WAIT: Final = "15"
"""Seconds that steps wait for a server: here somebody waits too, and nothing is still starting."""


def settle_here(pipeline_spec: Any) -> None:
    """Remove retries and resources from a `PipelineSpec`, and let its steps wait shortly, in place.

    `kfp.local` would honour the retries, so that a mistake of the user is told after three pauses
    instead of at once, and would warn of each resource that it ignores.
    """
    dags = (pipeline_spec.root.dag, *(each.dag for each in pipeline_spec.components.values()))
    for dag in dags:
        for task in dag.tasks.values():
            task.ClearField("retry_policy")
    wait = {"name": patience.VARIABLE, "value": os.environ.get(patience.VARIABLE, SHORT_WAIT)}
    executors = pipeline_spec.deployment_spec["executors"]
    for label in executors:
        if "container" in executors[label]:
            container = executors[label]["container"]
            container.fields.pop("resources", None)
            container.get_or_create_list("env").append(wait)
