"""What `detect_drift` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={
        "table": ("split_table", "test"),
        "model": ("fetch_model", "fetched"),
        "registered": ("fetch_model", "registered"),
    },
)
