"""What `check_deployment` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    parameters=lambda scene: {
        "model": scene.model_name,
        "requests": 5,
        "latency_limit": 10_000,
    },
    after=("register_model",),
    of_chain=frozenset({"model_name"}),
)
