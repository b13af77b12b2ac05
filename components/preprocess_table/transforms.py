"""From a plan of columns to the scikit-learn transformer that makes features of them."""

from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)
from sklearn.utils import check_array

from components.preprocess_table.plan import FeaturePlan
from components.preprocess_table.treatments import Treatment
from components.shared.features.date_features import DateFeatures

MISSING: Final = "missing"
CATEGORICAL: Final = "categorical"
"""Name of the step that encodes strings."""


def build_transformer(plan: FeaturePlan, treatment: Treatment) -> ColumnTransformer:
    """Return the unfitted transformer: a frame of raw rows in, a matrix of float64 out.

    It finds columns by name, so that their order, and columns it does not know, do not matter.
    All of it is scikit-learn's own, unless there are dates.
    """
    cyclic = treatment.family == "linear"
    steps = [
        ("numeric", _numbers(treatment), plan.numeric),
        ("boolean", _booleans(treatment), plan.names("boolean")),
        (CATEGORICAL, _categories(treatment), plan.names("string")),
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


def _as_array(dtype: str) -> FunctionTransformer:
    # scikit-learn's own conversion: takes pandas' nullable types and None for missing values.
    arguments: dict[str, Any] = {"dtype": dtype, "ensure_all_finite": False}
    return FunctionTransformer(check_array, kw_args=arguments, feature_names_out="one-to-one")


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
    if treatment.encoding == "ordinal":
        # Strings never seen in training, and missing ones, become NaN: trees treat it as missing.
        encoder = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=np.nan,
            encoded_missing_value=np.nan,
            **limits,
        )
        return Pipeline([("convert", _as_array("object")), ("encode", encoder)])
    # None, NaN and NA are one category, not three; unseen strings are infrequent ones, or 0 in
    # every column where there were none.
    unify = SimpleImputer(missing_values=pd.NA, strategy="constant", fill_value=MISSING)
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, **limits)
    return Pipeline([("convert", _as_array("object")), ("impute", unify), ("encode", one_hot)])


def _dates(treatment: Treatment, features: DateFeatures) -> Pipeline:
    steps: list[tuple[str, Any]] = [("expand", features)]
    if treatment.imputation != "none":
        steps.append(("impute", SimpleImputer(strategy=treatment.imputation)))
    return Pipeline(steps + _scaling(treatment))
