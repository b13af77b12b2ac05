"""What the step of `score_trials` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("500m", "2"),
    memory=Bounds("1Gi", "4Gi"),
    seconds=2 * HOUR,
    retries=0,
    registry=False,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"polars"}),
)
