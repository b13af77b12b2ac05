"""A text by itself is read like one in a column."""

import re
import sys
from typing import Any, Final, get_args

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.shared.plans.single_texts import DAY, TextReader
from components.shared.tables.boolean_texts import TOLD_BOOLEANS
from components.shared.tables.column_types import COLUMN_TYPES
from components.shared.tables.missing_texts import SYMBOLS, WHITE_SPACE, WORDS
from components.shared.tables.moment_grammar import (
    MOMENT,
    MONTH_OF_YEAR,
    REWRITTEN,
    TIME,
    TIMES_REWRITTEN,
)
from components.shared.tables.number_grammar import CURRENCY_SIGN, NUMBER
from components.shared.tables.readings import DateOrder, Decimal, Reading
from components.shared.tables.typed_texts import missing_texts, read_texts

SPACES = st.sampled_from(["", "", "", " ", "\u00a0", "\t", "\x1f", "\n"])
DECIMALS: Final[tuple[Decimal, ...]] = get_args(Decimal)
FURTHER = st.one_of(
    *(st.from_regex(form) for form, _ in (*REWRITTEN, *MONTH_OF_YEAR, *TIMES_REWRITTEN))
)
FORMS = {
    "integer": st.from_regex(NUMBER["."]) | st.from_regex(NUMBER[","]),
    "float": st.from_regex(NUMBER["."]) | st.from_regex(NUMBER[","]) | st.floats().map(str),
    "boolean": st.sampled_from(sorted(TOLD_BOOLEANS)).map(str.title),
    "string": st.text(max_size=5),
    "date": st.from_regex(MOMENT) | FURTHER | st.dates().map(str),
    "datetime": st.from_regex(MOMENT) | FURTHER | st.from_regex(TIME) | st.datetimes().map(str),
}
ANY = (
    st.text(alphabet="0123456789.,-+eE%$€ '()/:TZ", max_size=12)
    | st.text(max_size=4)
    | st.sampled_from([*WORDS, *SYMBOLS, "ſep 3 2024", "ınf", "1/٣/2024"])
)


@st.composite
def readings(draw: st.DrawFn) -> tuple[Reading, list[str]]:
    """Draw a reading, and texts that it may have to read."""
    kind = draw(st.sampled_from(COLUMN_TYPES))
    decimal = draw(st.sampled_from(DECIMALS))
    forms = st.from_regex(NUMBER[decimal]) if kind in ("integer", "float") else FORMS[kind]
    text = st.builds("{}{}{}".format, SPACES, forms | FORMS[kind] | ANY, SPACES)
    texts = draw(st.lists(text, min_size=1, max_size=8))
    reading = Reading(
        "x",
        kind,
        decimal=decimal,
        unit=draw(st.sampled_from(["", "", "%", "€", "$", "US$", "EUR", "Rs", "kg", "m"])),
        scaled=draw(st.booleans()),
        order=draw(st.sampled_from(get_args(DateOrder))),
        missing=tuple(draw(st.lists(st.sampled_from(texts) | FORMS[kind], max_size=2))),
        kept=tuple(draw(st.lists(st.sampled_from(["NA", "-"]), max_size=2))),
    )
    return reading, texts


def in_a_column(texts: list[str], reading: Reading) -> list[Any]:
    """Return what a column of texts is read as, moments in microseconds."""
    read = read_texts(pl.Series(texts), reading)
    if reading.type == "date":
        return [None if days is None else days * DAY for days in read.to_physical()]
    return read.to_physical().to_list()


@settings(max_examples=60, deadline=None)
@given(drawn=readings())
@example(drawn=(Reading("x", "integer"), ["9007199254740993", "1e3", "5.", "9" * 19, "0" * 5000]))
@example(drawn=(Reading("x", "float", unit="%"), ["1.5%", "1e3%", "inf%", "-5 %"]))
@example(drawn=(Reading("x", "float", unit="kg"), ["1.5 KG", "3 kgs", "(2kg)", "5 m", "1,250 kg-"]))
@example(drawn=(Reading("x", "float", scaled=True), ["1.2k", "3M", "(1 billion)", "5", "1e3k"]))
@example(drawn=(Reading("x", "float", unit="Rs"), ["Rs.500", "Rs. 1,234.5", "5 Rs.", "Rs 7"]))
@example(drawn=(Reading("x", "integer"), ["14B", "3k", "5 kg"]))
@example(drawn=(Reading("x", "datetime"), ["2024-01-01 23:59:60", "0001-01-01 00:00+14:00"]))
@example(drawn=(Reading("x", "datetime"), ["Thu Feb 29 09:05:30 CET 2024", "1 août 2024 24:00"]))
@example(
    drawn=(
        Reading("x", "datetime", order="time of day"),
        ["1 day, 9:05", "2h 5m", "1970-01-02 01:00"],
    )
)
@example(drawn=(Reading("x", "date"), ["1969-12-31 23:00", "31.12.1969", "9999-12-31 23:00-09:00"]))
def test_a_text_alone_is_read_like_one_in_a_column(drawn: tuple[Reading, list[str]]) -> None:
    """Every text has the value, or is as missing, as Polars finds for it, in every reading."""
    reading, texts = drawn
    reader = TextReader(reading)
    assert [reader.read(text) for text in texts] == in_a_column(texts, reading)
    missing = missing_texts(pl.Series(texts), reading).to_list()
    assert [reader.is_missing(text) for text in texts] == missing


@pytest.mark.parametrize(
    ("written", "of_unicode"), [(f"[{WHITE_SPACE}]", r"\s"), (CURRENCY_SIGN, r"\p{Sc}")]
)
def test_classes_of_characters_are_unicodes(written: str, of_unicode: str) -> None:
    """The classes that the grammar lists are those of Unicode, in both engines."""
    characters = [chr(n) for n in range(sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]
    series = pl.Series(characters)
    expected = series.filter(series.str.contains(of_unicode)).to_list()
    assert list(filter(re.compile(written).match, characters)) == expected
    assert series.filter(series.str.contains(written)).to_list() == expected
