"""What the step of `predict_table` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "2"),
    memory=Bounds("512Mi", "2Gi"),
    seconds=4 * HOUR,
    retries=1,
    registry=False,
    store=True,
    tracking=None,
    serving=False,
    libraries=frozenset({"pandas", "polars", "sklearn"}),
    later=frozenset({"minio"}),
)
