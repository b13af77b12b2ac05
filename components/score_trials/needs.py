"""What the step of `score_trials` needs."""

from typing import Final

from components.shared.needs import Bounds, Needs
from components.shared.selection.settings import MOST_SECONDS, TUNING_BUDGET

NEEDS: Final = Needs(
    cpu=Bounds("500m", "2"),
    memory=Bounds("1Gi", "4Gi"),
    # Twice what the longest budget allows: it goes by estimates.
    seconds=2 * int(MOST_SECONDS) * (1 + TUNING_BUDGET),
    retries=0,
    registry=False,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset({"polars"}),
    later=frozenset({"minio", "optuna", "pandas", "sklearn"}),
)
