"""What `deploy_model` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    parameters=lambda scene: {
        "mode": "local",
        **{
            name: scene.done["check_deployment"].parameters[name]
            for name in ("model_name", "version", "digest")
        },
    },
    after=("check_deployment",),
    of_chain=frozenset({"Output"}),
)
