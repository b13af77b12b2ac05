"""One estimator with the defaults of its library: what one would choose without looking."""

from typing import Final

from tests.benchmarks.quality.question import Question
from tests.benchmarks.quality.ways.folders import answering, train_estimator
from tests.benchmarks.quality.ways.way import Way


def _plain(name: str, estimator: str) -> Way:
    def train(question: Question) -> str:
        return train_estimator(question, estimator)

    return Way(name, answering(train))


BOOSTING: Final = _plain("boosting", "hist_gradient_boosting")
LIGHTGBM: Final = _plain("lightgbm", "lightgbm")
FOREST: Final = _plain("forest", "random_forest")
LINEAR: Final = _plain("linear", "linear")
