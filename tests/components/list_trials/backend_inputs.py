"""What `list_trials` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(parameters=lambda scene: {"trials": 7, "parallel": 3})
