"""KFP signature of `record_deployment`."""

from kfp import dsl
from kfp.dsl import Artifact, Input, Output

from components.shared.image import DEPLOYMENT_IMAGE


@dsl.component(base_image=DEPLOYMENT_IMAGE, install_kfp_package=False)
def record_deployment(
    deployed: Input[Artifact],
    recorded: Output[Artifact],
    by: str = "",
    reason: str = "",
    run_id: str = "",
    registry_url: str = "",
) -> str:
    """Record in the registry what serves, where, since when and by whom; let its alias follow it.

    The registry keeps it as a serving environment, an inference service and a serve, in the terms
    of Kubeflow's API. Where it refuses, or is away, what served before is put back. A canary moves
    no alias. Returns the version that the deployment serves as name@version. Never cache this step.

    Args:
        deployed: What deploy_model wrote.
        recorded: Its metadata says what was recorded.
        by: Who deploys; empty: not known, but for what the registry's audit log says.
        reason: Why, for the audit log; empty: nobody says.
        run_id: The KFP run; empty: unknown.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.
    """
    from components.record_deployment.record import record_deployment
    from components.shared.deployments.handing_on import HandedOn
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body() as run:
        circumstances = HandedOn.read(deployed.path).circumstances(
            given(by, ""), given(run_id, ""), given(reason, "")
        )
        facts = record_deployment(deployed.path, circumstances, given(registry_url))
        run.finished(facts.outcome(), f"{facts.model}@{facts.version}")
    recorded.metadata.update(facts.shown())
    return f"{facts.model}@{facts.version}"
