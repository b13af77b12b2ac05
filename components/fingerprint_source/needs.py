"""What the step of `fingerprint_source` needs."""

from typing import Final

from components.shared.needs import HOUR, Bounds, Needs

NEEDS: Final = Needs(
    cpu=Bounds("250m", "1"),
    memory=Bounds("128Mi", "1Gi"),
    seconds=HOUR,
    retries=1,
    registry=True,
    store=True,
    tracking=None,
    serving=False,
    libraries=frozenset(),
    later=frozenset({"minio", "polars"}),
)
