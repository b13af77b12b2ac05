"""A split is reproducible, does not move rows, and has no overlap."""

import datetime
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from sklearn.datasets import load_iris, load_wine

from components.shared.digests import file_digest
from components.shared.errors import InputError
from components.shared.reports.notes import read_notes
from components.shared.tables.files import write_parquet
from components.shared.tables.readings import Reading, TableReadings, table_readings
from components.split_table.split import SplitTable, split_table
from tests.components.model_folders import bundled


def split(
    tmp_path: Path, frame: pl.DataFrame, **options: Any
) -> tuple[pl.DataFrame, pl.DataFrame, SplitTable]:
    """Split a frame and read both sides."""
    table, train, test = (tmp_path / name for name in ("table", "train", "test"))
    frame.write_parquet(table)
    result = split_table(table, train, test, **options)
    return pl.read_parquet(train), pl.read_parquet(test), result


def many_rows(rows: int = 2000) -> pl.DataFrame:
    """Return a table with an id, a class, a group with gaps, and a date with ties."""
    random = np.random.default_rng(7)
    group = pl.Series(random.integers(0, 40, rows)).cast(pl.String)
    return pl.DataFrame(
        {
            "id": range(rows),
            "y": np.where(random.random(rows) < 0.1, "yes", "no"),
            "group": pl.select(pl.when(group != "3").then(group)).to_series(),
            "day": [datetime.date(2024, 1, 1 + day) for day in random.integers(0, 28, rows)],
        }
    )


def test_known_table_has_its_known_split(tmp_path: Path) -> None:
    """No other version of this code or of a library moves a row: this split was written down."""
    frame = pl.DataFrame(
        {
            "i": [1, 2, 3, 4, 5, 6, 7, 8, 9, None],
            "f": [0.5, -1.25, 1e300, None, 0.0, -0.0, 3.0, 1 / 3, 2.0, 7.5],
            "s": ["a", "b", None, "ä", "", "e", "f", "g", "h", "long " * 9],
            "b": [True, False, None, True, False, True, False, True, False, True],
            "d": [datetime.date(1969 + n, 2, 3) for n in range(10)],
            "t": [datetime.datetime(2024, 1, 1, n, 30, 0, n) for n in range(10)],
        }
    )
    _, test, _ = split(tmp_path, frame, test_size=0.4)
    assert test["t"].dt.hour().to_list() == [3, 4, 6]


def test_rows_are_parted_and_keep_their_order(tmp_path: Path) -> None:
    """Every row is on one side, unchanged and in order."""
    frame = many_rows()
    train, test, result = split(tmp_path, frame, target="y")
    assert train["id"].is_sorted()
    assert test["id"].is_sorted()
    assert pl.concat([train, test]).sort("id").equals(frame)
    assert (result.train_rows, result.test_rows) == (len(train), len(test))


def test_digests_are_those_of_the_files(tmp_path: Path) -> None:
    """The digests can be checked with sha256sum."""
    _, _, result = split(tmp_path, many_rows(), target="y")
    assert result.train_digest == file_digest(tmp_path / "train")
    assert result.test_digest == file_digest(tmp_path / "test")


def test_digests_do_not_depend_on_chunks(tmp_path: Path) -> None:
    """The same rows in another file, read in other chunks, give the same bytes."""
    digests = set()
    for rows in (1_000, 60_000, 250_000):
        table = tmp_path / str(rows)
        many_rows(250_000).write_parquet(table, row_group_size=rows, compression="lz4")
        result = split_table(table, tmp_path / "train", tmp_path / "test", target="y")
        digests.add((result.train_digest, result.test_digest))
    assert len(digests) == 1


@pytest.mark.parametrize("test_size", [0.1, 0.2, 0.35, 0.5])
def test_each_class_has_its_share_to_within_one_row(tmp_path: Path, test_size: float) -> None:
    """Of real tables and small parts of them, as many rows of a class are test rows as can be."""
    for frame in (bundled(load_iris(as_frame=True)), bundled(load_wine(as_frame=True))):
        for rows in (30, len(frame)):
            part = frame.sample(rows, shuffle=True, seed=rows)
            _, _, result = split(
                tmp_path, part, target="target", task="multiclass", test_size=test_size
            )
            for name, tested in result.test_classes.items():
                size = tested + result.train_classes[name]
                assert abs(tested - size * test_size) <= max(0.5, 1 - size * test_size) + 1e-9


