"""Ways that end in a model folder of ours, in this process."""

import json
from collections.abc import Callable, Mapping
from typing import Any

# Before the clock runs: our components import them when they are needed first.
import lightgbm  # noqa: F401
import sklearn.ensemble
import sklearn.linear_model
import sklearn.preprocessing  # noqa: F401

import components.shared.selection.cross_validation  # noqa: F401
from components.preprocess_table.preprocess import preprocess_table
from components.shared.evaluation.predictions import predict, read_rows
from components.shared.models.folders import load_model
from components.train_model.train import train_model
from tests.benchmarks.quality.answer import Answer, costs
from tests.benchmarks.quality.question import Question

Train = Callable[[Question], str]
"""Writes a model into `model/` of the question's folder, and returns what it came to be."""


def answering(train: Train) -> Callable[[Question], Answer]:
    """Return what trains, predicts the rows and tells what the training alone has cost."""

    def fit(question: Question) -> Answer:
        with costs() as cost:
            estimator = train(question)
        model = load_model(question.folder / "model")
        assert tuple(model.description.classes or ()) == question.labels
        output = predict(model, read_rows(question.test, model))
        return Answer(output, cost.cpu, cost.wall, estimator)

    return fit


def train_estimator(
    question: Question, estimator: str, hyperparameters: Mapping[str, Any] | None = None
) -> str:
    """Train one estimator with our preprocessing, and return its name."""
    folder = question.folder
    made = (folder / "features.parquet", folder / "preprocessor")
    preprocess_table(
        question.train, *made, question.target, task=question.task, estimator=estimator
    )
    train_model(
        *(question.train, *made, folder / "model", question.target),
        task=question.task,
        estimator=estimator,
        hyperparameters=json.dumps(dict(hyperparameters or {})),
        seed=question.seed,
    )
    return estimator
