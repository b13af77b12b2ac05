"""All ways, by their names."""

from collections.abc import Mapping
from typing import Final

from tests.benchmarks.quality.ways.autogluon import AUTOGLUON
from tests.benchmarks.quality.ways.chosen import BEST_MEAN, DEFAULT, TUNED
from tests.benchmarks.quality.ways.flaml import FLAML
from tests.benchmarks.quality.ways.plain import BOOSTING, FOREST, LIGHTGBM, LINEAR
from tests.benchmarks.quality.ways.way import Way

WAYS: Final[Mapping[str, Way]] = {
    way.name: way
    for way in (BOOSTING, LIGHTGBM, FOREST, LINEAR, DEFAULT, TUNED, BEST_MEAN, FLAML, AUTOGLUON)
}

PLAIN: Final = tuple(way.name for way in (BOOSTING, FOREST, LINEAR))
"""What one would choose without looking: the best of them on a table is a measure of the others."""
