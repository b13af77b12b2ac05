"""What the step of `log_to_mlflow` needs."""

from typing import Final

from components.shared.needs import MINUTE, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "1"),
    memory=Bounds("512Mi", "2Gi"),
    seconds=30 * MINUTE,
    retries=3,
    registry=False,
    store=False,
    tracking="mlflow",
    serving=False,
    libraries=frozenset(),
    later=frozenset({"matplotlib", "pandas"}),
)
