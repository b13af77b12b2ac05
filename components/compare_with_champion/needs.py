"""What the step of `compare_with_champion` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "2"),
    memory=Bounds("512Mi", "4Gi"),
    seconds=HOUR,
    retries=3,
    registry=True,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset(),
    later=frozenset({"pandas", "polars", "sklearn"}),
)
