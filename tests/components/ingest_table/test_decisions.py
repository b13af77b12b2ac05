"""How a column is read follows from its own values."""

import datetime
import random
import re
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ingest_table.column_texts import ColumnTexts
from components.ingest_table.decisions import Decision, decide
from components.ingest_table.given_types import GivenType
from components.ingest_table.plain_texts import plain_sorts, plain_values
from components.ingest_table.sorting import sorts_of
from components.shared.tables.column_types import ColumnType
from components.shared.tables.missing_texts import SYMBOLS, WORDS
from components.shared.tables.readings import Reading
from components.shared.tables.typed_texts import read_texts, stray_texts


def decided(
    texts: Sequence[str | None],
    *,
    batch: int = 1000,
    missing: Sequence[str] = (),
    given: GivenType | None = None,
    is_target: bool = False,
) -> Decision:
    """Decide on a column with these texts, which come in batches."""
    column = ColumnTexts("x", missing)
    for start in range(0, len(texts), batch):
        part = pl.Series("x", texts[start : start + batch], dtype=pl.String)
        column.add(part, start + 1)
    return decide("x", column.sorts, missing=missing, given=given, is_target=is_target)


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["5", "-7"], "integer"),
        (["5", "1.5"], "float"),
        (["5.0"], "float"),
        (["True", "false", "TRUE"], "boolean"),
        (["2024-02-29"], "date"),
        (["2024-02-29", "2024-02-29 10:00"], "datetime"),
        (["10:30", "11:45:10"], "datetime"),
        (["PT2H5M", "PT12H30M"], "datetime"),
        (["août 2024", "мая 2023"], "date"),
        (["5 août 2024", "5 мая 2023"], "date"),
        (["yes", "no"], "string"),
        (["$1,100", "$5", "7"], "integer"),
        (["50%", "3%"], "float"),
        (["(274.14)", "3.1"], "float"),
        (["1E5", "3E2"], "float"),
        (["$5", "5 €"], "string"),
        (["3.1.1", "4.2.2", "3.1.10"], "string"),
        (["10-4-7737", "3-11-0042"], "string"),
        (["3/11/0", "1/2/3"], "string"),
        (["02116", "10001"], "string"),
        (["1", "10", "001"], "string"),
        (["-007", "1"], "integer"),
        (["250.00", "001.1"], "string"),
        (["3E5", "4F2", "7A1"], "string"),
        (["9223372036854775807", "1"], "integer"),
        (["9223372036854775808", "1"], "string"),
        (["9223372036854775808", "1.5"], "float"),
        (["1,234,567,890,123,456,789"], "integer"),
        (["9,223,372,036,854,775,808"], "string"),
        (["2024-01-01"] * 99 + ["+12345-01-01"], "string"),
        (["2024-01-01"] * 99 + ["12345-01-01"], "string"),
        (["true", "false", "unknown"], "string"),
        (["192.168.1.1"], "string"),
        ([None, ""], "string"),
    ],
)
def test_types(texts: list[str | None], kind: ColumnType) -> None:
    """Each kind of texts has its type; what only looks like numbers or dates stays text."""
    assert decided(texts).reading.type == kind


@pytest.mark.parametrize("stray", ["oops", "1.2.3", "?x", "2024-01-01"])
def test_few_strays_among_numbers_are_missing_and_said(stray: str) -> None:
    """Nearly all numbers make a column of numbers; how many are none is said, and the first."""
    decision = decided(["7"] * 94 + [stray] + ["8"])
    assert decision.reading.type == "integer"
    (remark,) = decision.remarks
    assert (remark.kind, remark.count, remark.value, remark.row) == ("strays", 1, stray, 95)
    assert "1 of 96 values counts as missing" in remark.message


def test_the_share_of_strays_is_exact() -> None:
    """5 of 100 are few enough, 6 are not; missing values do not count."""
    assert decided(["7"] * 95 + ["x"] * 5 + ["NA"] * 50).reading.type == "integer"
    decision = decided(["7"] * 94 + ["x"] * 6 + ["NA"] * 50)
    assert decision.reading.type == "string"
    assert (
        "stays text, as only 94.0\u00a0% of its values are numbers" in decision.remarks[0].message
    )
    assert (decision.remarks[0].value, decision.remarks[0].row) == ("x", 95)


def test_few_strays_among_dates_are_missing_and_said() -> None:
    """A date that does not exist is a stray too."""
    decision = decided(["2024-02-28"] * 30 + ["2024-02-30", "soon"])
    assert decision.reading.type == "string"
    decision = decided(["2024-02-28"] * 60 + ["2024-02-30", "soon"])
    assert decision.reading.type == "date"
    assert (decision.remarks[0].count, decision.remarks[0].value) == (2, "2024-02-30")


def test_dates_of_the_year_0_are_missing_and_said() -> None:
    """However many they are: databases write them for no date."""
    decision = decided(["2024-01-01", "0000-01-01", "0000-01-01"])
    assert decision.reading.type == "date"
    assert (decision.remarks[0].kind, decision.remarks[0].count) == ("strays", 2)


