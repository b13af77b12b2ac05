"""What `list_shards` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    artifacts={"table": ("ingest_table", "table")}, parameters=lambda scene: {"shards": 3}
)
