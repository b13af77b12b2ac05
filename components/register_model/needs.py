"""What the step of `register_model` needs."""

from typing import Final

from components.shared.needs import MINUTE, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "2"),
    memory=Bounds("512Mi", "2Gi"),
    seconds=30 * MINUTE,
    retries=3,
    registry=True,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset(),
    later=frozenset(),
)
