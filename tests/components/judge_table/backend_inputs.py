"""What `judge_table` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={
        "table": ("ingest_table", "table"),
        "schema": ("validate_table", "schema"),
        "model": ("fetch_model", "fetched"),
        "registered": ("fetch_model", "registered"),
        "evaluation": ("evaluate_model", "evaluation"),
    },
)
