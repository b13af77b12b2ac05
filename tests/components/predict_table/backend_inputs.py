"""What `predict_table` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={"model": ("train_model", "model"), "table": ("ingest_table", "table")},
    parameters=lambda scene: {"keep": ["*"], "probabilities": True},
)
