"""The splits of a table: which rows are learnt from, and which are predicted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
from sklearn.model_selection import train_test_split

from components.shared.evaluation.predictions import Predicted, label_codes
from components.shared.evaluation.ranking import Floats
from tests.benchmarks.quality.question import Label, Question
from tests.benchmarks.quality.tables import Case

HELD_OUT: Final = 0.25


def seeds(rows: int) -> range:
    """Return the splits of a table: several of a small one, whose held-out rows say little."""
    return range(5 if rows < 1_000 else 3 if rows < 10_000 else 1)


@dataclass(frozen=True)
class Split:
    """Three quarters of a table's rows, drawn at random, and the others.

    Attributes:
        case: What is to be learnt.
        seed: Of the draw.
        train: The three quarters.
        test: The others.
    """

    case: Case
    seed: int
    train: pd.DataFrame
    test: pd.DataFrame

    @property
    def labels(self) -> tuple[Label, ...]:
        """The classes of the training rows, sorted; none of a regression."""
        if self.case.task == "regression":
            return ()
        found: list[Any] = self.train[self.case.target].unique().tolist()
        return tuple(sorted(found))

    def predicted(self, output: Floats) -> Predicted:
        """Return predictions beside the truth."""
        actual, task = self.test[self.case.target], self.case.task
        if task == "regression":
            return Predicted(task, actual.to_numpy(dtype=np.float64), output)
        codes, labels = label_codes(actual, self.labels)
        # A ROC AUC is the same whichever of two classes counts as found.
        return Predicted(task, codes, output, labels, 1 if task == "binary" else None)

    @contextmanager
    def asked(self, cores: int, budget: float | None) -> Iterator[Question]:
        """Write the rows into a folder that lasts as long as the block."""
        with TemporaryDirectory() as temporary:
            given = (self.case.target, self.case.task, self.labels, self.seed, cores, budget)
            question = Question(Path(temporary), *given)
            for rows, file in ((self.train, question.train), (self.test, question.test)):
                pl.from_pandas(rows.reset_index(drop=True)).write_parquet(file)
            yield question


def split(case: Case, frame: pd.DataFrame, seed: int) -> Split:
    """Return the split of a table that belongs to a seed; classes keep their shares."""
    stratify = frame[case.target] if case.task != "regression" else None
    train, test = train_test_split(frame, test_size=HELD_OUT, random_state=seed, stratify=stratify)
    return Split(case, seed, train, test)
