"""What `plan_retraining` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={"registered": ("fetch_model", "registered")},
    parameters=lambda scene: {
        "drifted": True,
        "performance_dropped": False,
        "reasons": ["speed_knots: 30 % of the rows moved"],
        "table_digest": "ab" * 32,
        "source": scene.table,
        # What is registered by these tests has no arguments of a run.
        "settings": '{"target": "damaged"}',
    },
    of_chain=frozenset({"model_name", "arguments", "trigger"}),
)
