"""FLAML, with the seconds that our default took on the same rows."""

from pathlib import Path
from typing import Final

from tests.benchmarks.quality.ways.chosen import DEFAULT
from tests.benchmarks.quality.ways.peer import asking
from tests.benchmarks.quality.ways.way import Way

LOCK: Final = Path(__file__).parents[1] / "peers" / "requirements-flaml.lock"

FLAML: Final = Way(
    "flaml", asking("flaml", LOCK, "tests.benchmarks.quality.peers.fit_flaml"), DEFAULT
)
