"""What is drawn of a table, and its report in a real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Browser
from scipy import stats

from components.validate_table.column_statistics import column_statistics
from components.validate_table.distributions import TablePictures, picture_table
from components.validate_table.validate import validate_table
from tests.chromium import faults, running_chromium

ROWS = 600
RNG = np.random.default_rng(1)
NOISE = RNG.normal(size=ROWS)
FRAME = pl.DataFrame(
    {
        "age": RNG.integers(18, 90, ROWS),
        "income": np.exp(NOISE),
        "spent": -np.exp(NOISE) + RNG.normal(size=ROWS) / 50,
        "city": RNG.choice(["Bergen", "Oslo", "a city whose name goes on & on <b>"], ROWS),
        "day": pl.date_range(pl.date(2020, 1, 1), pl.date(2021, 8, 22), eager=True),
        "yes": RNG.random(ROWS) < 0.3,
        "empty": pl.Series([None] * ROWS, dtype=pl.String),
        "constant": [1.0] * ROWS,
    }
).with_columns(
    country=pl.col("city").replace({"Oslo": "Norway", "Bergen": "Norway"}),
    age=pl.when(pl.col("age") > 80).then(None).otherwise("age"),
)


@pytest.fixture(name="chromium", scope="module")
def the_chromium() -> Iterator[Browser]:
    """The Chromium of this system."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(name="pictures")
def pictures_of_the_frame(tmp_path: Path) -> TablePictures:
    """What is drawn of the frame."""
    FRAME.write_parquet(tmp_path / "table")
    return picture_table(tmp_path / "table", column_statistics(tmp_path / "table"))


def test_the_strongest_pair_is_what_scipy_says(pictures: TablePictures) -> None:
    """Rank correlation with its direction; the strongest stand first."""
    strengths = [pair.strength for pair in pictures.pairs]
    assert strengths == sorted(strengths, reverse=True)
    (found,) = (p for p in pictures.pairs if {p.first, p.second} == {"income", "spent"})
    expected = stats.spearmanr(FRAME["income"], FRAME["spent"]).statistic
    assert found.strength == pytest.approx(abs(expected))
    assert found.direction == "falling"


def test_columns_of_names_go_together_where_one_says_the_other(pictures: TablePictures) -> None:
    """A country follows from its city; what is independent has nothing in common."""
    by_columns = {frozenset((p.first, p.second)): p.strength for p in pictures.pairs}
    assert by_columns[frozenset(("city", "country"))] > 0.95
    assert by_columns.get(frozenset(("city", "age")), 0) < 0.15


def pictured(frame: pl.DataFrame, folder: Path, target: str | None = None) -> TablePictures:
    """What is drawn of a table."""
    frame.write_parquet(folder / "table")
    return picture_table(folder / "table", column_statistics(folder / "table"), target)


def test_chance_shows_no_pairs(tmp_path: Path) -> None:
    """Of numbers and names that have nothing in common, in one of twenty tables at the most."""
    shown = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        noise = {f"number_{k}": rng.exponential(size=100) for k in range(9)}
        names = {f"name_{k}": rng.choice(list("abcd"), 100) for k in range(4)}
        found = pictured(pl.DataFrame({**noise, **names}), tmp_path)
        assert found.measured == 13 * 12 / 2
        shown += bool(found.pairs)
    assert shown <= 6


def test_the_target_is_paired_with_every_column(tmp_path: Path) -> None:
    """What nearly says it is found however many columns stand before."""
    wide = {f"column_{k}": RNG.normal(size=ROWS) for k in range(70)}
    said = pl.DataFrame({**wide, "leak": NOISE, "sold": np.where(NOISE > 0, "yes", "no")})
    found = pictured(said, tmp_path, "sold")
    assert {found.pairs[0].first, found.pairs[0].second} == {"leak", "sold"}
    assert found.left_out == 0
    assert pictured(said, tmp_path).left_out == 21


def test_texts_are_drawn_by_their_values_or_by_their_length(tmp_path: Path) -> None:
    """The most frequent of many values; how long they are where hardly one recurs."""
    found = pictured(
        pl.DataFrame(
            {
                "town": [f"Town {row % 77 if row > 99 else 5}" for row in range(ROWS)],
                "remark": ["so " * (1 + row % 30) + str(row) for row in range(ROWS)],
                "id": [f"{row:05}" for row in range(ROWS)],
            }
        ),
        tmp_path,
    ).distributions
    assert found["town"].about.startswith("Town 5 17.7")
    assert found["town"].label == "the 20 most frequent of 77 values"
    assert found["remark"].about == "texts of 4 to 93 characters"
    assert len(found["remark"].bars) == 20
    assert (found["id"].bars, found["id"].about) == ((), "5 characters each")


def test_a_distribution_is_drawn_where_it_says_something(pictures: TablePictures) -> None:
    """Neither of an empty column nor of one value; the bars are the shares of the rows."""
    assert {"age", "income", "city", "day", "yes"} <= set(pictures.distributions)
    assert not {"empty", "constant"} & set(pictures.distributions)
    bars = pictures.distributions["city"].bars
    assert [bar.height for bar in bars] == sorted((bar.height for bar in bars), reverse=True)
    assert bars[0].height == 100
    assert pictures.distributions["day"].label == "from 2020-01-03 to 2021-08-19"


def test_no_text_of_a_report_is_cut(chromium: Browser, tmp_path: Path) -> None:
    """On a telephone, on a wide screen and in print; nothing is fetched and nothing runs."""
    FRAME.write_parquet(tmp_path / "table")
    report = tmp_path / "report.html"
    where = "s3://tables/of/a/long/address/without/blanks/" + "customers_" * 9 + ".csv"
    validate_table(tmp_path / "table", report, tmp_path / "schema", target="yes", source=where)
    for width in (390, 1280):
        assert faults(chromium, report, width) == []
    text = report.read_text()
    assert f"<h1>Validation of {where}</h1>" in text
    assert "<script" not in text
    assert "--curated-schema schema.json" in text
    assert "How to go on" in text


def test_the_report_of_a_wide_table_stays_small(tmp_path: Path) -> None:
    """Below a megabyte, and what it leaves out is counted."""
    wide = pl.DataFrame({f"column_{k}": np.roll(NOISE[:60], k) for k in range(1_500)})
    wide.write_parquet(tmp_path / "table")
    report = tmp_path / "report.html"
    validate_table(tmp_path / "table", report, tmp_path / "schema")
    assert report.stat().st_size < 1_000_000
    assert "And 500 further columns" in report.read_text()
