"""What `train_model` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={
        "train": ("split_table", "train"),
        "features": ("preprocess_table", "features"),
        "preprocessor": ("preprocess_table", "preprocessor"),
    },
    parameters=lambda scene: {"target": "damaged"},
)
