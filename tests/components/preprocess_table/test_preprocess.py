"""Preprocessing a table."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from components.preprocess_table.preprocess import PreprocessedTable, preprocess_table
from components.shared.errors import InputError
from components.shared.features.preprocessors import load_preprocessor
from components.shared.reports.notes import read_notes
from components.shared.tables.frames import read_frame
from tests.components.training_tables import bird_strikes


def preprocess(train: Path, target: str, **parameters: Any) -> PreprocessedTable:
    """Preprocess into the folder of the table."""
    folder = train.parent
    return preprocess_table(
        train, folder / "features.parquet", folder / "preprocessor", target, **parameters
    )


def table(folder: Path, **columns: Any) -> Path:
    """Write a table with a target `y`."""
    rows = len(next(iter(columns.values())))
    path = folder / "train.parquet"
    pl.DataFrame({**columns, "y": [i % 2 for i in range(rows)]}).write_parquet(path)
    return path


@pytest.mark.parametrize("estimator", ["hist_gradient_boosting", "linear"])
def test_features_are_what_the_preprocessor_makes_of_raw_rows(
    tmp_path: Path, estimator: str
) -> None:
    """The stored features are what the transformer makes of the rows, but for target means."""
    train = bird_strikes(tmp_path / "train.parquet")
    preprocess(train, "damaged", estimator=estimator)
    loaded = load_preprocessor(tmp_path / "preprocessor")
    names = [name for name in loaded.description.features if not name.endswith("_mean")]
    stored = pl.read_parquet(tmp_path / "features.parquet", columns=names)
    raw = pl.read_parquet(train)
    plain = read_frame(train).astype({c: object for c in raw.columns if raw[c].dtype == pl.String})
    positions = [loaded.description.features.index(name) for name in names]
    made = loaded.transformer.transform(plain)[:, positions]
    np.testing.assert_array_equal(stored.to_numpy(), made)


@pytest.mark.parametrize("estimator", ["hist_gradient_boosting", "linear"])
def test_column_order_and_extra_columns_do_not_matter(tmp_path: Path, estimator: str) -> None:
    """Raw rows may have their columns in another order, and more of them."""
    train = bird_strikes(tmp_path / "train.parquet", rows=500)
    preprocess(train, "damaged", estimator=estimator)
    transformer = load_preprocessor(tmp_path / "preprocessor").transformer
    frame = read_frame(train)
    shuffled = frame[frame.columns[::-1]].assign(more=1)
    np.testing.assert_array_equal(transformer.transform(frame), transformer.transform(shuffled))


def test_target_and_weights_are_copied_as_they_were(tmp_path: Path) -> None:
    """The features end with the target and the weights, which are no features."""
    train = table(tmp_path, age=[1.0, 2.0, 3.0], weight=[1, 2, 3])
    done = preprocess(train, "y", sample_weight_column="weight")
    features = pl.read_parquet(tmp_path / "features.parquet")
    assert features.columns == ["age", "y", "weight"]
    assert features["weight"].to_list() == [1, 2, 3]
    assert done.description.features == ("age",)


@settings(max_examples=15, deadline=None)
@given(target=st.lists(st.sampled_from(["a", "b", "c"]), min_size=60, max_size=60))
@pytest.mark.parametrize("estimator", ["random_forest", "linear"])
def test_target_never_reaches_codes(
    tmp_path_factory: pytest.TempPathFactory, estimator: str, target: list[str]
) -> None:
    """Without target means, the fitted preprocessor is the same whatever the target's values."""
    folder = tmp_path_factory.mktemp("target")
    train = bird_strikes(folder / "train.parquet", rows=60)
    expected = preprocess(train, "damaged", estimator=estimator, min_frequency=2)
    pl.read_parquet(train).with_columns(damaged=pl.Series(target)).write_parquet(train)
    done = preprocess(train, "damaged", estimator=estimator, min_frequency=2)
    assert done.description == expected.description


