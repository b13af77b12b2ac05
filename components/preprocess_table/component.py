"""KFP signature of `preprocess_table`."""

from typing import List

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def preprocess_table(
    train: Input[Dataset],
    features: Output[Dataset],
    preprocessor: Output[Artifact],
    target: str,
    task: str = "auto",
    estimator: str = "hist_gradient_boosting",
    encoding: str = "auto",
    scaling: str = "auto",
    imputation: str = "auto",
    missing_indicator: bool = False,
    min_frequency: int = 10,
    max_categories: int = 254,
    max_one_hot: int = 32,
    text_features: int = 30,
    identifier_share: float = 0.5,
    drop_columns: List[str] = [],
    sample_weight_column: str = "",
    entity: List[str] = [],
    keep_entity: bool = False,
) -> str:
    """Make features of raw columns, learning from the training rows only; returns a digest.

    Args:
        train: Raw training rows (Parquet). Test rows are not an input.
        features: Transformed training rows, with the target and the weights as they were.
        preprocessor: Folder with the fitted transformer and its description.
        target: Column to predict; only columns of many strings learn from it, each row from others.
        task: auto, classification, binary, multiclass or regression.
        estimator: The estimator that the features are for: trees and linear ones need others.
        encoding: Of strings: ordinal, one_hot, target (cross-fitted means of the target), or auto:
            target for columns of more than 32 strings, ordinal or one_hot for others.
        scaling: Of numbers: auto, standard, robust or none.
        imputation: Of missing numbers: auto, median, mean or none.
        missing_indicator: Mark with an own column where a number was imputed.
        min_frequency: Strings in fewer rows than this share one category.
        max_categories: Most ordinal codes of a column, 2 to 254; rarer strings share one.
        max_one_hot: Most one-hot columns of a column, 2 to 254; rarer strings share one.
        text_features: Most numbers that a column of texts becomes, by TF-IDF and a truncated SVD,
            0 to 300; 0 leaves texts out.
        identifier_share: String columns whose distinct values exceed this share of their rows are
            texts where they have several words a value, else identifiers, and left out. 1 keeps
            them as categories.
        drop_columns: Columns to leave out.
        sample_weight_column: Column with the weight of each row, which is not a feature; empty:
            none.
        entity: Columns that the table was split by, as they tell whose row it is; left out.
        keep_entity: Whether these columns are features all the same.
    """
    from components.preprocess_table.preprocess import preprocess_table
    from components.shared.models.estimators import DEFAULT_ESTIMATOR
    from components.shared.parameters import given
    from components.shared.step import step_body
    from components.shared.tables.columns import given_column

    with step_body():
        done = preprocess_table(
            train.path,
            features.path,
            preprocessor.path,
            target,
            task=given(task, "auto"),
            estimator=given(estimator, DEFAULT_ESTIMATOR),
            encoding=given(encoding, "auto"),
            scaling=given(scaling, "auto"),
            imputation=given(imputation, "auto"),
            missing_indicator=missing_indicator,
            min_frequency=min_frequency,
            max_categories=max_categories,
            max_one_hot=max_one_hot,
            text_features=text_features,
            identifier_share=identifier_share,
            drop_columns=drop_columns,
            sample_weight_column=given_column(sample_weight_column, train.path),
            entity=entity,
            keep_entity=keep_entity,
        )
    features.metadata.update(done.features_metadata())
    preprocessor.metadata.update(done.preprocessor_metadata())
    return done.digest
