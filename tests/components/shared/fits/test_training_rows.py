"""Reading what an estimator is fitted on."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from components.shared.errors import InputError
from components.shared.features.preprocessors import PreprocessorDescription
from components.shared.fits.training_rows import TrainingRows, read_training_rows


def read(folder: Path, target: Any, task: str = "binary", weights: Any = None) -> TrainingRows:
    """Read a features file with one feature."""
    path = folder / "features.parquet"
    columns = {"x": [float(i) for i in range(len(target))], "y": target}
    if weights is not None:
        columns["w"] = weights
    pl.DataFrame(columns, strict=False).write_parquet(path)
    description = PreprocessorDescription(
        target="y",
        sample_weight_column=None if weights is None else "w",
        treatment={},
        inputs=(),
        dropped=(),
        encodings={},
        features=("x",),
        codes={},
        rows=len(target),
        versions={},
    )
    return read_training_rows(path, description, task)


@pytest.mark.parametrize(
    ("target", "task", "kind"),
    [
        (["b", "a"], "binary", "O"),
        ([True, False], "binary", "b"),
        ([1, 2, 3], "multiclass", "i"),
        ([1, 2, 3], "regression", "f"),
    ],
)
def test_target_keeps_its_labels(tmp_path: Path, target: list[Any], task: str, kind: str) -> None:
    """Classes keep their own type; numbers to regress on are floats."""
    rows = read(tmp_path, target, task)
    assert rows.target.dtype.kind == kind
    assert rows.target.tolist() == target
    assert rows.features.shape == (len(target), 1)
    assert rows.weights is None


@pytest.mark.parametrize("target", [["a", None, "b"], [0.0, float("nan"), 1.0]])
def test_missing_targets_are_refused(tmp_path: Path, target: list[Any]) -> None:
    """A row without a target is an error that counts them."""
    with pytest.raises(InputError, match="no value in 1 training rows"):
        read(tmp_path, target)


def test_weights_are_floats(tmp_path: Path) -> None:
    """Weights may be integers, and 0."""
    rows = read(tmp_path, [0, 1], weights=[0, 3])
    np.testing.assert_array_equal(rows.weights, [0.0, 3.0])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -1.0], "negative in 1 row:"),
        ([1.0, None], "missing or infinite in 1 row:"),
        ([1.0, float("inf")], "missing or infinite in 1 row:"),
        ([0.0, 0.0], "all 0"),
        (["a", "b"], "not numbers"),
    ],
)
def test_wrong_weights_are_explained(tmp_path: Path, weights: list[Any], message: str) -> None:
    """Weights are numbers of 0 or more, and not all 0."""
    with pytest.raises(InputError, match=message):
        read(tmp_path, [0, 1], weights=weights)
