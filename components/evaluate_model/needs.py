"""What the step of `evaluate_model` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "2"),
    memory=Bounds("512Mi", "4Gi"),
    seconds=2 * HOUR,
    retries=0,
    registry=False,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"matplotlib", "pandas", "polars", "sklearn"}),
    later=frozenset(),
)
