"""Has FLAML answer the question in a folder: `python -m … FOLDER`."""

import sys
from pathlib import Path
from typing import Any

# Before the clock runs: FLAML imports them when it fits the first one of each.
import lightgbm  # noqa: F401
import numpy as np
import pandas as pd
import xgboost  # noqa: F401
from flaml import AutoML
from sklearn.metrics import balanced_accuracy_score

from tests.benchmarks.quality.answer import Answer, costs
from tests.benchmarks.quality.question import Question


def _balanced_accuracy(
    rows: Any, truth: Any, estimator: Any, labels: Any, *rest: Any, **more: Any
) -> tuple[float, dict[str, float]]:
    """Return one minus the balanced accuracy, which FLAML minimizes and has no name for."""
    loss = 1 - balanced_accuracy_score(truth, estimator.predict(rows))
    return loss, {"loss": loss}


def answer(question: Question) -> Answer:
    """Fit within the budget, on FLAML's own validation rows or folds, and predict."""
    train, test = pd.read_parquet(question.train), pd.read_parquet(question.test)
    metrics = {"binary": "roc_auc", "multiclass": _balanced_accuracy, "regression": "r2"}
    automl = AutoML()
    with costs() as cost:
        automl.fit(
            dataframe=train,
            label=question.target,
            task="regression" if question.task == "regression" else "classification",
            metric=metrics[question.task],
            time_budget=question.budget,
            n_jobs=question.cores,
            seed=question.seed,
            verbose=0,
        )
    rows = test.drop(columns=question.target)
    if question.task == "regression":
        output = automl.predict(rows)
    else:
        assert tuple(np.asarray(automl.classes_).tolist()) == question.labels
        output = automl.predict_proba(rows)
    return Answer(output, cost.cpu, cost.wall, str(automl.best_estimator))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    answer(Question.read(folder)).write(folder)