def test_share_of_a_random_split_is_within_the_documented_bound(tmp_path: Path) -> None:
    """A split that moves no old row has its share to within three standard deviations."""
    train, test, _ = split(tmp_path, many_rows(20_000), strategy="random")
    assert abs(len(test) / 20_000 - 0.2) < 3 * (0.2 * 0.8 / 20_000) ** 0.5
    assert len(train) + len(test) == 20_000


@pytest.mark.parametrize("options", [{"strategy": "random"}, {}, {"entity": ["group"]}])
def test_seed_decides(tmp_path: Path, options: dict[str, Any]) -> None:
    """One seed gives one split, another seed another one."""
    options = {"target": "y", **options}
    first = split(tmp_path, many_rows(), seed=1, **options)[1]
    assert first.equals(split(tmp_path, many_rows(), seed=1, **options)[1])
    assert not first.equals(split(tmp_path, many_rows(), seed=2, **options)[1])


@st.composite
def tables(draw: DrawFn) -> pl.DataFrame:
    """Return a table with duplicates and missing values, and a target of two classes or more."""
    rows = st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.none() | st.integers(-3, 3),
        st.none() | st.floats(-1, 1),
        st.none() | st.text(max_size=3),
    )
    drawn = draw(st.lists(rows, min_size=2, max_size=60))
    drawn += [("a", 1, 1.0, "x"), ("b", 1, 1.0, "x"), ("b", 2, 1.0, "x")]
    schema = {"y": pl.String, "i": pl.Int64, "f": pl.Float64, "s": pl.String}
    return pl.DataFrame(drawn, schema=schema, orient="row")


def sides(tmp_path: Path, frame: pl.DataFrame, **options: Any) -> tuple[Counter[Any], Counter[Any]]:
    """Return how often train and test have each row."""
    train, test, _ = split(tmp_path, frame, **options)
    return Counter(train.rows()), Counter(test.rows())


@settings(deadline=None, max_examples=25)
@given(old=tables(), new=tables(), seed=st.integers(0, 9))
def test_appended_rows_move_no_old_row_of_a_random_split(
    tmp_path_factory: pytest.TempPathFactory, old: pl.DataFrame, new: pl.DataFrame, seed: int
) -> None:
    """Only a row that was moved so that no side is empty may move back."""
    tmp_path = tmp_path_factory.mktemp("split")
    options: dict[str, Any] = {"strategy": "random", "seed": seed, "test_size": 0.3}
    train, test = sides(tmp_path, old, **options)
    later_train, later_test = sides(tmp_path, pl.concat([old, new]), **options)
    moved = (train - later_train) + (test - later_test)
    assert moved.total() == 0 or (moved.total() == 1 and 1 in (train.total(), test.total()))


def test_appended_rows_move_few_old_rows_of_a_stratified_split(tmp_path: Path) -> None:
    """As a table grows by a tenth, so many rows of a class change sides as is documented."""
    frame, moved = many_rows(2200), dict[str, list[int]]({"yes": [], "no": []})
    old = frame.head(2000)
    for seed in range(20):
        _, test, _ = split(tmp_path, old, target="y", seed=seed)
        _, later, _ = split(tmp_path, frame, target="y", seed=seed)
        changed = old.filter(
            pl.col("id").is_in(test["id"].implode()) != pl.col("id").is_in(later["id"].implode())
        )
        for name, counts in moved.items():
            counts.append(changed.filter(pl.col("y") == name).height)
    for name, counts in moved.items():
        rows = old.filter(pl.col("y") == name).height
        expected = (rows * 0.2 * 0.8 * (1 - 2000 / 2200)) ** 0.5
        assert np.mean(np.square(counts)) ** 0.5 == pytest.approx(expected, rel=0.4)


