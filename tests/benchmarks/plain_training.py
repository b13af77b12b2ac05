"""The script one would write by hand: what the training pipeline's time is compared with.

`python -m tests.benchmarks.plain_training TABLE.csv MODEL.joblib HYPERPARAMETERS`
prints the metrics as JSON.
"""

import json
import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder


def expand_day(frame: pd.DataFrame) -> pd.DataFrame:
    """Replace the date by numbers."""
    day = frame["day"].dt
    return frame.drop(columns="day").assign(
        year=day.year,
        month=day.month,
        day_of_month=day.day,
        day_of_week=day.day_of_week,
        day_of_year=day.day_of_year,
        elapsed_days=(frame["day"] - pd.Timestamp(0)).dt.days,
    )


def main(table: str, model: str, hyperparameters: str) -> None:
    """Read, split, preprocess, fit, evaluate and dump."""
    frame = expand_day(pd.read_csv(table, parse_dates=["day"]))
    features, target = frame.drop(columns="y"), frame["y"]
    x_train, x_test, y_train, y_test = train_test_split(
        features, target, test_size=0.2, stratify=target, random_state=42
    )
    categories = [name for name in features.columns if "category_" in name]
    numbers = [name for name in features if name not in categories]
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=np.nan,
    )
    preprocessing = ColumnTransformer(
        [("numbers", "passthrough", numbers), ("categories", encoder, categories)]
    )
    codes = list(range(len(numbers), len(numbers) + len(categories)))
    estimator = HistGradientBoostingClassifier(
        categorical_features=codes, random_state=42, **json.loads(hyperparameters)
    )
    pipeline = Pipeline([("preprocess", preprocessing), ("estimator", estimator)])
    pipeline.fit(x_train, y_train)
    probability = pipeline.predict_proba(x_test)[:, 1]
    called = probability > 0.5
    metrics = {
        "roc_auc": roc_auc_score(y_test, probability),
        "average_precision": average_precision_score(y_test, probability),
        "log_loss": log_loss(y_test, probability),
        "brier": brier_score_loss(y_test, probability),
        "accuracy": accuracy_score(y_test, called),
        "balanced_accuracy": balanced_accuracy_score(y_test, called),
        "f1": f1_score(y_test, called),
        "precision": precision_score(y_test, called),
        "recall": recall_score(y_test, called),
    }
    joblib.dump(pipeline, model)
    print(json.dumps(metrics))


if __name__ == "__main__":
    main(*sys.argv[1:])
