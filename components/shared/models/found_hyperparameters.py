"""Hyper-parameters that a search found: what `choose_trial` writes and a training takes.

Imports the standard library only.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self, get_origin

from components.shared.errors import InputError
from components.shared.evaluation.metrics import METRICS, metric_named
from components.shared.fits.hyperparameters import parse_hyperparameters
from components.shared.formatted_json import read_formatted, write_formatted
from components.shared.models.choices import CandidateRecord, ChoiceRecord
from components.shared.models.estimators import resolve_estimator

FORMAT: Final = 1
MARK: Final = "estimator"
"""No estimator has a hyper-parameter of this name, by which such a file is known."""


@dataclass(frozen=True)
class FoundHyperparameters:
    """The estimator and the hyper-parameters that a search found, and on what.

    Attributes:
        estimator: Name in the allow-list.
        hyperparameters: Those that differ from the defaults.
        target: Column to predict.
        task: `binary`, `multiclass` or `regression`.
        metric: What they were found by.
        direction: `greater` or `less`: which is better.
        value: Its mean over the folds; None where nothing could be compared.
        low: Lower end of its interval; None where there is none.
        high: Upper end.
        folds: How many folds.
        rows: Training rows that the folds have.
        confidence: Coverage of the interval.
        trial: Number of the trial; 0: the defaults were as good.
        trials: How many trials were made.
        seed: Of the search.
        train_digest: SHA-256 of the file with the training rows.
    """

    estimator: str
    hyperparameters: Mapping[str, Any]
    target: str
    task: str
    metric: str
    direction: str
    value: float | None
    low: float | None
    high: float | None
    folds: int
    rows: int
    confidence: float
    trial: int
    trials: int
    seed: int
    train_digest: str

    def to_json(self) -> str:
        """Return it as text: keys sorted, and a line feed at its end."""
        return write_formatted(asdict(self), FORMAT)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read the text that `to_json` wrote; None where it is plain hyper-parameters.

        Raises:
            InputError: It is no JSON object, or looks as `to_json` writes it and is not.
        """
        if MARK not in parse_hyperparameters(text):
            return None
        try:
            found = cls(**read_formatted(text, FORMAT))
            found._check_values()
        except (ValueError, TypeError, InputError) as error:
            raise InputError(
                f"`hyperparameters` are not as the pipeline tuning of this version writes them "
                f"({error}): tune anew, or give its `hyperparameters` alone and name the estimator."
            ) from error
        return found

    def _check_values(self) -> None:
        for each in fields(self):
            if not _is_a(value := getattr(self, each.name), each.type):
                raise ValueError(f"{each.name} is {json.dumps(value)[:80]}")
        if self.task not in METRICS:
            raise ValueError(f"task is {self.task!r}")
        if metric_named(self.metric, self.task).direction != self.direction:
            raise ValueError(f"direction is {self.direction!r} of {self.metric}")
        resolve_estimator(self.estimator, self.task)

    def as_choice(self, of_rows: int) -> ChoiceRecord:
        """Return how the estimator was chosen, for the record of the training.

        Args:
            of_rows: Training rows that there are.
        """
        trials = f"{self.trials} {'trial' if self.trials == 1 else 'trials'}"
        candidate = CandidateRecord(
            f"trial {self.trial}" if self.trial else "default",
            self.estimator,
            self.hyperparameters,
            self.value,
            self.low,
            self.high,
            "chosen: found before",
            self.trial,
        )
        return ChoiceRecord(
            self.estimator,
            self.hyperparameters,
            self.metric,
            self.direction,
            self.folds,
            self.rows,
            of_rows,
            self.confidence,
            0.0,
            f"{self.estimator} and its hyper-parameters were found before, by {trials}.",
            (candidate,),
            self.trials,
        )

    def check(self, target: str, task: str, estimator: str | None) -> None:
        """Make sure that they are for what is trained.

        Args:
            target: Column to predict.
            task: Resolved task.
            estimator: The one that is named; None: none is.

        Raises:
            InputError: They were found for another target or task, or are of another estimator.
        """
        if (self.target, self.task) != (target, task):
            raise InputError(
                f"The hyper-parameters were found for {self.target!r} ({self.task}), and "
                f"{target!r} ({task}) is to be predicted: tune for that."
            )
        if estimator not in (None, self.estimator):
            raise InputError(
                f"The hyper-parameters were found for {self.estimator}, and `estimator` is "
                f"{estimator}: leave it out."
            )


def _is_a(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return False
    whole = isinstance(value, int) and kind in (float, float | None)
    return whole or isinstance(value, Mapping if get_origin(kind) is Mapping else kind)
