"""KFP signature of `check_deployment`."""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import Metrics, Output

from components.shared.image import DEPLOYMENT_IMAGE


@dsl.component(base_image=DEPLOYMENT_IMAGE, install_kfp_package=False)
def check_deployment(
    model: str,
    metrics: Output[Metrics],
    mode: str = "auto",
    alias: str = "deployed",
    latency_limit: float = 100.0,
    requests: int = 100,
    registry_url: str = "",
) -> NamedTuple("Outputs", [("model_name", str), ("version", str), ("digest", str)]):
    """See that a version can be served, before anything is changed; pin it by its digest.

    The registry is asked whether the alias may point to it. A prediction server, as it is deployed,
    then fetches it by its digest, reproduces its examples and answers within the limit. Never
    cache this step: aliases move.

    Args:
        model: The version as name@version, where the version is a name, a number or an alias
            such as champion; without @version the latest.
        metrics: Examples that were reproduced, and the milliseconds of requests of one row.
        mode: local, deployment or kserve; auto: deployment in a cluster, else local.
        alias: The alias that is to follow the deployment.
        latency_limit: Most milliseconds that a request of one row may take, the median of all.
        requests: How many requests are measured.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.
    """
    from components.check_deployment.check import check_deployment
    from components.shared.parameters import given
    from components.shared.reports.notes import NOTES, notes_metadata
    from components.shared.step import step_body

    with step_body() as run:
        checked = check_deployment(
            model, mode=mode, alias=alias, latency_limit=latency_limit, requests=requests,
            registry_url=given(registry_url),
        )  # fmt: skip
        run.log_metrics(checked.metrics())
    metrics.metadata.update({**checked.metrics(), NOTES: notes_metadata(checked.notes)})
    return (checked.version.model_name, checked.version.version, checked.version.digest)
