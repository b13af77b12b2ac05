"""What the step of `deploy_model` needs."""

from typing import Final

from components.shared.needs import MINUTE, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("100m", "1"),
    memory=Bounds("128Mi", "512Mi"),
    seconds=30 * MINUTE,
    retries=1,
    registry=True,
    store=False,
    tracking=None,
    serving=True,
    libraries=frozenset(),
    later=frozenset(),
)
