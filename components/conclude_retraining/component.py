"""KFP signature of `conclude_retraining`."""

from kfp import dsl
from kfp.dsl import Artifact, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def conclude_retraining(
    plan: Input[Artifact],
    concluded: Output[Artifact],
    approved: bool = False,
    model_digest: str = "",
    deploy: bool = False,
    registry_url: str = "",
) -> str:
    """Say what came of a retraining, and whether its version is to be deployed.

    The run in the registry has what started it, the version that was watched and the one that came
    of it. Returns the version that is to be deployed, as name@version; empty: none. Never cache
    this step: the registry changes.

    Args:
        plan: What plan_retraining wrote.
        concluded: Its metadata says what came of it: outcome, version, deploy,
            said_of_run.
        approved: Whether a model was trained, passed the gate and was registered.
        model_digest: SHA-256 over its files; empty: nothing was trained.
        deploy: Whether the version is to be deployed; of one that was made before, whether it is
            where it never was, and is the champion.
        registry_url: The registry; empty: REGISTRY_URL in the environment of the step.
    """
    from components.conclude_retraining.conclude import Training, conclude_retraining
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body() as run:
        found = conclude_retraining(
            plan.path, Training(approved, given(model_digest, "")), deploy, given(registry_url)
        )
        run.finished(found.outcome, found.version, properties=found.properties())
    concluded.metadata.update(found.metadata())
    return found.version if found.deploy else ""
