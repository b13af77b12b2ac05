"""The estimator that wins on folds of the training rows."""

from typing import Final

from components.choose_estimator.choose import choose_estimator
from components.shared.models.choices import ChoiceRecord
from components.shared.selection.settings import ChoiceSettings
from tests.benchmarks.quality.question import Question
from tests.benchmarks.quality.ways.folders import answering, train_estimator
from tests.benchmarks.quality.ways.way import Way

TRIALS: Final = 30
"""What `--tune` is said in the documents to be."""


def _default(question: Question) -> str:
    record = _compared(question)
    return train_estimator(question, record.estimator, record.hyperparameters)


def _tuned(question: Question) -> str:
    record = _compared(question, tune=TRIALS)
    return train_estimator(question, record.estimator, record.hyperparameters)


def _best_mean(question: Question) -> str:
    record = _compared(question)
    first = record.candidates[0] if record.candidates[0].value is not None else record
    return train_estimator(question, first.estimator, first.hyperparameters)


def _compared(question: Question, tune: int = 0) -> ChoiceRecord:
    settings = ChoiceSettings(seed=question.seed, tune=tune)
    given = (question.train, question.target)
    return choose_estimator(*given, task=question.task, settings=settings).record


DEFAULT: Final = Way("default", answering(_default))
TUNED: Final = Way("tuned", answering(_tuned))
BEST_MEAN: Final = Way("best mean", answering(_best_mean))
