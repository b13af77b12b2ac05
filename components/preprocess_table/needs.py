"""What the step of `preprocess_table` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "2"),
    memory=Bounds("512Mi", "4Gi"),
    seconds=HOUR,
    retries=0,
    registry=False,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"pandas", "polars", "sklearn"}),
    later=frozenset(),
)
