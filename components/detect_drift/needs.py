"""What the step of `detect_drift` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "2"),
    memory=Bounds("512Mi", "4Gi"),
    seconds=HOUR,
    retries=0,
    registry=True,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"polars"}),
    later=frozenset({"pandas", "sklearn"}),
)
