"""What `register_model` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={
        "model": ("train_model", "model"),
        "evaluation": ("evaluate_model", "evaluation"),
        "comparison": ("compare_with_champion", "comparison"),
        "evaluation_report": ("evaluate_model", "report"),
        "validation_report": ("validate_table", "report"),
        "schema": ("validate_table", "schema"),
    },
    parameters=lambda scene: {"model_name": scene.model_name, "promote": True},
)
