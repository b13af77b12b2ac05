"""What the step of `train_model` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("500m", "4"),
    memory=Bounds("1Gi", "8Gi"),
    seconds=6 * HOUR,
    retries=0,
    registry=False,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"pandas", "polars", "sklearn"}),
    later=frozenset(),
)
