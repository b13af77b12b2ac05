"""From a plan of columns to the scikit-learn transformer that makes features of them."""

from dataclasses import dataclass
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

from components.shared.date_features import DateFeatures
from components.shared.errors import InputError
from components.shared.estimators import Family
from components.shared.feature_plan import FeaturePlan

ENCODINGS: Final = ("auto", "ordinal", "one_hot")
SCALINGS: Final = ("auto", "standard", "robust", "none")
IMPUTATIONS: Final = ("auto", "median", "mean", "none")

MAX_CODES: Final = 254
"""Categories that HistGradientBoosting can tell apart, with one of its 255 bins to spare."""

MAX_ONE_HOT: Final = 32
MISSING: Final = "missing"
CATEGORICAL: Final = "categorical"
"""Name of the step that encodes strings."""


@dataclass(frozen=True)
class Treatment:
    """How columns are treated, with nothing left to be decided.

    Attributes:
        family: Family of estimators that the features suit.
        encoding: `ordinal` or `one_hot`.
        scaling: `standard`, `robust` or `none`.
        imputation: `median`, `mean` or `none`.
        missing_indicator: Add a column of 0 and 1 for each imputed number that had gaps.
        min_frequency: Strings in fewer rows than this share one category.
        max_categories: Most categories of a column, the shared one included.
    """

    family: Family
    encoding: str
    scaling: str
    imputation: str
    missing_indicator: bool
    min_frequency: int
    max_categories: int

    @property
    def learns_from_numbers(self) -> bool:
        """Whether fitting reads the values of numbers and dates, not only of strings."""
        return self.scaling != "none" or self.imputation != "none"


def choose_treatment(
    family: Family,
    *,
    encoding: str = "auto",
    scaling: str = "auto",
    imputation: str = "auto",
    missing_indicator: bool = False,
    min_frequency: int = 10,
    max_categories: int = MAX_CODES,
    max_one_hot: int = MAX_ONE_HOT,
) -> Treatment:
    """Decide what `auto` leaves open, by the family of the estimator.

    Trees get ordinal codes, numbers as they are and missing values left missing; linear
    estimators get one-hot codes, medians for missing numbers and standard scaling.

    Raises:
        InputError: A value is not one of those allowed, or does not go with another.
    """
    _check_choice("encoding", encoding, ENCODINGS)
    _check_choice("scaling", scaling, SCALINGS)
    _check_choice("imputation", imputation, IMPUTATIONS)
    linear = family == "linear"
    if encoding == "auto":
        encoding = "one_hot" if linear else "ordinal"
    if scaling == "auto":
        scaling = "standard" if linear else "none"
    if imputation == "auto":
        imputation = "median" if linear else "none"
    if linear and encoding == "ordinal":
        raise InputError(
            "Linear estimators would take the order of ordinal codes at its word: "
            "set `encoding` to one_hot or auto, or choose another estimator."
        )
    if missing_indicator and imputation == "none":
        raise InputError(
            "`missing_indicator` goes with imputed values, and `imputation` is none (the default "
            "for trees, which see missing values as such): set it to median or mean."
        )
    _check_number("min_frequency", min_frequency, 1, None)
    _check_number("max_categories", max_categories, 2, MAX_CODES)
    _check_number("max_one_hot", max_one_hot, 2, MAX_CODES)
    most = max_categories if encoding == "ordinal" else max_one_hot
    return Treatment(family, encoding, scaling, imputation, missing_indicator, min_frequency, most)


def _check_choice(parameter: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"Unknown {parameter} {value!r}: use one of {', '.join(allowed)}.")


def _check_number(parameter: str, value: int, low: int, high: int | None) -> None:
    if value < low or (high is not None and value > high):
        limits = f"at least {low}" if high is None else f"from {low} to {high}"
        raise InputError(f"`{parameter}` is {value}, and must be {limits}.")


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
