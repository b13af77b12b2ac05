"""Folds that are cut as the test rows were."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from components.shared.folds.cutting import cut_folds
from components.shared.folds.fold_features import LeftOut, read_raw_table

TARGET = np.array(["a", "b"] * 30, dtype=object)


def test_a_fold_of_times_is_judged_by_later_rows() -> None:
    """No row is fitted on that is as late as one to judge by."""
    days = pd.Series(np.random.default_rng(0).integers(0, 25, len(TARGET)))
    folds = cut_folds(TARGET, "binary", 0, times=days)
    assert len(folds) == 5
    for fitted, judged in folds:
        assert days[fitted].max() < days[judged].min()


def test_no_entity_is_on_both_sides() -> None:
    """Rows of one customer are fitted on, or judged by."""
    customers = np.arange(len(TARGET)) % 13
    folds = cut_folds(TARGET, "binary", 0, entities=customers)
    assert len(folds) == 5
    for fitted, judged in folds:
        assert not set(customers[fitted]) & set(customers[judged])


def test_each_fold_has_its_share_of_a_class() -> None:
    """A class of a sixth of the rows is a sixth of each side."""
    target = np.array(["rare" if i % 6 == 0 else "usual" for i in range(60)], dtype=object)
    for _, judged in cut_folds(target, "binary", 0):
        assert list(target[judged]).count("rare") == 2


@pytest.mark.parametrize("rare", [1, 2, 3])
def test_a_rare_class_makes_no_fewer_folds(rare: int) -> None:
    """Each fold learns from most rows, and each row is judged once."""
    target = np.array(["rare"] * rare + ["a", "b"] * 20, dtype=object)
    folds = cut_folds(target, "multiclass", 0)
    assert len(folds) == 5
    assert sorted(np.concatenate([judged for _, judged in folds])) == list(range(len(target)))
    assert all(len(fitted) >= 0.75 * len(target) for fitted, _ in folds)


def test_classes_of_one_row_each_are_not_folded() -> None:
    """Nothing could be learnt of any."""
    assert cut_folds(np.array(["a", "b", "c"], dtype=object), "multiclass", 0) == []


def test_features_of_a_fold_know_nothing_of_the_rows_to_judge_by(tmp_path: Path) -> None:
    """Other targets of the judged rows leave every feature as it is."""
    rng = np.random.default_rng(0)
    towns = [f"town {rng.integers(40)}" for _ in range(400)]
    fold = (np.arange(300), np.arange(300, 400))
    made = []
    for last in (0.0, 1000.0):
        target = np.where(np.arange(400) < 300, np.arange(400) % 7, last)
        pl.DataFrame({"town": towns, "y": target}).write_parquet(tmp_path / "t.parquet")
        raw = read_raw_table(
            tmp_path / "t.parquet", pl.Series("y", target), "regression", "trees", LeftOut(),
            (target, None),
        )  # fmt: skip
        assert raw.plan.encodings == {"town": "target means"}
        made.append(raw.features(fold))
    assert np.array_equal(made[0].fitted.features, made[1].fitted.features)
    assert np.array_equal(made[0].judged, made[1].judged)
