"""What `score_trials` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={"train": ("split_table", "train")},
    parameters=lambda scene: {
        "target": "damaged",
        "numbers": "1-1",
        "trials": 1,
        "estimator": "linear",
    },
)
"""One trial of a linear model, beside its default."""
