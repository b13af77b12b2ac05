"""What the step of `join_predictions` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "2"),
    memory=Bounds("512Mi", "2Gi"),
    seconds=HOUR,
    retries=1,
    registry=False,
    store=True,
    tracking=None,
    serving=False,
    libraries=frozenset({"polars"}),
    later=frozenset({"minio"}),
)