@pytest.mark.parametrize("estimator", ["hist_gradient_boosting", "linear"])
def test_unfitted_clone_refits_to_the_same(tmp_path: Path, estimator: str) -> None:
    """A clone of the preprocessor, fitted on the same raw rows, transforms as it does."""
    train = bird_strikes(tmp_path / "train.parquet", rows=2000)
    preprocess(train, "damaged", estimator=estimator)
    transformer = load_preprocessor(tmp_path / "preprocessor").transformer
    frame = read_frame(train)
    again = clone(transformer).fit_transform(frame)
    np.testing.assert_allclose(again, transformer.transform(frame))


def test_same_rows_give_the_same_digest(tmp_path: Path) -> None:
    """The digest is that of the content, and another table has another."""
    train = bird_strikes(tmp_path / "train.parquet", rows=300)
    first = preprocess(train, "damaged").digest
    assert preprocess(train, "damaged").digest == first
    bird_strikes(train, rows=301)
    assert preprocess(train, "damaged").digest != first


def test_an_entity_is_no_feature_unless_told(tmp_path: Path) -> None:
    """What tells whose row it is is left out, with its reason; `keep_entity` keeps it."""
    train = table(tmp_path, age=list(range(100)), shop=["north", "south"] * 50)
    done = preprocess(train, "y", entity=["shop"])
    assert [column.name for column in done.description.inputs] == ["age"]
    (note,) = read_notes(done.preprocessor_metadata())
    assert (note.kind, note.text, note.columns) == ("left out", "entity", ("shop",))
    kept = preprocess(train, "y", entity=["shop"], keep_entity=True)
    assert [column.name for column in kept.description.inputs] == ["age", "shop"]


