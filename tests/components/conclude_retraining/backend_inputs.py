"""What `conclude_retraining` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={"plan": ("plan_retraining", "plan")},
    parameters=lambda scene: {
        "approved": True,
        "model_digest": scene.done["train_model"].parameters["Output"],
        "deploy": True,
    },
    after=("register_model",),
    of_chain=frozenset({"Output"}),
)
