"""How columns are to be treated, by the family of estimators that the features are for.

Imports nothing heavy: a wrong parameter shows at once.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from components.shared.errors import InputError
from components.shared.models.estimators import Family

Encoding = Literal["codes", "target means", "codes and target means", "words"]
"""What strings become: codes of categories, what the target mostly is where they stand, both, or
topics of the words in them."""

ENCODINGS: Final = ("auto", "ordinal", "one_hot", "target")
SCALINGS: Final = ("auto", "standard", "robust", "none")
IMPUTATIONS: Final = ("auto", "median", "mean", "none")

MAX_CODES: Final = 254
"""Categories that HistGradientBoosting can tell apart, with one of its 255 bins to spare."""

MAX_ONE_HOT: Final = 32
MOST_CODES: Final = 32
"""Distinct strings above which a column gets target means rather than codes; see docs/tables.md."""

TOPICS: Final = 30
MOST_TOPICS: Final = 300


@dataclass(frozen=True)
class Treatment:
    """How columns are treated, with nothing left to be decided.

    Attributes:
        family: Family of estimators that the features suit.
        encoding: `ordinal`, `one_hot` or `target`.
        scaling: `standard`, `robust` or `none`.
        imputation: `median`, `mean` or `none`.
        missing_indicator: Add a column of 0 and 1 for each imputed number that had gaps.
        min_frequency: Strings in fewer rows than this share one category.
        max_categories: Most categories of a column, the shared one included.
        most_codes: Distinct strings above which a column gets target means; None for no such.
        text_features: Most numbers that a column of texts becomes; 0: texts are left out.
    """

    family: Family
    encoding: str
    scaling: str
    imputation: str
    missing_indicator: bool
    min_frequency: int
    max_categories: int
    most_codes: int | None = None
    text_features: int = TOPICS

    @property
    def codes(self) -> str:
        """The codes of strings that get no target means: `ordinal` or `one_hot`."""
        if self.encoding == "target":
            return "one_hot" if self.family == "linear" else "ordinal"
        return self.encoding

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
    text_features: int = TOPICS,
) -> Treatment:
    """Decide what `auto` leaves open, by the family of the estimator.

    Trees get ordinal codes, numbers as they are and missing values left missing; linear
    estimators get one-hot codes, medians for missing numbers and standard scaling. Columns with
    many different strings get target means.

    Raises:
        InputError: A value is not one of those allowed, or does not go with another.
    """
    _check_choice("encoding", encoding, ENCODINGS)
    _check_choice("scaling", scaling, SCALINGS)
    _check_choice("imputation", imputation, IMPUTATIONS)
    linear = family == "linear"
    most_codes = {"auto": MOST_CODES, "target": 0}.get(encoding)
    if encoding == "auto":
        encoding = "one_hot" if linear else "ordinal"
    if scaling == "auto":
        scaling = "standard" if linear else "none"
    if imputation == "auto":
        imputation = "median" if linear else "none"
    if linear and encoding == "ordinal":
        raise InputError(
            "Linear estimators would take the order of ordinal codes at its word: "
            "set `encoding` to one_hot, target or auto, or choose another estimator."
        )
    if missing_indicator and imputation == "none":
        raise InputError(
            "`missing_indicator` goes with imputed values, and `imputation` is none (the default "
            "for trees, which see missing values as such): set it to median or mean."
        )
    _check_number("min_frequency", min_frequency, 1, None)
    _check_number("max_categories", max_categories, 2, MAX_CODES)
    _check_number("max_one_hot", max_one_hot, 2, MAX_CODES)
    _check_number("text_features", text_features, 0, MOST_TOPICS)
    treatment = Treatment(
        *(family, encoding, scaling, imputation, missing_indicator, min_frequency),
        max_categories=max_categories,
        most_codes=most_codes,
        text_features=text_features,
    )
    one_hot = treatment.codes == "one_hot"
    return replace(treatment, max_categories=max_one_hot) if one_hot else treatment


def _check_choice(parameter: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"Unknown {parameter} {value!r}: use one of {', '.join(allowed)}.")


def _check_number(parameter: str, value: int, low: int, high: int | None) -> None:
    if value < low or (high is not None and value > high):
        limits = f"at least {low}" if high is None else f"from {low} to {high}"
        raise InputError(f"`{parameter}` is {value}, and must be {limits}.")
