"""What the step of `score_trials` needs."""

from typing import Final

from components.shared.needs import Bounds, Needs
from components.shared.selection.settings import STEP_SECONDS

NEEDS: Final = Needs(
    cpu=Bounds("500m", "2"),
    memory=Bounds("1Gi", "4Gi"),
    seconds=STEP_SECONDS,
    retries=0,
    registry=False,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"polars"}),
    later=frozenset({"minio", "optuna", "pandas", "sklearn"}),
)
