"""What `register_dataset` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={
        "table": ("ingest_table", "table"),
        "schema": ("validate_table", "schema"),
        "report": ("validate_table", "report"),
    },
    parameters=lambda scene: {"dataset_name": scene.model_name},
)
