"""What the step of `list_shards` needs."""

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
    libraries=frozenset({"polars"}),
    later=frozenset(),
)