@pytest.mark.parametrize(
    ("texts", "values", "said"),
    [
        (["2.984", "445"], [2984, 445], "point .* separates thousands, as was assumed"),
        (["2.984", "4451"], [2.984, 4451.0], "point .* stands before decimals, as was assumed"),
        (["2.984", "4.018"], [2.984, 4.018], "point .* stands before decimals, as was assumed"),
        (["2,984", "777"], [2984, 777], "comma .* separates thousands, as was assumed"),
        (["2,984", "4451"], [2.984, 4451.0], "comma .* stands before decimals, as was assumed"),
        (["2.984", "0.018"], [2.984, 0.018], None),
        (["2,984", "1,5"], [2.984, 1.5], None),
        (["2,984", "1.5"], [2984.0, 1.5], None),
        (["2.984", "1.234.567"], [2984, 1234567], None),
        (["2 984", "445"], [2984, 445], None),
        (["2984,63", "445"], [2984.63, 445.0], None),
        (["2.984,63", "445"], [2984.63, 445.0], None),
    ],
)
def test_point_and_comma_are_told_apart_once_a_column(
    texts: list[str], values: list[float], said: str | None
) -> None:
    """By the values that can only be read in one way; an assumption is said."""
    decision = decided(texts)
    assert read_texts(pl.Series(texts), decision.reading).to_list() == values
    assert [remark.kind for remark in decision.remarks] == ([] if said is None else ["decimals"])
    if said:
        (remark,) = decision.remarks
        assert re.search(said, remark.message)


@pytest.mark.parametrize(
    ("texts", "order", "assumed"),
    [
        (["20/02/2023", "01/02/2023"], "day first", False),
        (["02/20/2023", "01/02/2023"], "month first", False),
        (["03/11/2023", "10/12/2023"], "day first", True),
        (["03.11.2023", "10.12.2023"], "day first", False),
        (["24-02-29", "99-12-31"], "year first", False),
        (["20/02/23", "01/02/45"], "day first", False),
        (["20/02/23", "01/02/23"], "day first", True),
    ],
)
def test_day_and_month_are_told_apart_by_the_values(
    texts: list[str], order: str, assumed: bool
) -> None:
    """A day beyond the 12th shows the order; without one, it is assumed and said."""
    decision = decided(texts)
    assert decision.reading.order == order
    assert ("order" in [remark.kind for remark in decision.remarks]) == assumed


def test_the_remedy_for_an_assumed_order_is_the_other_one() -> None:
    """What is to be typed reads the same texts in the other order."""
    (remark,) = decided(["03/11/2023 1:05 PM"]).remarks
    assert remark.message.endswith("--column-types x=datetime:%m/%d/%Y %I:%M %p")


@pytest.mark.parametrize("marker", [*WORDS, *SYMBOLS])
def test_markers_are_no_values(marker: str) -> None:
    """Whatever stands for a missing value changes no type, padded with blanks or not."""
    for padded in (marker, f" {marker} "):
        assert decided(["1", padded]).reading.type == "integer"
        assert decided(["2024-01-01", padded]).reading.type == "date"


def test_unusual_markers_are_said() -> None:
    """A ? or the error of a spreadsheet that is missing is said with its row, unlike an NA."""
    decision = decided(["1", "NA", "?", "#DIV/0!", "?"])
    assert [(each.kind, each.value, each.count, each.row) for each in decision.remarks] == [
        ("missing", "?", 2, 3),
        ("missing", "#DIV/0!", 1, 4),
    ]


def test_symbols_among_symbols_are_values() -> None:
    """The minus in a column of plus and minus is no missing value."""
    texts = ["+", "-", "+", "NA"]
    assert read_texts(pl.Series(texts), decided(texts).reading).to_list() == ["+", "-", "+", None]


def test_na_is_a_class_of_a_target() -> None:
    """Unless the user says that it is a missing value; either is said."""
    texts = ["AS", "EU", "NA"]
    decision = decided(texts, is_target=True)
    assert read_texts(pl.Series(texts), decision.reading).to_list() == texts
    assert decision.remarks[0].kind == "class"
    told = decided(texts, is_target=True, missing=["NA"])
    assert read_texts(pl.Series(texts), told.reading).to_list() == ["AS", "EU", None]
    assert decided(["1", "NA"], is_target=True).reading.type == "integer"


def test_zones_beside_none_are_said() -> None:
    """Times without a zone are taken for UTC where others have one."""
    decision = decided(["2024-01-01T10:00:00+02:00", "2024-01-01 10:00"])
    assert [remark.kind for remark in decision.remarks] == ["zones"]


