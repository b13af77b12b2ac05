"""Rows as they come to a model."""

import csv
import json
import warnings
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.preprocess_table.preprocess import preprocess_table
from components.shared.errors import InputError
from components.shared.features.raw_rows import ColumnReader, RawRows
from components.shared.models.folders import load_model
from components.shared.tables.frames import read_frame
from components.shared.tables.readings import Reading, TableReadings, parquet_metadata
from components.shared.tables.typed_texts import read_texts
from components.train_model.train import train_model

ROWS = 240
READINGS = (
    Reading("amount", "float", decimal=",", unit="€"),
    Reading("when", "date", order="day first"),
    Reading("member", "boolean"),
    Reading("grade", "string"),
    Reading("zip", "string"),
    Reading("count", "integer"),
    Reading("route", "string"),
    Reading("remark", "string"),
)
WORDS = [
    *("late", "early", "cold", "warm", "loud", "calm", "full", "empty"),
    *("clean", "dirty", "new", "old", "cheap", "dear", "kind", "rude"),
]


@dataclass(frozen=True)
class Trained:
    """A trained model, and the training rows as texts and as they were ingested."""

    pipeline: Any
    csv: Path
    parquet: Path


@pytest.fixture(scope="module", params=["hist_gradient_boosting", "linear"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train on a table with D/M/Y dates, decimal commas, booleans, codes, texts and gaps."""
    folder = tmp_path_factory.mktemp("raw")
    rng = np.random.default_rng(0)
    days = [date(2023, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 700, ROWS)]
    amount = rng.normal(1500, 900, ROWS)
    grades = rng.choice(["1", "2", "3", "4", "K"], ROWS)
    texts: dict[str, list[str]] = {
        "amount": [f"{a:.2f} €".replace(".", ",") for a in amount],
        "when": [f"{d:%d/%m/%Y}" for d in days],
        "member": rng.choice(["True", "False", ""], ROWS).tolist(),
        "grade": grades.tolist(),
        "zip": rng.choice(["02116", "10001", "00501", "94110"], ROWS).tolist(),
        "count": [str(n) if n else "NA" for n in rng.integers(0, 9, ROWS)],
        "route": [f"{n:03}" if n else "" for n in rng.integers(0, 60, ROWS)],
        "remark": [
            f"{rng.choice(WORDS)} and {rng.choice(WORDS)}, seat {n}" if n % 9 else ""
            for n in range(ROWS)
        ],
    }
    label = (amount > 1500) ^ (grades == "K") ^ np.array([d.day < 10 for d in days])
    table = pl.DataFrame([read_texts(pl.Series(r.column, texts[r.column]), r) for r in READINGS])
    table = table.with_columns(y=pl.Series(np.where(label, "yes", "no")))
    readings = TableReadings({reading.column: reading for reading in READINGS})
    parquet = folder / "train.parquet"
    table.write_parquet(parquet, metadata=parquet_metadata(readings))
    pl.DataFrame(texts).write_csv(folder / "train.csv", separator=";")
    preprocess_table(
        parquet, folder / "features", folder / "preprocessor", "y", estimator=request.param
    )
    arguments = (folder / "features", folder / "preprocessor", folder / "model", "y")
    train_model(parquet, *arguments, estimator=request.param)
    return Trained(load_model(folder / "model").pipeline, folder / "train.csv", parquet)


def as_texts(trained: Trained) -> pd.DataFrame:
    """Read the CSV file as texts, gaps as empty ones."""
    return pd.read_csv(trained.csv, sep=";", dtype=str, keep_default_na=False)


def test_rows_of_every_form_give_the_same_predictions(trained: Trained) -> None:
    """By pandas, our ingestion, csv, JSON and Polars, the training rows are the same rows."""
    expected = trained.pipeline.predict_proba(read_frame(trained.parquet))
    with trained.csv.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file, delimiter=";"))
    typed = pl.read_parquet(trained.parquet).drop("y")
    forms = {
        "pandas.read_csv": pd.read_csv(trained.csv, sep=";", dtype={"zip": str, "route": str}),
        "pandas, codes read as numbers": pd.read_csv(trained.csv, sep=";"),
        "texts": as_texts(trained),
        "csv.DictReader": records,
        "JSON of texts": json.loads(json.dumps(records)),
        "JSON of values": json.loads(typed.with_columns(pl.col("when").cast(str)).write_json()),
        "polars": typed,
        "polars.read_csv": pl.read_csv(trained.csv, separator=";"),
        "columns": typed.to_dict(as_series=False),
        "polars, lazy": typed.lazy(),
        "pandas, categories": as_texts(trained).astype("category"),
        "pandas, nullable": pd.DataFrame(typed.to_dicts()).convert_dtypes(),
    }
    for form, rows in forms.items():
        found = trained.pipeline.predict_proba(rows)
        np.testing.assert_array_equal(found, expected, err_msg=form)


def test_one_record_is_a_row(trained: Trained) -> None:
    """A mapping of single values is one row."""
    record = as_texts(trained).iloc[0].to_dict()
    expected = trained.pipeline.predict_proba(read_frame(trained.parquet))[:1]
    np.testing.assert_allclose(trained.pipeline.predict_proba(record), expected, rtol=1e-12)


def test_a_batch_without_the_letter_has_numbers_for_codes(trained: Trained) -> None:
    """Codes that a batch without K holds as integers or floats are the texts of training."""
    rows = as_texts(trained)
    batch = rows[rows["grade"] != "K"]
    expected = trained.pipeline.predict_proba(batch)
    for kind in ("int64", "float64", "Int32", "category"):
        numbers = batch["grade"].astype("int64").astype(kind)
        found = trained.pipeline.predict_proba(batch.assign(grade=numbers))
        np.testing.assert_array_equal(found, expected, err_msg=kind)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("amount", "many", "'amount' has the value 'many'"),
        ("amount", pd.Timestamp("2024-01-01"), "'amount' has the value Timestamp"),
        ("when", "13/13/2023", "'when' has the value '13/13/2023'"),
        ("when", 20230101, "'when' has the value 20230101"),
        ("member", "perhaps", "'member' has the value 'perhaps'"),
        ("member", 2, "'member' has the value 2"),
        ("grade", pd.Timestamp("2024-01-01"), "'grade' has the value Timestamp"),
        ("grade", True, "'grade' has the value True"),
        ("count", [1], r"'count' has the value \[1\]"),
        ("count", float("inf"), "'count' is infinite in row 1"),
        ("remark", 5, "'remark' has the value 5"),
    ],
)
def test_a_value_that_cannot_be_is_named(
    trained: Trained, column: str, value: object, message: str
) -> None:
    """What a column could not have had in training ends in an error, and is not unknown or 0."""
    record = {**as_texts(trained).iloc[0].to_dict(), column: value}
    with pytest.raises(InputError, match=message):
        trained.pipeline.predict([record])


def test_a_number_for_a_text_is_refused() -> None:
    """A column that never held a number cannot have one now: it is another column."""
    reader = RawRows([ColumnReader("city", "string")])
    with pytest.raises(InputError, match=r"'city' has the value 3\b"):
        reader.transform(pd.DataFrame({"city": [3, 4]}))


def test_two_spellings_of_a_number_are_not_guessed() -> None:
    """Where training had 7 and 07, the number 7 is neither."""
    reader = RawRows([ColumnReader("code", "string", texts=("7", "07", "08"))])
    assert reader.transform(pd.DataFrame({"code": [8.0]}))["code"].tolist() == ["08"]
    with pytest.raises(InputError, match="'code' has the value 7"):
        reader.transform(pd.DataFrame({"code": [8, 7]}))


def test_points_that_part_thousands_are_not_decimal_ones() -> None:
    """2.984 was 2984 in training: a reader that made 2.984 of it is found out."""
    reading = Reading("sold", "integer", decimal=",")
    reader = RawRows([ColumnReader("sold", "integer", reading)])
    assert reader.transform([{"sold": "2.984"}])["sold"].tolist() == [2984.0]
    with pytest.raises(InputError, match=r"'sold' has the value 2\.984.*row 2"):
        reader.transform(pd.DataFrame({"sold": [445.0, 2.984]}))


@pytest.mark.parametrize(
    "values",
    [["-999", "1"], ["-999.0", "1"], ["(999)", "1"], [-999, 1], [-999.0, 1.0], [-999, "1"]],
)
def test_a_number_that_stands_for_a_missing_value_does_so_in_every_type(values: list[Any]) -> None:
    """What the user named as missing is missing as text, as whole number and as float."""
    reader = RawRows([ColumnReader("n", "integer", Reading("n", "integer", missing=("-999",)))])
    read = reader.transform(pd.DataFrame({"n": values}))["n"]
    assert read.isna().tolist() == [True, False]


@pytest.mark.parametrize(
    "values",
    [["01/01/1900", "02/01/2024"], ["1900-01-01", "2024-01-02"], [date(1900, 1, 1), None]],
)
def test_a_date_that_stands_for_a_missing_value_does_so_in_every_form(values: list[Any]) -> None:
    """A date that the user named as missing is missing however it is written."""
    reading = Reading("d", "date", order="day first", missing=("01/01/1900",))
    rows = RawRows([ColumnReader("d", "date", reading)])
    for given_values in (values, pd.to_datetime(pd.Series(values), dayfirst=True, format="mixed")):
        assert rows.transform(pd.DataFrame({"d": given_values}))["d"].isna()[0]


@pytest.mark.parametrize("value", ["7:05", time(7, 5), "1970-01-01 07:05:00"])
def test_a_time_of_day_is_read_in_every_form(value: Any) -> None:
    """As the text of training, as Python's type, which Parquet has, and as it was read."""
    reading = Reading("t", "datetime", order="time of day")
    read = RawRows([ColumnReader("t", "datetime", reading)]).transform([{"t": value}])
    assert read["t"].to_list() == [pd.Timestamp("1970-01-01 07:05")]


def test_words_that_training_had_for_missing_values_are_missing() -> None:
    """However many there are, without a warning."""
    reader = ColumnReader("n", "integer", Reading("n", "integer", missing=("unknown",)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = RawRows([reader]).transform({"n": ["unknown", "unknown", "3"]})["n"]
    assert read.isna().tolist() == [True, True, False]


def test_few_strays_are_missing_as_in_training_and_said() -> None:
    """One value of a hundred that is no number counts as missing, with a warning that names it."""
    reader = RawRows([ColumnReader("n", "float")])
    values = [str(number) for number in range(99)] + ["oops"]
    with pytest.warns(UserWarning, match=r"'n'.*'oops' in row 100"):
        read = reader.transform({"n": values})["n"]
    assert read.isna().tolist() == [False] * 99 + [True]


def test_missing_columns_and_no_rows_are_said(trained: Trained) -> None:
    """Without rows or a column there is an error that says so."""
    rows = as_texts(trained)
    with pytest.raises(InputError, match="There are no rows to predict"):
        trained.pipeline.predict(rows.head(0))
    with pytest.raises(InputError, match="lack 1 of the model's 8 columns: zip"):
        trained.pipeline.predict(rows.drop(columns="zip"))


@pytest.mark.parametrize(
    "rows",
    [None, "amount", 5, [[1, 2]], ["amount"], np.zeros((2, 8)), [None], pd.Series([1.0])],
    ids=lambda rows: type(rows).__name__,
)
def test_rows_without_names_are_refused(trained: Trained, rows: Any) -> None:
    """What has no names of columns is one error that says what to give."""
    with pytest.raises(InputError, match="is not rows with names: give a pandas or Polars frame"):
        trained.pipeline.predict(rows)


def test_a_column_that_is_there_twice_is_named(trained: Trained) -> None:
    """Two columns of the same name are not guessed between."""
    rows = as_texts(trained)
    with pytest.raises(InputError, match="more than one column 'zip'"):
        trained.pipeline.predict(pd.concat([rows, rows[["zip"]]], axis=1))


def test_columns_of_other_lengths_are_refused(trained: Trained) -> None:
    """A mapping whose columns do not make rows is an error, not one of a library."""
    columns = as_texts(trained).to_dict("list")
    with pytest.raises(InputError, match="do not make rows"):
        trained.pipeline.predict({**columns, "zip": columns["zip"][:3]})


def test_typed_columns_are_not_copied(trained: Trained) -> None:
    """Rows that are as in training pass through as they are: prediction costs nothing more."""
    frame = read_frame(trained.parquet)
    assert trained.pipeline.named_steps["read"].transform(frame) is frame


VALUES = {
    "integer": st.integers(-1000, 1000),
    "float": st.floats(-1e6, 1e6).map(lambda value: round(value, 3)),
    "boolean": st.booleans(),
    "date": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
}
FORMS: dict[str, list[Any]] = {
    "integer": ["int64", "Int64", "float64", "object", str],
    "float": ["float64", "Float64", "object", str],
    "boolean": ["bool", "boolean", "float64", "int64", "object", str],
    "date": ["datetime64[us]", "datetime64[ns]", "datetime64[us, UTC]", "object", str],
}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(VALUES)))
def test_a_column_is_the_same_in_every_type_that_can_hold_it(
    data: st.DataObject, kind: str
) -> None:
    """Integers, floats, nullable types, objects and texts of the same values are read alike."""
    values = data.draw(st.lists(VALUES[kind], min_size=1, max_size=20))
    reader = RawRows([ColumnReader("x", kind)])  # type: ignore[arg-type]
    plain = pd.Series(values, dtype="object")
    expected = None
    for form in FORMS[kind]:
        column = plain.map(str) if form is str else plain.astype(form)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read = reader.transform(pd.DataFrame({"x": column}))["x"]
        found = pd.to_datetime(read) if kind == "date" else read.astype("float64")
        expected = found if expected is None else expected
        assert found.tolist() == expected.tolist(), form
