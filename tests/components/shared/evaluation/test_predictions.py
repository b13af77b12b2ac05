"""Labels beside predictions."""

import numpy as np
import pandas as pd
import pytest

from components.shared.evaluation.positive_class import Label
from components.shared.evaluation.predictions import label_codes


def test_labels_of_text_with_missing_values() -> None:
    """Missing labels get no position; new ones come after the model's classes."""
    column = pd.Series(pd.Categorical(["b", None, "z", "a"]))
    codes, labels = label_codes(column, ["a", "b"])
    assert labels == ("a", "b", "z")
    assert codes.tolist() == [1, -1, 2, 0]


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (np.array([True, False, True]), [False, True]),
        (np.array([1.0, 0.0, 1.0]), [False, True]),
        (np.array([1, 0, 1]), [0, 1]),
        (np.array([1.0, 0.0, 1.0]), [0, 1]),
    ],
)
def test_labels_match_across_number_types(values: np.ndarray, classes: list[Label]) -> None:
    """A column that became float because of missing values still has its classes."""
    codes, labels = label_codes(pd.Series(values), classes)
    assert (codes.tolist(), labels) == ([1, 0, 1], tuple(classes))
