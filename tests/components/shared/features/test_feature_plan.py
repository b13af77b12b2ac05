"""Deciding which columns become features."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components.shared.errors import InputError
from components.shared.features.feature_plan import FeaturePlan, plan_features
from components.shared.features.treatments import choose_treatment
from tests.components.training_tables import bird_strikes

TREES = choose_treatment("trees")


def plan(folder: Path, **columns: Any) -> FeaturePlan:
    """Plan for a table with a target `y`."""
    path = folder / "train.parquet"
    pl.DataFrame(columns).with_columns(y=pl.int_range(pl.len()) % 2).write_parquet(path)
    return plan_features(path, "y", TREES)


def test_every_column_of_a_real_table_is_planned(tmp_path: Path) -> None:
    """Types and gaps of a real table are found, and its target is not among the features."""
    found = plan_features(bird_strikes(tmp_path / "train.parquet"), "damaged", TREES)
    assert found.numeric == ["speed_knots"]
    assert found.names("date") == ["flight_date"]
    assert "damaged" not in found.names("string")
    assert [column.name for column in found.inputs if column.nullable].count("speed_knots") == 1


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (["a"] * 60, False),
        (["a"] * 59 + [None], True),
        ([True] * 60, False),
        ([float("nan")] * 60, False),
        ([1.0] * 59 + [float("nan")], True),
        ([f"{i}" for i in range(60)], False),
        ([f"{i}" for i in range(30)] * 2, True),
        ([f"{i}" for i in range(45)] + [None] * 15, True),
        (list(range(60)), True),
        (pl.Series([None] * 60, dtype=pl.String), False),
    ],
)
def test_columns_that_teach_nothing_are_dropped(tmp_path: Path, values: Any, kept: bool) -> None:
    """Constant, empty and near-unique string columns go; gaps, and unique numbers, stay."""
    found = plan(tmp_path, x=values, other=list(range(60)))
    assert ("x" in [column.name for column in found.inputs]) is kept
    assert ("x" in [column.name for column in found.dropped]) is not kept


def test_target_may_not_be_the_weights(tmp_path: Path) -> None:
    """One column cannot be both."""
    path = tmp_path / "train.parquet"
    pl.DataFrame({"x": [1, 2], "y": [0, 1]}).write_parquet(path)
    with pytest.raises(InputError, match="both the target and the sample_weight_column"):
        plan_features(path, "y", TREES, sample_weight_column="y")


def test_nothing_left_is_explained_by_column(tmp_path: Path) -> None:
    """Where no column is left, each one's reason is told."""
    with pytest.raises(InputError, match="x: every row has the same value"):
        plan(tmp_path, x=[1, 1, 1])


def texts_of(count: int, words: str) -> list[str]:
    """Return different texts, each with some of these words."""
    known = words.split()
    return [
        f"no {i} {known[i % len(known)]} and {known[i // 7 % len(known)]}" for i in range(count)
    ]


@pytest.mark.parametrize(
    ("values", "encoding"),
    [
        ([f"{i % 32}" for i in range(640)], "codes"),
        ([f"{i % 33}" for i in range(640)], "target means"),
        ([f"{i % 255}" for i in range(640)], "codes and target means"),
        (texts_of(640, "good bad late soon cold warm dear free old new kind rude"), "words"),
        (texts_of(640, "good bad"), None),
        ([f"Main Street {i}" for i in range(640)], None),
        ([f"A-{i}" for i in range(640)], None),
    ],
)
def test_strings_become_what_their_values_suit(
    tmp_path: Path, values: list[str], encoding: str | None
) -> None:
    """Few strings are codes, many target means, texts words; identifiers, and others, are out."""
    found = plan(tmp_path, x=values, other=list(range(640)))
    assert found.encodings.get("x") == encoding
    assert ("x" in {column.name for column in found.dropped}) is (encoding is None)
