"""What the step of `choose_trial` needs."""

from typing import Final

from components.shared.needs import MINUTE, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("100m", "1"),
    memory=Bounds("128Mi", "512Mi"),
    seconds=10 * MINUTE,
    retries=1,
    registry=False,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"pandas", "polars", "sklearn"}),
    later=frozenset(),
)
