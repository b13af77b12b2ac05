"""What the step of `check_deployment` needs."""

from typing import Final

from components.shared.needs import MINUTE, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "1"),
    memory=Bounds("256Mi", "1Gi"),
    seconds=10 * MINUTE,
    retries=1,
    registry=True,
    store=False,
    tracking=None,
    serving=True,
    libraries=frozenset(),
    later=frozenset(),
)