def test_reasons_for_left_out_columns_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Constant, empty, identifier-like and unwanted columns are left out, each with its reason."""
    train = table(
        tmp_path,
        age=list(range(100)),
        customer=[f"C{i}" for i in range(100)],
        review=[f"would buy number {i} again" for i in range(100)],
        country=["NO"] * 100,
        empty=pl.Series([None] * 100, dtype=pl.Float64),
        note=["x", "y"] * 50,
    )
    done = preprocess(train, "y", drop_columns=["note"])
    dropped = done.preprocessor_metadata()["dropped_columns"]
    assert dropped == {
        "note": "named in drop_columns",
        "customer": "looks like an identifier: 100 distinct values in 100 rows",
        "review": "is free text: 100 distinct values in 100 rows, and 4 words that stand in 5 of "
        "them",
        "country": "every row has the same value",
        "empty": "no row has a value",
    }
    assert "left out country: every row has the same value" in capsys.readouterr().out
    told = {note.text: note.columns for note in read_notes(done.preprocessor_metadata())}
    assert told == {
        "drop_columns": ("note",),
        "identifier": ("customer",),
        "free text": ("review",),
        "one value": ("country",),
        "no value": ("empty",),
    }


def test_trees_keep_missing_values_and_linear_estimators_get_none(tmp_path: Path) -> None:
    """Missing numbers stay NaN for trees, and are imputed and scaled for linear estimators."""
    train = table(tmp_path, speed=[1.0, None, 3.0, 5.0], flag=[True, None, False, True])
    preprocess(train, "y")
    trees = pl.read_parquet(tmp_path / "features.parquet")
    assert trees["speed"].is_nan().to_list() == [False, True, False, False]
    assert trees["flag"].fill_nan(-1).to_list() == [1.0, -1.0, 0.0, 1.0]
    preprocess(train, "y", estimator="linear", missing_indicator=True)
    linear = pl.read_parquet(tmp_path / "features.parquet")
    assert linear["speed"].mean() == pytest.approx(0.0)
    assert "missingindicator_speed" in linear.columns
    assert not linear.select(pl.all().is_nan().any()).row(0).count(True)


def test_rare_strings_share_a_code_and_unseen_ones_are_missing(tmp_path: Path) -> None:
    """Frequent strings get codes of their own; rare ones share one; unseen ones become NaN."""
    train = table(tmp_path, color=["red"] * 3 + ["blue"] * 2 + ["mauve", "teal", None])
    done = preprocess(train, "y", min_frequency=2)
    transformer = load_preprocessor(tmp_path / "preprocessor").transformer
    rows = pd.DataFrame({"color": ["blue", "red", "mauve", "teal", "new", None]})
    codes = transformer.transform(rows)[:, 0]
    np.testing.assert_array_equal(codes, [0.0, 1.0, 2.0, 2.0, np.nan, np.nan])
    assert done.description.codes == {"color": 3}


def test_dates_are_expanded(tmp_path: Path) -> None:
    """A date column becomes calendar features, a datetime column has the hour besides."""
    train = table(
        tmp_path,
        day=[date(2024, 2, 29), None, date(2023, 1, 1)],
        at=[datetime(2024, 2, 29, 18, 30), datetime(2020, 1, 1), None],
    )
    done = preprocess(train, "y")
    features = pl.read_parquet(tmp_path / "features.parquet")
    assert features["day_day_of_year"].fill_nan(-1).to_list() == [60.0, -1.0, 1.0]
    assert features["at_hour"].fill_nan(-1).to_list() == [18.5, 0.0, -1.0]
    assert "day_hour" not in done.description.features


def test_feature_names_are_distinct(tmp_path: Path) -> None:
    """Names that would meet get a number: of features, and of a feature and the target."""
    path = tmp_path / "train.parquet"
    pl.DataFrame({"y": [0, 1], "a": ["b_c", "x"], "a_b": ["c", "x"]}).rename(
        {"y": "a_x"}
    ).write_parquet(path)
    done = preprocess(path, "a_x", encoding="one_hot", min_frequency=1)
    assert done.description.features == ("a_b_c", "a_x#2", "a_b_c#2", "a_b_x")


def test_description_tells_what_was_done(tmp_path: Path) -> None:
    """preprocessor.json holds inputs with types, outputs, codes, and the digest of the pickle."""
    train = table(tmp_path, age=[1, 2, None], color=["a", "b", "a"])
    preprocess(train, "y", min_frequency=1)
    text = (tmp_path / "preprocessor" / "preprocessor.json").read_text()
    described = json.loads(text)
    assert described["inputs"] == [
        {"name": "age", "nullable": True, "type": "integer"},
        {"name": "color", "nullable": False, "type": "string"},
    ]
    assert described["features"] == ["age", "color"]
    assert described["codes"] == {"color": 2}
    assert set(described["files"]) == {"preprocessor.joblib"}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"target": "Y"}, "Did you mean 'y'"),
        ({"drop_columns": ["agee"]}, "Did you mean 'age'"),
        ({"entity": ["agee"]}, "parameter `entity`.*Did you mean 'age'"),
        ({"sample_weight_column": "w"}, "sample_weight_column"),
        ({"drop_columns": ["y"]}, "both the target and in drop_columns"),
        ({"drop_columns": ["age", "color"]}, "No column is left"),
        ({"estimator": "xgboost"}, "no estimator 'xgboost'"),
        ({"encoding": "onehot"}, "Unknown encoding 'onehot': use one of auto, ordinal, one_hot"),
        ({"encoding": "ordinal", "estimator": "ridge"}, "order of ordinal codes"),
        ({"imputation": "none", "estimator": "ridge"}, "some in age"),
        ({"missing_indicator": True}, "goes with imputed values"),
        ({"max_categories": 300}, "from 2 to 254"),
        ({"min_frequency": 0}, "at least 1"),
        ({"identifier_share": 0.0}, "above 0"),
    ],
)
def test_mistakes_are_explained(tmp_path: Path, parameters: dict[str, Any], message: str) -> None:
    """A wrong parameter is one clear error, and nothing is written."""
    train = table(tmp_path, age=[1, None, 3], color=["a", "b", "a"])
    with pytest.raises(InputError, match=message):
        preprocess(train, **{"target": "y", **parameters})
    assert not (tmp_path / "features.parquet").exists()


def test_infinite_numbers_are_refused(tmp_path: Path) -> None:
    """A column with an infinite number is named, with the number of rows."""
    train = table(tmp_path, age=[1.0, float("inf"), 3.0])
    with pytest.raises(InputError, match="'age' is infinite in 1 row:"):
        preprocess(train, "y")
