"""Texts are read as their reading says."""

import datetime
from dataclasses import replace

import polars as pl
import pytest

from components.shared.tables.readings import Reading, TableReadings, parse_readings, readings_json
from components.shared.tables.typed_texts import read_texts, stray_texts


def read(text: str, **reading: object) -> object:
    """Read one text, and return its value."""
    return read_texts(pl.Series([text]), Reading("x", **reading)).item()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5.0),
        ("+5", 5.0),
        ("-5", -5.0),
        ("−5", -5.0),
        ("5-", -5.0),
        ("(5)", -5.0),
        (" 5.25 ", 5.25),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("1,234.5", 1234.5),
        ("1 234.5", 1234.5),
        ("1\u00a0234\u00a0567", 1234567.0),
        ("1\u202f234.5", 1234.5),
        ("1'234.5", 1234.5),
        ("1’234", 1234.0),
        ("12,34,567", 1234567.0),
        ("-inf", float("-inf")),
        ("12,34", None),
        ("1.2.3", None),
        ("1,2345", None),
        ("5 5", None),
        ("--5", None),
        ("(5", None),
        ("5%", None),
        ("$5", None),
        ("0x10", None),
        ("1_000", None),
        ("٣", None),
        ("x", None),
    ],
)
def test_numbers_with_a_decimal_point(text: str, number: float | None) -> None:
    """Signs, thousands and exponents are understood; what only looks like a number is none."""
    assert read(text, type="float") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5,25", 5.25),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("1.234.567", 1234567.0),
        ("2.984", 2984.0),
        ("5.25", None),
        ("1,2,3", None),
    ],
)
def test_numbers_with_a_decimal_comma(text: str, number: float | None) -> None:
    """The point separates thousands where the comma stands before decimals."""
    assert read(text, type="float", decimal=",") == number


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("$1,100", "$", 1100.0),
        ("-$5", "$", -5.0),
        ("$-5", "$", -5.0),
        ("($5.50)", "$", -5.5),
        ("$(5.50)", "$", -5.5),
        ("US$5", "US$", 5.0),
        ("5 €", "€", 5.0),
        ("5.5\u00a0€", "€", 5.5),
        ("EUR 5", "EUR", 5.0),
        ("5EUR", "EUR", 5.0),
        ("5", "€", 5.0),
        ("$5", "€", None),
        ("50.03%", "%", 0.5003),
        ("29 %", "%", 0.29),
        ("-3%", "%", -0.03),
        ("3", "%", None),
    ],
)
def test_numbers_with_a_unit(text: str, unit: str, number: float | None) -> None:
    """A currency may stand at a number, a per cent sign must, and another unit makes it none."""
    assert read(text, type="float", unit=unit) == number


def test_whole_numbers_keep_every_digit() -> None:
    """Integers go through no float; whole floats and needless zeros are whole numbers too."""
    texts = pl.Series(["9007199254740993", "1,234", "5.0", "007", "5.5", "9999999999999999999"])
    values = read_texts(texts, Reading("x", "integer")).to_list()
    assert values == [9007199254740993, 1234, 5, 7, None, None]


