"""What `choose_trial` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(artifacts={"trials": ("score_trials", "scored")})
