"""What `record_deployment` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(artifacts={"deployed": ("deploy_model", "deployed")}, of_chain=frozenset({"Output"}))
