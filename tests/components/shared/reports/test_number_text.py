"""Numbers as people read them."""

import math

import pytest

from components.shared.reports.number_text import (
    count,
    counted_rows,
    interval,
    number,
    percent,
    trimmed,
    with_spread,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.812345, "0.8123"),
        (1.0, "1.000"),
        (1234.567, "1,235"),
        (12.0, "12"),
        (-0.5, "−0.5000"),
        (0.0000003214, "3.214e-07"),
        (-0.000075, "−7.500e-05"),
        (0, "0"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_number_shows_sensible_digits(value: float | None, shown: str) -> None:
    """A number has four significant digits, and what is no number is a dash."""
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "spread", "shown"),
    [
        (0.46123, 0.0361, ("0.461", "0.036")),
        (9.35e-05, 0.00075, ("0.00009", "0.00075")),
        (-8.16e-05, 4.5e-06, ("−0.00008", "0.00000")),
        (-1e-9, 0.02, ("0.000", "0.020")),
        (1234.5, 120.0, ("1,234", "120")),
        (0.5, 0.0, ("0.500", "0")),
    ],
)
def test_a_spread_says_how_many_decimals_count(
    value: float, spread: float, shown: tuple[str, str]
) -> None:
    """Both have the decimals of two digits of the spread, and no power of ten."""
    assert with_spread(value, spread) == shown


def test_an_interval_without_ends_is_one_dash() -> None:
    """Where there is none, no word stands between two dashes."""
    assert (interval(0.61432, 1.0), interval(None, None)) == ("0.6143 to 1.000", "–")


def test_noughts_at_the_end_are_trimmed() -> None:
    """Of decimals alone: a range of prices is as it was written."""
    values = (2.98, 0.5, 1200.0, 1_267.79, 3.2e-7, -12.0, None)
    shown = ["2.98", "0.5", "1,200", "1,267.79", "3.20000e-07", "−12", "–"]
    assert [trimmed(value) for value in values] == shown


def test_count_separates_thousands() -> None:
    """Row counts are readable."""
    assert count(9985) == "9,985"


def test_one_row_is_no_rows() -> None:
    """A single row is told as such."""
    assert (counted_rows(1), counted_rows(9985)) == ("1 row", "9,985 rows")


def test_percent_is_of_a_fraction() -> None:
    """Fractions are shown per cent, and NaN as a dash."""
    assert (percent(0.1234), percent(math.nan)) == ("12.3\N{NO-BREAK SPACE}%", "–")


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0, 1, "0.0"),
        (1, 0, "100"),
        (0.999, 0, "99.9"),
        (2_100 / 2_102, 0, "99.9"),
        (1_999 / 2_000, 1, "99.95"),
        (1 / 30_000, 1, "0.003"),
        (1 - 1e-12, 1, "100.000000"),
        (1.2, 0, "120"),
    ],
)
def test_percent_tells_some_from_none_and_from_all(value: float, decimals: int, shown: str) -> None:
    """A share that is not 0 or 100 % is shown as neither, down to a millionth of a per cent."""
    assert percent(value, decimals) == f"{shown}\N{NO-BREAK SPACE}%"