@settings(deadline=None, max_examples=25)
@given(frame=tables(), seed=st.integers(0, 9))
def test_order_of_rows_and_columns_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, frame: pl.DataFrame, seed: int
) -> None:
    """A shuffled table has the same rows on the same sides, equal ones as often."""
    tmp_path = tmp_path_factory.mktemp("split")
    train, test = sides(tmp_path, frame, target="y", seed=seed)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed)
    assert sides(tmp_path, shuffled, target="y", seed=seed) == (train, test)
    turned = frame.select("s", "f", "i", "y")
    turned_train, _ = sides(tmp_path, turned, target="y", seed=seed)
    assert Counter(row[::-1] for row in turned_train.elements()) == train


def test_few_distinct_rows_are_on_both_sides(tmp_path: Path) -> None:
    """Rows of a frequent kind are in train and test at the share of the others."""
    frame = pl.DataFrame({"x": ["a", "a", "b", "b"] * 500, "y": ["yes", "no", "yes", "no"] * 500})
    train, test, _ = split(tmp_path, frame, target="y")
    assert train.n_unique() == test.n_unique() == 4
    for count in test.group_by("x", "y").len()["len"]:
        assert abs(count / 500 - 0.2) < 0.06


@pytest.mark.parametrize("name", ["hash", "stratum", "lowest", "highest", "test", "rows"])
def test_any_column_name_is_welcome(tmp_path: Path, name: str) -> None:
    """A column may be called as one that the split makes for itself."""
    frame = many_rows().rename({"y": name})
    train, test, _ = split(tmp_path, frame, target=name)
    assert pl.concat([train, test]).sort("id").equals(frame)


def test_type_of_numbers_does_not_matter(tmp_path: Path) -> None:
    """A missing value that makes integers floats, elsewhere in the table, moves no row."""
    frame = many_rows().select("id", "y")
    _, test, _ = split(tmp_path, frame, target="y")
    floats = pl.concat([frame, pl.DataFrame({"id": [None], "y": ["no"]})], how="vertical_relaxed")
    _, later, _ = split(tmp_path, floats.cast({"id": pl.Float64}), target="y")
    assert later["id"].drop_nulls().cast(pl.Int64).to_list() == test["id"].to_list()


@pytest.mark.parametrize("test_size", [0.01, 0.2, 0.9])
def test_time_does_not_overlap(tmp_path: Path, test_size: float) -> None:
    """Every test row is later than every train row."""
    frame = many_rows()
    train, test, result = split(tmp_path, frame, strategy="time", column="day", test_size=test_size)
    latest, first = train["day"].max(), test["day"].min()
    assert isinstance(latest, datetime.date)
    assert isinstance(first, datetime.date)
    assert latest < first
    assert abs(len(test) / len(frame) - test_size) < 1 / 28
    assert result.parameters["first_test_time"] == str(first)


def test_time_ties_go_to_the_nearer_side(tmp_path: Path) -> None:
    """A time that the cut falls into goes where the share comes out better."""
    frame = pl.DataFrame({"t": [1, 2, 2, 2, 2, 2, 2, 2, 3, 4]})
    _, test, _ = split(tmp_path, frame, strategy="time", column="t", test_size=0.3)
    assert test["t"].to_list() == [3, 4]


def test_rows_without_target_are_dropped_and_counted(tmp_path: Path) -> None:
    """A row without a target value is on neither side."""
    frame = pl.DataFrame({"x": range(8), "y": ["a", None, "b", "a", "b", None, "a", "b"]})
    train, test, result = split(tmp_path, frame, target="y", test_size=0.5)
    assert sorted([*train["x"], *test["x"]]) == [0, 2, 3, 4, 6, 7]
    assert result.train_metadata()["dropped_rows"] == 2
    (note,) = read_notes(result.train_metadata())
    assert (note.kind, note.text) == ("left out", "2 rows without a value of the target")


