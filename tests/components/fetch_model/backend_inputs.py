"""What `fetch_model` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    parameters=lambda scene: {"model": scene.model_name},
    after=("register_model",),
)
