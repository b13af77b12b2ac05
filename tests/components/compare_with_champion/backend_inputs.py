"""What `compare_with_champion` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={
        "evaluation": ("evaluate_model", "evaluation"),
        "predictions": ("evaluate_model", "predictions"),
        "test": ("split_table", "test"),
        "model": ("train_model", "model"),
    },
    parameters=lambda scene: {"model_name": scene.model_name},
)
