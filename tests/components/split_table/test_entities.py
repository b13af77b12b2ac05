"""All rows of one entity are on one side, and stay there."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from components.shared.reports.notes import read_notes
from components.split_table.split import SplitTable, split_table


def visits(customers: int = 400, seed: int = 5) -> pl.DataFrame:
    """Return a table of customers with 1 to 9 rows each, in two shops."""
    random = np.random.default_rng(seed)
    customer = np.repeat(np.arange(customers), random.integers(1, 10, customers))
    random.shuffle(customer)
    return pl.DataFrame(
        {
            "customer": customer,
            "shop": np.where(customer % 2, "north", "south"),
            "spent": random.normal(50, 10, len(customer)).round(2),
            "y": np.where(random.random(len(customer)) < 0.3, "yes", "no"),
        }
    )


def split(
    tmp_path: Path, frame: pl.DataFrame, entity: list[str], **options: Any
) -> tuple[pl.DataFrame, pl.DataFrame, SplitTable]:
    """Split a frame by entity and read both sides."""
    table, train, test = (tmp_path / name for name in ("table", "train", "test"))
    frame.write_parquet(table)
    result = split_table(table, train, test, entity=entity, **options)
    return pl.read_parquet(train), pl.read_parquet(test), result


def told(result: SplitTable, kind: str) -> list[str]:
    """Return the texts of the notes of one kind."""
    return [note.text for note in read_notes(result.test_metadata()) if note.kind == kind]


@pytest.mark.parametrize("entity", [["customer"], ["shop", "customer"]])
def test_an_entity_is_on_one_side(tmp_path: Path, entity: list[str]) -> None:
    """No entity, of one column or several, is on both sides, and no row is lost."""
    frame = visits()
    train, test, result = split(tmp_path, frame, entity, target="y")
    assert not set(train.select(entity).rows()) & set(test.select(entity).rows())
    assert len(train) + len(test) == len(frame)
    metadata = result.test_metadata()
    assert (metadata["strategy"], metadata["entity"]) == ("entity", entity)
    assert metadata["entities"] == test["customer"].n_unique()


def test_entities_stay_as_the_table_grows_and_its_rows_change(tmp_path: Path) -> None:
    """New customers, new rows of old ones and other values of theirs move no customer."""
    frame = visits()
    _, test, _ = split(tmp_path, frame, ["customer"], target="y")
    changed = frame.with_columns(pl.col("spent") + 1, age=pl.col("customer") % 90)
    more = visits(480, seed=6).with_columns(age=pl.lit(7, pl.Int64))
    _, later, _ = split(tmp_path, pl.concat([changed, more]), ["customer"], target="y")
    assert set(later.filter(pl.col("customer") < 400)["customer"]) == set(test["customer"])


@pytest.mark.parametrize("customers", [3, 8, 20, 60, 400])
def test_the_share_of_the_rows_is_near(tmp_path: Path, customers: int) -> None:
    """From 20 entities on, the share is off by a quarter of it at most; who moved is said."""
    for seed in range(10):
        _, test, result = split(tmp_path, visits(customers, seed), ["customer"], seed=seed)
        share = result.test_rows / (result.train_rows + result.test_rows)
        assert test["customer"].n_unique() < customers
        if customers >= 20:
            assert abs(share - 0.2) <= 0.05
        assert f"with {share:.1%} of the rows" in told(result, "assumed")[0]
        moved = any("onto the other side" in text for text in told(result, "warning"))
        assert result.entities is not None
        assert moved == (result.entities.moved > 0)


def test_two_entities_are_on_two_sides(tmp_path: Path) -> None:
    """Where hashes put all entities onto one side, one is moved."""
    frame = pl.DataFrame({"x": range(6), "g": ["a", "b"] * 3})
    for seed in range(8):
        train, test, _ = split(tmp_path, frame, ["g"], seed=seed)
        assert (train["g"].n_unique(), test["g"].n_unique()) == (1, 1)


def test_an_entity_of_most_rows_stays_in_train(tmp_path: Path) -> None:
    """A customer with half of the rows is not tested whatever its hash, and is told of."""
    large = visits().with_columns(
        customer=pl.when(pl.col("spent") < 50).then(-1).otherwise("customer")
    )
    for seed in range(6):
        train, _, result = split(tmp_path, large, ["customer"], seed=seed)
        assert -1 in train["customer"]
        assert abs(result.test_rows / len(large) - 0.2) <= 0.05
        assert any("one entity has" in text for text in told(result, "warning"))


def test_rows_without_an_entity_stay_together(tmp_path: Path) -> None:
    """Whose rows they are is not known: they are on one side, and counted."""
    gaps = visits().with_columns(customer=pl.when(pl.col("customer") > 9).then("customer"))
    train, test, result = split(tmp_path, gaps, ["customer"])
    assert (train["customer"].null_count() == 0) != (test["customer"].null_count() == 0)
    count = gaps["customer"].null_count()
    assert f"{count} rows without a value are taken for one entity" in told(result, "assumed")


def test_a_class_on_one_side_alone_is_told(tmp_path: Path) -> None:
    """Classes are not stratified by entity: one that no train row has is named."""
    frame = visits().with_columns(
        y=pl.when(pl.col("customer") == 7).then(pl.lit("rare")).otherwise("y")
    )
    _, _, result = split(tmp_path, frame, ["customer"], target="y")
    assert any("'rare'" in text and "one side" in text for text in told(result, "warning"))
