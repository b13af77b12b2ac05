"""What the step of `ingest_table` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "2"),
    memory=Bounds("512Mi", "2Gi"),
    seconds=2 * HOUR,
    retries=1,
    registry=True,
    store=True,
    tracking=None,
    serving=False,
    libraries=frozenset({"polars"}),
    later=frozenset({"minio"}),
)
