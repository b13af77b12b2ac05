"""KFP signature of `train_model`."""

from typing import List

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def train_model(
    train: Input[Dataset],
    features: Input[Dataset],
    preprocessor: Input[Artifact],
    model: Output[Model],
    target: str,
    task: str = "auto",
    estimator: str = "hist_gradient_boosting",
    hyperparameters: str = "{}",
    seed: int = 42,
    sample_weight_column: str = "",
    class_weight: str = "",
    train_digest: str = "",
    entity: List[str] = [],
    choice: Input[Artifact] = None,
    calibrate: str = "none",
) -> str:
    """Fit an estimator, and make one pipeline of it that takes raw rows; returns its digest.

    Args:
        train: Raw training rows (Parquet), for the reference profile of the model.
        features: The same rows as features, from preprocess_table.
        preprocessor: The fitted preprocessor of the same run.
        model: Folder with `model.joblib`, a scikit-learn pipeline, `plan.json`, the same without
            it, and `model.json`; a model of MLflow's as it stands.
        target: Column to predict.
        task: auto, classification, binary, multiclass or regression.
        estimator: hist_gradient_boosting, random_forest, extra_trees, logistic_regression,
            linear_regression, ridge, linear (by the task) or lightgbm (where installed).
        hyperparameters: JSON object with the estimator's own names; checked before the fit.
        seed: Seed of the estimator; the same data, seed and versions give the same digest.
        sample_weight_column: Column with the weight of each row, as in preprocess_table; empty:
            none.
        class_weight: balanced, or a JSON object from class to weight; empty: all weigh the same.
        train_digest: Digest of `train`, for the description of the model; empty: computed.
        entity: Columns that tell whose rows they are, where the table was split by them.
        choice: What choose_estimator wrote, for the description of the model; none where the
            estimator was named.
        calibrate: Of a classifier's probabilities none, sigmoid, isotonic, or auto: by the method
            that lowers the cross-validated log loss most, if by more than its standard error.
    """
    from components.shared.models.estimators import DEFAULT_ESTIMATOR
    from components.shared.parameters import given
    from components.shared.step import step_body
    from components.shared.tables.columns import given_column
    from components.train_model.train import train_model

    with step_body():
        trained = train_model(
            train.path,
            features.path,
            preprocessor.path,
            model.path,
            target,
            task=given(task, "auto"),
            estimator=given(estimator, DEFAULT_ESTIMATOR),
            hyperparameters=given(hyperparameters, "{}"),
            seed=seed,
            sample_weight_column=given_column(sample_weight_column, train.path),
            class_weight=given(class_weight),
            train_digest=given(train_digest),
            entity=entity,
            choice=choice.path if choice else None,
            calibrate=calibrate.strip() or "none",
        )
    model.metadata.update(trained.metadata())
    return trained.digest
