"""Columns of many strings, and of texts."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from components.preprocess_table.preprocess import PreprocessedTable, preprocess_table
from components.shared.errors import InputError
from components.shared.features.preprocessors import load_preprocessor
from components.shared.reports.notes import read_notes

WORDS = [
    *("late", "early", "cold", "warm", "loud", "calm", "full", "empty"),
    *("clean", "dirty", "new", "old", "cheap", "dear", "kind", "rude"),
]
ROWS = 1200


def strings() -> pl.DataFrame:
    """Return rows with 300 cities that tell nothing, and texts whose words tell the target."""
    rng = np.random.default_rng(0)
    bad = rng.random(ROWS) < 0.4
    words = [rng.choice(WORDS[: 8 if each else 12], 3) for each in bad]
    return pl.DataFrame(
        {
            "city": [f"city {n}" for n in rng.integers(0, 300, ROWS)],
            "comment": [f"{' '.join(three)} {n}" for n, three in enumerate(words)],
            "id": [f"C{n}" for n in range(ROWS)],
            "y": np.where(bad, "no", "yes"),
        }
    ).with_columns(city=pl.when(pl.int_range(pl.len()) % 50 > 0).then("city"))


def preprocess(folder: Path, table: pl.DataFrame, **parameters: Any) -> PreprocessedTable:
    """Preprocess a table in a folder."""
    table.write_parquet(folder / "train.parquet")
    return preprocess_table(
        folder / "train.parquet",
        folder / "features.parquet",
        folder / "preprocessor",
        "y",
        **parameters,
    )


def features(folder: Path) -> pl.DataFrame:
    """Return the features as written."""
    return pl.read_parquet(folder / "features.parquet")


@pytest.mark.parametrize("estimator", ["hist_gradient_boosting", "linear"])
def test_the_user_is_told_what_strings_are_used_as(tmp_path: Path, estimator: str) -> None:
    """Notes name the columns that become target means and words, and the identifiers left out."""
    done = preprocess(tmp_path, strings(), estimator=estimator)
    told = {(n.kind, n.text): n.columns for n in read_notes(done.preprocessor_metadata())}
    assert told == {
        ("left out", "identifier"): ("id",),
        ("used as", "codes and target means"): ("city",),
        ("used as", "words"): ("comment",),
    }
    assert "comment_topic_1" in done.description.features
    assert "city_mean" in done.description.features


def test_no_row_sees_its_own_target(tmp_path: Path) -> None:
    """Means of cities that tell nothing tell nothing of the rows that they were learnt from."""
    preprocess(tmp_path, strings(), encoding="target")
    found = features(tmp_path)
    means, is_yes = found["city_mean"].to_numpy(), (found["y"] == "yes").to_numpy()
    fitted = load_preprocessor(tmp_path / "preprocessor").transformer
    naive = fitted.transform(strings().to_pandas())[:, found.columns.index("city_mean")]
    assert np.corrcoef(naive, is_yes)[0, 1] > 0.35
    assert abs(np.corrcoef(means, is_yes)[0, 1]) < 0.1


@pytest.mark.parametrize("estimator", ["hist_gradient_boosting", "linear"])
def test_strings_of_the_same_rows_give_the_same_digest(tmp_path: Path, estimator: str) -> None:
    """Means, words and topics are the same bytes each time."""
    first = preprocess(tmp_path, strings(), estimator=estimator)
    assert preprocess(tmp_path, strings(), estimator=estimator).digest == first.digest


def test_unknown_and_missing_strings_have_a_mean_too(tmp_path: Path) -> None:
    """A city never seen has the mean of rare ones, a missing one that of missing ones."""
    preprocess(tmp_path, strings(), encoding="target")
    loaded = load_preprocessor(tmp_path / "preprocessor")
    rows = pd.DataFrame(
        {
            "city": pd.Series(["nowhere", None, np.nan, pd.NA, "city 7"], dtype=object),
            "comment": pd.Series([None, np.nan, pd.NA, "", "cold and new"], dtype=object),
        }
    )
    made = loaded.transformer.transform(rows)
    means = made[:, loaded.description.features.index("city_mean")]
    topics = made[:, loaded.description.features.index("comment_topic_1")]
    assert not np.isnan(made).any()
    assert means[1] == means[2] == means[3]
    assert len({means[0], means[1], means[4]}) == 3
    assert topics[:4].tolist() == [0.0] * 4
    assert topics[4] > 0


def test_classes_have_a_mean_each(tmp_path: Path) -> None:
    """A target of three classes gives each city the share of each of them."""
    table = strings().with_columns(y=pl.Series(["a", "b", "c", "b"] * (ROWS // 4)))
    preprocess(tmp_path, table, encoding="target")
    found = features(tmp_path).select(r"^city_.*_mean$")
    assert found.columns == ["city_a_mean", "city_b_mean", "city_c_mean"]
    assert found.mean().row(0) == pytest.approx((0.25, 0.5, 0.25), abs=0.05)


@pytest.mark.parametrize("classes", [11, 600])
def test_targets_of_many_classes_leave_codes(tmp_path: Path, classes: int) -> None:
    """A mean for each of many classes would be many columns: cities stay codes."""
    table = strings().with_columns(y=pl.Series([f"class {n % classes}" for n in range(ROWS)]))
    done = preprocess(tmp_path, table, text_features=0)
    assert done.description.encodings == {"city": "codes"}
    with pytest.raises(InputError, match=r"cannot become target means.*more than 10 classes"):
        preprocess(tmp_path, table, encoding="target")


def test_a_model_of_strings_stays_small(tmp_path: Path) -> None:
    """However many cities and words there are, only 10,000 and 5,000 of them are kept."""
    rng = np.random.default_rng(1)
    rows = 60_000
    table = pl.DataFrame(
        {
            "city": [f"a city with the number {n}" for n in rng.permutation(rows) // 3],
            "comment": [
                " ".join(f"word{n}" for n in row) for row in rng.integers(0, 20_000, (rows, 6))
            ],
            "y": rng.normal(size=rows),
        }
    )
    preprocess(tmp_path, table, encoding="target")
    assert (tmp_path / "preprocessor" / "preprocessor.joblib").stat().st_size < 3_000_000


def test_texts_can_be_left_out(tmp_path: Path) -> None:
    """Without numbers for texts, a column of them is left out, and said."""
    done = preprocess(tmp_path, strings(), text_features=0)
    assert "comment" in {column["name"] for column in done.description.dropped}
