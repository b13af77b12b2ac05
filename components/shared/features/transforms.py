"""From a plan of columns to the scikit-learn transformer that makes features of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)
from sklearn.utils import check_array

from components.shared.features.date_features import DateFeatures
from components.shared.features.feature_plan import FeaturePlan
from components.shared.features.treatments import Treatment

MISSING: Final = "missing"
CATEGORICAL: Final = "categorical"
"""Name of the step that encodes strings by codes."""

TARGET_MEANS: Final = "target_means"
"""Name of the step that encodes strings by what the target is where they stand."""

WORDS: Final = "words"
"""Beginning of the names of the steps that make topics of texts, one step a column."""

UNKNOWN: Final = -1
"""Code of the strings that have no target mean of their own: rare ones, and those never seen."""

FOLDS: Final = 5
"""Parts of the rows, each of which gets its target means from the others."""

MOST_WORDS: Final = 5_000
"""Words of a column of texts that count, the most frequent of those that recur."""

SEED: Final = 0


def build_transformer(
    plan: FeaturePlan, treatment: Treatment, fitted: Mapping[str, tuple[Pipeline, Sequence[str]]]
) -> ColumnTransformer:
    """Return the unfitted transformer: a frame of raw rows in, a matrix of float64 out.

    It finds columns by name, so that their order, and columns it does not know, do not matter.
    All of it is scikit-learn's own, unless there are dates.

    Args:
        plan: What to do with each column.
        treatment: How.
        fitted: Steps that are fitted already and stay so, with their columns, by name.
    """
    cyclic = treatment.family == "linear"
    steps = [
        ("numeric", _numbers(treatment), plan.numeric),
        ("boolean", _booleans(treatment), plan.names("boolean")),
        (CATEGORICAL, _categories(treatment), plan.strings("codes")),
        *((name, FrozenEstimator(step), list(names)) for name, (step, names) in fitted.items()),
        ("date", _dates(treatment, DateFeatures(cyclic=cyclic)), plan.names("date")),
        (
            "datetime",
            _dates(treatment, DateFeatures(time=True, cyclic=cyclic)),
            plan.names("datetime"),
        ),
    ]
    return ColumnTransformer(
        [step for step in steps if step[2]], remainder="drop", sparse_threshold=0.0
    )


def texts_to_codes(categories: Sequence[Sequence[str]]) -> Pipeline:
    """Return the unfitted steps that replace the strings of columns by positions in lists.

    Args:
        categories: The strings that have a code, sorted, by column.
    """
    encoder = OrdinalEncoder(
        categories=[np.array(each, dtype=object) for each in categories],
        handle_unknown="use_encoded_value",
        unknown_value=UNKNOWN,
    )
    return Pipeline([*_texts(MISSING), ("encode", encoder)])


def codes_to_means(target_type: str, treatment: Treatment) -> Pipeline:
    """Return the unfitted steps that replace codes by what the target mostly is there.

    Micci-Barreca 2001, A preprocessing scheme for high-cardinality categorical attributes, SIGKDD
    Explorations 3(1): means are drawn to the mean of all rows, the more the fewer rows they have.
    `fit_transform` gives each row a mean of other rows, so that no row sees its own target.

    Args:
        target_type: `binary`, `multiclass` or `continuous`.
        treatment: How numbers are scaled.
    """
    parts = KFold if target_type == "continuous" else StratifiedKFold
    folds = parts(FOLDS, shuffle=True, random_state=SEED)
    encoder = TargetEncoder(target_type=target_type, cv=folds)
    return Pipeline([("means", encoder), *_scaling(treatment)])


def texts_to_words(least_rows: int) -> Pipeline:
    """Return the unfitted steps that weigh the words of one column of texts by TF-IDF.

    Args:
        least_rows: Words in fewer texts than this do not count.
    """
    weights = TfidfVectorizer(min_df=least_rows, max_features=MOST_WORDS, sublinear_tf=True)
    flatten = FunctionTransformer(np.ravel, feature_names_out="one-to-one")
    return Pipeline([*_texts(""), ("flatten", flatten), ("weigh", weights)])


def words_to_topics(topics: int, treatment: Treatment) -> Pipeline:
    """Return the unfitted steps that make a few numbers of the weights of words.

    Deerwester et al. 1990, Indexing by latent semantic analysis, JASIS 41(6).
    """
    svd = TruncatedSVD(topics, random_state=SEED)
    return Pipeline([("topics", svd), *_scaling(treatment)])


def joined(*parts: Pipeline) -> Pipeline:
    """Return the steps of pipelines as one pipeline."""
    return Pipeline([step for part in parts for step in part.steps])


def _as_array(dtype: str) -> FunctionTransformer:
    # scikit-learn's own conversion: takes pandas' nullable types and None for missing values.
    arguments: dict[str, Any] = {"dtype": dtype, "ensure_all_finite": False}
    return FunctionTransformer(check_array, kw_args=arguments, feature_names_out="one-to-one")


def _texts(missing: str) -> list[tuple[str, Any]]:
    # None, NaN and NA are one text, not three.
    unify = SimpleImputer(missing_values=pd.NA, strategy="constant", fill_value=missing)
    return [("convert", _as_array("object")), ("impute", unify)]


def _numbers(treatment: Treatment) -> Pipeline:
    steps: list[tuple[str, Any]] = [("convert", _as_array("float64"))]
    if treatment.imputation != "none":
        imputer = SimpleImputer(
            strategy=treatment.imputation, add_indicator=treatment.missing_indicator
        )
        steps.append(("impute", imputer))
    return Pipeline(steps + _scaling(treatment))


def _scaling(treatment: Treatment) -> list[tuple[str, Any]]:
    scalers = {"standard": StandardScaler, "robust": RobustScaler}
    if treatment.scaling == "none":
        return []
    return [("scale", scalers[treatment.scaling]())]


def _booleans(treatment: Treatment) -> Pipeline:
    steps: list[tuple[str, Any]] = [("convert", _as_array("float64"))]
    if treatment.imputation != "none":
        steps.append(("impute", SimpleImputer(strategy="most_frequent")))
    return Pipeline(steps)


def _categories(treatment: Treatment) -> Pipeline:
    limits = {
        "min_frequency": treatment.min_frequency,
        "max_categories": treatment.max_categories,
    }
    if treatment.codes == "ordinal":
        # Strings never seen in training, and missing ones, become NaN: trees treat it as missing.
        encoder = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=np.nan,
            encoded_missing_value=np.nan,
            **limits,
        )
        return Pipeline([("convert", _as_array("object")), ("encode", encoder)])
    # Unseen strings are infrequent ones, or 0 in every column where there were none.
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, **limits)
    return Pipeline([*_texts(MISSING), ("encode", one_hot)])


def _dates(treatment: Treatment, features: DateFeatures) -> Pipeline:
    steps: list[tuple[str, Any]] = [("expand", features)]
    if treatment.imputation != "none":
        steps.append(("impute", SimpleImputer(strategy=treatment.imputation)))
    return Pipeline(steps + _scaling(treatment))