@pytest.mark.parametrize(
    ("given", "texts", "values"),
    [
        (GivenType("string"), ["7", "8", "NA"], ["7", "8", None]),
        (GivenType("number"), ["007", "x"], [7, None]),
        (GivenType("float"), ["7", "8"], [7.0, 8.0]),
        (GivenType("integer"), ["7", "8.0"], [7, 8]),
        (GivenType("boolean"), ["yes", "0"], [True, False]),
        (GivenType("date", "%m/%d/%Y"), ["03/11/2023"], [datetime.date(2023, 3, 11)]),
        (GivenType("float", binding=False), ["7", "8"], [7.0, 8.0]),
        (GivenType("float", binding=False), ["7", "x"], ["7", "x"]),
        (GivenType("integer", binding=False), ["007", "8"], [7, 8]),
        (GivenType("string", binding=False), ["7", "8"], ["7", "8"]),
    ],
)
def test_given_types_have_the_last_word(
    given: GivenType, texts: list[str], values: list[object]
) -> None:
    """The user's always; those of a schema unless they would cost more than strays."""
    found = read_texts(pl.Series(texts), decided(texts, given=given).reading).to_list()
    assert found == values


TEXTS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.decimals(-(10**4), 10**4, places=3).map(str),
    st.dates().map(str),
    st.dates().map(lambda date: f"{date.day:02}/{date.month:02}/{date.year:04}"),
    st.dates().map(lambda date: f"{date.month}/{date.day}/{date.year % 100:02}"),
    st.datetimes().map(lambda moment: moment.isoformat(" ")),
    st.times().map(str),
    st.sampled_from([*WORDS, *SYMBOLS, "", " ", "x", "007", "1,234", "1.234", "$5", "5%", "True"]),
    st.text("0123456789.,-/: $€%()'eE", max_size=12),
    st.text(max_size=5),
    st.none(),
)
COLUMNS = st.one_of(
    st.lists(TEXTS, max_size=40),
    st.tuples(st.lists(st.integers().map(str), min_size=20, max_size=60), TEXTS).map(
        lambda pair: [*pair[0], pair[1]]
    ),
    st.tuples(
        st.lists(st.floats(-1000, 1000).map(lambda x: f"{x:.3f}"), min_size=20, max_size=60), TEXTS
    ).map(lambda pair: [*pair[0], pair[1]]),
    st.tuples(st.lists(st.dates().map(str), min_size=20, max_size=60), TEXTS).map(
        lambda pair: [*pair[0], pair[1]]
    ),
)


@settings(deadline=None, max_examples=50)
@given(COLUMNS, st.integers(1, 30), st.randoms(use_true_random=False))
def test_neither_order_nor_place_decides(
    texts: list[str | None], batch: int, order: random.Random
) -> None:
    """Rows in any order, in batches of any size, are read in the same way, with the same counts."""
    first = decided(texts)
    shuffled = order.sample(texts, len(texts))
    second = decided(shuffled, batch=batch)
    assert second.reading == first.reading
    assert [
        (remark.kind, remark.count) for remark in first.remarks if remark.kind != "missing"
    ] == [(remark.kind, remark.count) for remark in second.remarks if remark.kind != "missing"]


PLAIN = st.one_of(
    st.lists(st.integers(-(10**19), 10**19).map(str), min_size=1, max_size=20),
    st.lists(st.floats(allow_nan=False, allow_infinity=False).map(str), min_size=1, max_size=20),
    st.lists(st.floats(-1000, 1000).map(lambda x: f"{x:.3f}"), min_size=1, max_size=20),
    st.lists(st.dates().map(str), min_size=1, max_size=20),
    st.lists(st.datetimes().map(lambda m: f"{m:%Y-%m-%d %H:%M:%S}"), min_size=1, max_size=20),
    st.lists(st.text("0123456789+-.eE: T", min_size=1, max_size=11), min_size=1, max_size=3),
)


@settings(deadline=None, max_examples=100)
@given(PLAIN)
def test_what_casts_read_the_grammar_reads_alike(texts: list[str]) -> None:
    """The short way for plain texts finds the sorts and the values that the long way finds."""
    series = pl.Series("x", texts)
    if (plain := plain_sorts(series)) is None:
        return
    kind, sorts = plain
    assert sorts == sorts_of(series, WORDS)
    values = series.to_frame().select(plain_values("x", kind)).to_series()
    assert values.equals(read_texts(series, Reading("x", kind)))


@settings(deadline=None, max_examples=50)
@given(COLUMNS)
def test_what_is_said_to_be_stray_is_what_is_lost(texts: list[str | None]) -> None:
    """No value becomes missing in silence: the strays are counted, and the first is named."""
    decision = decided(texts)
    series = pl.Series(texts, dtype=pl.String)
    lost = stray_texts(series, decision.reading)
    said = [remark for remark in decision.remarks if remark.kind == "strays"]
    assert [remark.count for remark in said] == ([lost.sum()] if lost.any() else [])
    if said:
        first = int(lost.arg_true()[0])
        assert (said[0].row, said[0].value) == (first + 1, series[first])