DAY = datetime.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "order", "date"),
    [
        ("2024-02-29", "", DAY),
        (" 2024-2-29", "", DAY),
        ("2024/02/29", "", DAY),
        ("2024.02.29", "", DAY),
        ("29/02/2024", "day first", DAY),
        ("29.2.2024", "day first", DAY),
        ("29-02-2024", "day first", DAY),
        ("02/29/2024", "month first", DAY),
        ("2/29/24", "month first", DAY),
        ("29.02.24", "day first", DAY),
        ("29 Feb 2024", "", DAY),
        ("29-FEB-24", "", DAY),
        ("Feb 29, 2024", "", DAY),
        ("29. February 2024", "", DAY),
        ("2024-Feb-29", "", DAY),
        ("Thursday, February 29, 2024", "", DAY),
        ("01/01/69", "day first", datetime.date(1969, 1, 1)),
        ("01/01/68", "day first", datetime.date(2068, 1, 1)),
        ("31.12.9999", "day first", datetime.date(9999, 12, 31)),
        ("0001-01-01", "", datetime.date(1, 1, 1)),
        ("29. Februar 2024", "", DAY),
        ("29 févr. 2024", "", DAY),
        ("29 de febrero de 2024", "", DAY),
        ("29 feb 2024", "", DAY),
        ("29 fevereiro 2024", "", DAY),
        ("1er août 2023", "", datetime.date(2023, 8, 1)),
        ("2 MÄRZ 2023", "", datetime.date(2023, 3, 2)),
        ("lundi 7 juillet 2025", "", datetime.date(2025, 7, 7)),
        ("7 juin 2025", "", datetime.date(2025, 6, 7)),
        ("29 февраля 2024", "", DAY),
        ("29 februari 2024", "", DAY),
        ("29. 2. 2024", "day first", DAY),
        ("2024. 2. 29.", "", DAY),
        ("2024年2月29日", "", DAY),
        ("2024-02", "", datetime.date(2024, 2, 1)),
        ("02/2024", "", datetime.date(2024, 2, 1)),
        ("February 2024", "", datetime.date(2024, 2, 1)),
        ("Feb-2024", "", datetime.date(2024, 2, 1)),
        ("2024 Feb", "", datetime.date(2024, 2, 1)),
        ("2024-13", "", None),
        ("2024-2", "", None),
        ("Feb-24", "", None),
        ("24-02", "", None),
        ("29/02/2024", "month first", None),
        ("2023-02-29", "", None),
        ("0000-01-01", "", None),
        ("+12345-01-01", "", None),
        ("24-02-29", "year first", DAY),
        ("3.1.1", "day first", None),
        ("3.1.10", "day first", None),
        ("10-4-7737", "day first", None),
        ("3/11/0", "day first", None),
        ("20240229", "", None),
        ("12 Foo 2024", "", None),
    ],
)
def test_dates(text: str, order: str, date: datetime.date | None) -> None:
    """Dates are understood in every usual form; versions, part numbers and fractions are none."""
    assert read(text, type="date", order=order) == date


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-29T10:00:00", (10, 0)),
        ("2024-02-29 10:00", (10, 0)),
        ("2024-02-29", (0, 0)),
        ("02/29/2024 1:05 PM", (13, 5)),
        ("02/29/2024 12:05 a.m.", (0, 5)),
        ("02/29/2024, 12:05 pm", (12, 5)),
        ("2024-02-29T10:00:00Z", (10, 0)),
        ("2024-02-29T10:00:00+02:00", (8, 0)),
        ("2024-02-29 10:00:00 -0330", (13, 30)),
        ("Thu, 29 Feb 2024 10:00:00 GMT", (10, 0)),
        ("2024-02-28 24:00", (0, 0)),
        ("2024-02-29 24:01", None),
        ("2024-02-29 10:00 CET", (9, 0)),
        ("2024-02-29 10:00 EST", (15, 0)),
        ("Thu Feb 29 10:00:00 2024", (10, 0)),
        ("Thu Feb 29 10:00:00 CET 2024", (9, 0)),
        ("Thu Feb 29 10:00:00 +0000 2024", (10, 0)),
        ("Thu Feb 29 2024 10:00:00 GMT+0100 (Central European Time)", (9, 0)),
        ("2024-02-29T10:00:00+01:00[Europe/Berlin]", (9, 0)),
        ("29/Feb/2024:10:00:00 +0000", (10, 0)),
        ("29FEB2024:10:00:00.00", (10, 0)),
        ("20240229T100000Z", (10, 0)),
        ("20240229T1000", None),
        ("02.29.2024 10.05", (10, 5)),
        ("29/02/2024 10h05", None),
        ("February 29, 2024 at 1:05 PM", (13, 5)),
        ("02/29/2024 - 13:05", (13, 5)),
        ("2024:02:29 13:05:00", (13, 5)),
        ("2024年2月29日 13:05", (13, 5)),
        ("02/29/2024 13:05 PM", None),
        ("10:00", None),
    ],
)
def test_moments(text: str, moment: tuple[int, int] | None) -> None:
    """Times follow dates in every usual form, and those with a zone become UTC."""
    expected = moment and datetime.datetime(2024, 2, 29, *moment)
    assert read(text, type="datetime", order="month first") == expected


