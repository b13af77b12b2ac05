"""What `choose_estimator` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={"train": ("split_table", "train")},
    parameters=lambda scene: {"target": "damaged"},
)
