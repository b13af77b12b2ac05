"""What the step of `conclude_retraining` needs."""

from typing import Final

from components.shared.needs import MINUTE, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "1"),
    memory=Bounds("128Mi", "1Gi"),
    seconds=30 * MINUTE,
    retries=3,
    registry=True,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset(),
    later=frozenset(),
)