def test_fractions_of_seconds_are_kept() -> None:
    """Down to the microsecond."""
    found = read("2024-02-29 10:00:00.123456789", type="datetime")
    assert found == datetime.datetime(2024, 2, 29, 10, 0, 0, 123456)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("01:07:13", datetime.datetime(1970, 1, 1, 1, 7, 13)),
        ("1:05 PM", datetime.datetime(1970, 1, 1, 13, 5)),
        ("7h05", datetime.datetime(1970, 1, 1, 7, 5)),
        ("25:00", datetime.datetime(1970, 1, 2, 1)),
        ("125:30:10.5", datetime.datetime(1970, 1, 6, 5, 30, 10, 500_000)),
        ("2 days 01:00:00", datetime.datetime(1970, 1, 3, 1)),
        ("1 day, 1:00:00", datetime.datetime(1970, 1, 2, 1)),
        ("2h 50m", datetime.datetime(1970, 1, 1, 2, 50)),
        ("26 h 5 min", datetime.datetime(1970, 1, 2, 2, 5)),
        ("PT2H50M", datetime.datetime(1970, 1, 1, 2, 50)),
        ("25:00 PM", None),
        ("7:65", None),
        ("1970-01-01 07:05:00", datetime.datetime(1970, 1, 1, 7, 5)),
        ("2024-01-01", None),
    ],
)
def test_times_without_a_date(text: str, moment: datetime.datetime | None) -> None:
    """They are counted from 1970-01-01, be they durations; what was read so before stays so."""
    assert read(text, type="datetime", order="time of day") == moment


def test_a_pattern_of_the_users_is_followed() -> None:
    """Whatever the form says, also one that nobody would guess."""
    assert read("240229", type="date", pattern="%y%m%d") == DAY
    assert read("29|02|2024", type="datetime", pattern="%d|%m|%Y") == datetime.datetime(2024, 2, 29)


def test_booleans_are_read_in_any_case() -> None:
    """And yes or 1 where the user says that a column is boolean."""
    texts = pl.Series(["True", "FALSE", "yes", "0", "maybe"])
    assert read_texts(texts, Reading("x", "boolean")).to_list() == [True, False, True, False, None]


MARKERS = ("NA", " NA ", "N/A", "null", "None", "NaN", "-", "--", ".", "?", "#N/A", "#DIV/0!", " ")


@pytest.mark.parametrize("marker", MARKERS)
def test_markers_are_missing_in_every_type(marker: str) -> None:
    """What stands for a missing value is one, with blanks around it or not, and no stray."""
    for kind in ("integer", "float", "boolean", "string", "date", "datetime"):
        reading = Reading("x", kind)
        assert read_texts(pl.Series([marker]), reading).to_list() == [None]
        assert stray_texts(pl.Series([marker]), reading).to_list() == [False]


def test_markers_of_the_user_and_kept_ones() -> None:
    """The user adds markers; a column may keep one of the usual ones as a value."""
    reading = Reading("x", "string", missing=("-999",), kept=("NA",))
    assert read_texts(pl.Series(["-999", "NA", "?", "a "]), reading).to_list() == [
        None,
        "NA",
        None,
        "a ",
    ]


def test_strays_are_what_is_neither_value_nor_missing() -> None:
    """They can be told from missing values, in rows to predict too."""
    texts = pl.Series(["1", "oops", None, "", "NA"])
    assert stray_texts(texts, Reading("x", "integer")).to_list() == [
        False,
        True,
        False,
        False,
        False,
    ]


def test_readings_survive_as_json() -> None:
    """They are kept with tables and models as text."""
    columns = [
        Reading("a", "float", decimal=",", unit="€", missing=("-999",)),
        Reading("é", "datetime", order="month first", pattern="%d"),
        Reading("c", "string", kept=("NA",)),
    ]
    readings = TableReadings({reading.column: reading for reading in columns})
    assert parse_readings(readings_json(readings)) == readings


@pytest.mark.parametrize(
    ("reading", "missing", "texts"),
    [
        (Reading("x", "integer"), "-999", ["-999", "-999.0", "(999)", "−999", "999-", "-9.99e2"]),
        (Reading("x", "float"), "-999.0", ["-999", "-999.00", "-9.99E+02"]),
        (Reading("x", "float", decimal=",", unit="€"), "-999", ["-999,00 €", "-999", "(999)"]),
        (Reading("x", "date", order="day first"), "01/01/1900", ["1900-01-01", "1.1.1900"]),
        (Reading("x", "datetime"), "1900-01-01", ["1900-01-01 00:00", "1900-01-01T00:00:00Z"]),
    ],
)
def test_a_marker_is_missing_however_it_is_written(
    reading: Reading, missing: str, texts: list[str]
) -> None:
    """A number or a date that stands for a missing value does so in each of its spellings."""
    marked = replace(reading, missing=(missing,))
    series = pl.Series("x", texts)
    assert read_texts(series, marked).null_count() == len(texts)
    assert not stray_texts(series, marked).any()
    assert read_texts(series, reading).null_count() == 0
