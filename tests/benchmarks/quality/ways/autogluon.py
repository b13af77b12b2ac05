"""AutoGluon with its preset `medium_quality`, for as long as that takes."""

from pathlib import Path
from typing import Final

from tests.benchmarks.quality.ways.peer import asking
from tests.benchmarks.quality.ways.way import Way

LOCK: Final = Path(__file__).parents[1] / "peers" / "requirements-autogluon.lock"

AUTOGLUON: Final = Way(
    "autogluon", asking("autogluon", LOCK, "tests.benchmarks.quality.peers.fit_autogluon")
)
