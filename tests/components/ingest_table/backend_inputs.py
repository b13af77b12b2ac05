"""What `ingest_table` is given where the tests run it as KFP's backend does."""

from tests.components.backend_steps import Given

GIVEN = Given(
    parameters=lambda scene: {
        "source": scene.table,
        "fingerprint": scene.done["fingerprint_source"].parameters["fingerprint"],
    },
    after=("fingerprint_source",),
)
