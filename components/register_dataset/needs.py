"""What the step of `register_dataset` needs."""

from typing import Final

from components.shared.needs import MINUTE, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("500m", "4"),
    memory=Bounds("1Gi", "8Gi"),
    seconds=60 * MINUTE,
    retries=3,
    registry=True,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"polars"}),
    later=frozenset(),
)
