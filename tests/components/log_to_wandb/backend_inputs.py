"""What `log_to_wandb` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={
        "model": ("train_model", "model"),
        "evaluation": ("evaluate_model", "evaluation"),
        "report": ("evaluate_model", "report"),
    },
    parameters=lambda scene: {"model_name": scene.model_name},
)
