"""Choosing what to do with columns."""

import numpy as np
import pandas as pd
import pytest

from components.shared.features.feature_plan import FeaturePlan
from components.shared.features.transforms import build_transformer
from components.shared.features.treatments import choose_treatment
from components.shared.models.description import InputColumn

FRAME = pd.DataFrame(
    {
        "n": [1.0, 2.0, np.nan, 3.0],
        "b": [True, False, True, True],
        "s": pd.Categorical(["x", "y", None, "x"]),
    }
)
PLAN = FeaturePlan(
    (
        InputColumn("n", "float", nullable=True),
        InputColumn("b", "boolean", nullable=False),
        InputColumn("s", "string", nullable=True),
    ),
    (),
    4,
    {"s": "codes"},
)


@pytest.mark.parametrize(
    ("family", "expected"),
    [("trees", ("ordinal", "none", "none")), ("linear", ("one_hot", "standard", "median"))],
)
def test_auto_goes_by_the_family(family: str, expected: tuple[str, str, str]) -> None:
    """Trees take columns nearly as they are; linear estimators need more done."""
    chosen = choose_treatment(family)  # type: ignore[arg-type]
    assert (chosen.encoding, chosen.scaling, chosen.imputation) == expected


@pytest.mark.parametrize("scaling", ["standard", "robust"])
@pytest.mark.parametrize("imputation", ["mean", "median"])
def test_what_is_asked_for_is_done_for_trees_too(scaling: str, imputation: str) -> None:
    """A user may have numbers imputed and scaled for any estimator."""
    treatment = choose_treatment("trees", scaling=scaling, imputation=imputation)
    numbers = build_transformer(PLAN, treatment, {}).fit_transform(FRAME)[:, 0]
    np.testing.assert_allclose(numbers[2], 0.0, atol=1e-12)


@pytest.mark.parametrize("family", ["trees", "linear"])
@pytest.mark.parametrize(
    "rows",
    [
        pd.DataFrame(
            {
                "n": pd.array([1, None], dtype="Int64"),
                "b": pd.array([True, None], dtype="boolean"),
                "s": pd.array(["x", None], dtype="string"),
            }
        ),
        pd.DataFrame({"n": [1, None], "b": [True, None], "s": ["x", None]}, dtype=object),
        pd.DataFrame({"n": [1.0, np.nan], "b": [1.0, np.nan], "s": ["x", np.nan]}),
        pd.DataFrame({"n": ["1", None], "b": [1, None], "s": pd.Categorical(["x", None])}),
    ],
    ids=["nullable", "objects", "floats", "strings"],
)
def test_rows_come_in_every_form_that_pandas_has(family: str, rows: pd.DataFrame) -> None:
    """Missing values are missing, and numbers numbers, whatever type pandas gave them."""
    treatment = choose_treatment(family, min_frequency=1)  # type: ignore[arg-type]
    transformer = build_transformer(PLAN, treatment, {}).fit(FRAME)
    plain = pd.DataFrame({"n": [1.0, np.nan], "b": [1.0, np.nan], "s": ["x", None]})
    np.testing.assert_array_equal(transformer.transform(rows), transformer.transform(plain))


@pytest.mark.parametrize("family", ["trees", "linear"])
def test_a_batch_without_any_string_is_missing(family: str) -> None:
    """A string column that pandas took for floats, all of them NaN, counts as missing."""
    treatment = choose_treatment(family, min_frequency=1)  # type: ignore[arg-type]
    transformer = build_transformer(PLAN, treatment, {}).fit(FRAME)
    missing = FRAME.assign(s=np.nan)
    as_objects = FRAME.assign(s=pd.Series([None] * 4, dtype=object))
    np.testing.assert_array_equal(transformer.transform(missing), transformer.transform(as_objects))


def test_unseen_strings_are_no_known_category() -> None:
    """One-hot codes of a string never seen are all 0 where no category was infrequent."""
    treatment = choose_treatment("linear", min_frequency=1)
    transformer = build_transformer(PLAN, treatment, {}).fit(FRAME)
    codes = transformer.transform(FRAME.assign(s="new"))[:, 2:]
    assert codes.sum() == 0
