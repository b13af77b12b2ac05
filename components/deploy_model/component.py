"""KFP signature of `deploy_model`."""

from kfp import dsl
from kfp.dsl import Artifact, Output

from components.shared.image import DEPLOYMENT_IMAGE


@dsl.component(base_image=DEPLOYMENT_IMAGE, install_kfp_package=False)
def deploy_model(
    model_name: str,
    version: str,
    digest: str,
    deployed: Output[Artifact],
    mode: str = "auto",
    name: str = "",
    namespace: str = "",
    canary_percent: int = 100,
    replicas: int = 2,
    most_replicas: int = 6,
    cpu: str = "250m",
    most_cpu: str = "1",
    memory: str = "256Mi",
    gateway: str = "",
    image: str = "",
    port: int = 0,
    alias: str = "deployed",
    wait_seconds: int = 300,
    registry_url: str = "",
) -> str:
    """Bring a version to serve; what served before serves until the new one is ready.

    Its servers get ready once they have reproduced its examples, and are then asked for these
    through the address of the deployment. Where that fails, what served before is put back. Returns
    the address. Never cache this step.

    Args:
        model_name: Name of the model.
        version: Name of the version.
        digest: SHA-256 over its files, as check_deployment returned it.
        deployed: What is deployed now, and what was, as JSON; metadata: the same in short.
        mode: local, deployment or kserve; auto: deployment in a cluster, else local.
        name: Name of the deployment; empty: made of that of the model.
        namespace: Namespace of the cluster; empty: that of the step.
        canary_percent: How many of a hundred requests the version gets, the others going to the one
            that serves; 100: all; 0: it runs, and gets none.
        replicas: Servers in a cluster, at the least.
        most_replicas: Servers in a cluster, under load.
        cpu: Cores that each of them asks for.
        most_cpu: Cores that each of them never exceeds.
        memory: Memory that each of them asks for, and never exceeds.
        gateway: Gateway of the cluster that leads to it, as namespace/name; empty: none.
        image: Image of the servers in a cluster; empty: kfp-tabular-predictor of this version.
        port: Port on this machine; 0: the one that it has, or a free one.
        alias: The alias that is to follow the deployment.
        wait_seconds: How long it may take to get ready.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.
    """
    from components.deploy_model.deploy import Wish, deploy_model
    from components.shared.deployments.plans import PinnedVersion, scale_of
    from components.shared.parameters import given
    from components.shared.reports.notes import NOTES, notes_metadata
    from components.shared.step import step_body

    with step_body():
        told, notes = deploy_model(
            PinnedVersion(model_name, version, digest),
            Wish(mode, name, namespace, canary_percent,
                 scale_of(replicas, most_replicas, cpu, most_cpu, memory), gateway, image, port,
                 alias, wait_seconds),
            given(registry_url),
        )  # fmt: skip
        told.write(deployed.path)
    deployed.metadata.update({**told.metadata(), NOTES: notes_metadata(notes)})
    return told.brought.address
