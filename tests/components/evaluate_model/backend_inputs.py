"""What `evaluate_model` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={"model": ("train_model", "model"), "test": ("split_table", "test")},
    parameters=lambda scene: {"bootstrap_samples": 100},
)