def test_rows_without_target_need_no_time(tmp_path: Path) -> None:
    """A missing time does not matter in a row that is dropped anyway."""
    frame = pl.DataFrame({"t": [1, None, 2, 3], "y": [0.5, None, 1.5, 2.5]})
    _, test, _ = split(tmp_path, frame, target="y", strategy="time", column="t")
    assert test["t"].to_list() == [3]


def test_class_of_one_row_stays_in_train(tmp_path: Path) -> None:
    """What cannot be on both sides is learnt from."""
    frame = pl.concat([many_rows().select("id", "y"), pl.DataFrame({"id": [-1], "y": ["rare"]})])
    for seed in range(5):
        train, _, _ = split(tmp_path, frame, target="y", seed=seed)
        assert "rare" in train["y"]


def test_small_classes_are_on_both_sides(tmp_path: Path) -> None:
    """Every class of two rows is in train and in test, whatever the seed."""
    frame = pl.DataFrame({"x": range(12), "y": ["a", "b", "c", "d"] * 3})
    for seed in range(8):
        train, test, _ = split(tmp_path, frame, target="y", seed=seed, test_size=0.1)
        assert set(train["y"]) == set(test["y"]) == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"test_size": 0.0}, r"share 0\.0 is not between 0 and 1"),
        ({"test_size": float("nan")}, r"share nan is not between"),
        ({"strategy": "shuffle"}, r"Unknown strategy 'shuffle'.*random, time"),
        ({"strategy": "stratified"}, r"needs a target with classes, but no target was given"),
        ({"strategy": "stratified", "target": "id"}, r"'id' is that of a regression"),
        ({"strategy": "time"}, r"strategy time needs a column"),
        ({"strategy": "group"}, r"Unknown strategy 'group'"),
        ({"entity": ["grup"]}, r"no column 'grup'.*entity.*mean 'group'"),
        ({"entity": ["group"], "strategy": "time", "column": "day"}, r"early rows of 'group'"),
        ({"entity": ["group"], "strategy": "random"}, r"strategy random: leave one of both out"),
        ({"entity": ["group"], "column": "day"}, r"'day'.*means nothing"),
        ({"column": "day"}, r"'day'.*means nothing to the strategy random"),
        ({"strategy": "time", "column": "group"}, r"'group' is string, not dates"),
        ({"entity": ["y"], "target": "y"}, r"'y' cannot also be"),
        ({"target": "Y"}, r"no column 'Y'.*mean 'y'"),
        ({"seed": 2**63}, r"beyond 64 bits"),
    ],
)
def test_wrong_parameter_is_named(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    """Each mistake has its own message."""
    with pytest.raises(InputError, match=message):
        split(tmp_path, many_rows(50), **options)


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        ({"x": [1]}, {}, r"one row only"),
        ({"x": [1, 2], "y": ["a", "b"]}, {"target": "y"}, r"2 classes of the target 'y'"),
        ({"x": [1, 2], "g": ["a", "a"]}, {"entity": ["g"]}, r"are of one entity \(g\)"),
        ({"t": [1, 1]}, {"strategy": "time", "column": "t"}, r"same time, 1, in the column 't'"),
        (
            {"t": [1, None, 2]},
            {"strategy": "time", "column": "t"},
            r"no value in 1 rows, the first being data row 2",
        ),
    ],
)
def test_table_that_cannot_be_parted_is_named(
    tmp_path: Path, frame: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    """One side is never silently empty."""
    with pytest.raises(InputError, match=message):
        split(tmp_path, pl.DataFrame(frame), **options)


def test_both_sides_know_how_the_table_was_read(tmp_path: Path) -> None:
    """A model that learns from the train rows finds there how raw rows are to be read."""
    readings = TableReadings({"d": Reading("d", "date", order="month first")})
    write_parquet(pl.LazyFrame({"d": [1, 2, 3, 4], "y": [1, 2, 3, 4]}), tmp_path / "t", readings)
    split_table(tmp_path / "t", tmp_path / "train", tmp_path / "test", test_size=0.5)
    for side in ("train", "test"):
        assert table_readings(tmp_path / side) == readings
