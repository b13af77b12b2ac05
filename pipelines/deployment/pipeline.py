"""The deployment pipeline."""

from kfp import dsl

from components.check_deployment.component import check_deployment
from components.deploy_model.component import deploy_model
from components.record_deployment.component import record_deployment
from components.shared.image import PREDICTOR_IMAGE
from pipelines.definition.needs import equip


@dsl.pipeline(name="deployment")
def deployment(
    model: str,
    mode: str = "auto",
    name: str = "",
    alias: str = "deployed",
    canary_percent: int = 100,
    latency_limit: float = 100.0,
    serving_namespace: str = "",
    replicas: int = 2,
    most_replicas: int = 6,
    cpu: str = "250m",
    most_cpu: str = "1",
    memory: str = "256Mi",
    gateway: str = "",
    image: str = PREDICTOR_IMAGE,
    port: int = 0,
    wait_seconds: int = 300,
    by: str = "",
    reason: str = "",
):
    """Let a registered version answer requests, if it proves that it can.

    It is pinned by its digest, and nothing is changed before a prediction server has loaded it,
    reproduced its examples and answered fast enough, and the registry has said that the alias may
    point to it. What served before serves until the new version is ready and right, is put back
    where it is not, and is returned to by `kfp-tabular rollback`.

    Args:
        model: The version as name@version, where the version is a name, a number or an alias such
            as champion; without @version the latest.
        mode: local (a process of this machine), deployment (a Deployment of Kubernetes) or kserve
            (an InferenceService); auto: deployment in a cluster, else local.
        name: Name of the deployment; empty: made of that of the model.
        alias: The alias that follows the deployment.
        canary_percent: How many of a hundred requests the version gets, the others going to the one
            that serves; 100: all; 0: it runs, and gets none.
        latency_limit: Most milliseconds that a request of one row may take, the median of 100.
        serving_namespace: Namespace of the cluster; empty: that of the run, or of the context of
            kubectl.
        replicas: Servers in a cluster, at the least.
        most_replicas: Servers in a cluster, under load.
        cpu: Cores that each of them asks for.
        most_cpu: Cores that each of them never exceeds.
        memory: Memory that each of them asks for, and never exceeds.
        gateway: Gateway of the cluster that leads to it, as namespace/name; empty: none.
        image: Image of the servers in a cluster.
        port: Port on this machine; 0: the one that it has, or a free one.
        wait_seconds: How long the version may take to get ready.
        by: Who deploys; empty: not known, but for what the registry's audit log says.
        reason: Why, for the audit log; empty: nobody says.
    """
    check = check_deployment(
        model=model, mode=mode, alias=alias, latency_limit=latency_limit
    ).set_caching_options(False)
    deploy = deploy_model(
        model_name=check.outputs["model_name"],
        version=check.outputs["version"],
        digest=check.outputs["digest"],
        mode=mode,
        name=name,
        namespace=serving_namespace,
        canary_percent=canary_percent,
        replicas=replicas,
        most_replicas=most_replicas,
        cpu=cpu,
        most_cpu=most_cpu,
        memory=memory,
        gateway=gateway,
        image=image,
        port=port,
        alias=alias,
        wait_seconds=wait_seconds,
    ).set_caching_options(False)
    record = record_deployment(
        deployed=deploy.outputs["deployed"],
        by=by,
        reason=reason,
        run_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
    ).set_caching_options(False)
    for step in (check, deploy, record):
        equip(step)
