"""Has AutoGluon answer the question in a folder: `python -m … FOLDER`."""

import sys
from pathlib import Path
from typing import Final

# Before the clock runs: AutoGluon imports them when it fits the first one of each.
import catboost  # noqa: F401
import fastai.tabular.all  # noqa: F401
import lightgbm  # noqa: F401
import pandas as pd
import torch  # noqa: F401
import xgboost  # noqa: F401
from autogluon.tabular import TabularPredictor

from tests.benchmarks.quality.answer import Answer, costs
from tests.benchmarks.quality.question import Question

METRICS: Final = {"binary": "roc_auc", "multiclass": "balanced_accuracy", "regression": "r2"}


def answer(question: Question) -> Answer:
    """Fit the preset, which selects on validation rows that it holds out itself, and predict."""
    train, test = pd.read_parquet(question.train), pd.read_parquet(question.test)
    predictor = TabularPredictor(
        label=question.target,
        problem_type=question.task,
        eval_metric=METRICS[question.task],
        path=str(question.folder / "autogluon"),
        verbosity=0,
    )
    with costs() as cost:
        predictor.fit(train, presets="medium_quality", num_cpus=question.cores, num_gpus=0)
    rows = test.drop(columns=question.target)
    if question.task == "regression":
        output = predictor.predict(rows).to_numpy()
    else:
        output = predictor.predict_proba(rows)[list(question.labels)].to_numpy()
    # With how many models the winner was chosen from: one that could not be fitted is left out.
    names = f"{predictor.model_best} of {len(predictor.model_names())}"
    return Answer(output, cost.cpu, cost.wall, names)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    answer(Question.read(folder)).write(folder)
