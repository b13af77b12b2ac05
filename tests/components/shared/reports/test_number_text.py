"""Numbers as people read them."""

import math

import pytest

from components.shared.reports.number_text import count, counted_rows, number, percent


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.812345, "0.8123"),
        (1.0, "1.000"),
        (1234.567, "1,235"),
        (12.0, "12"),
        (-0.5, "−0.5000"),
        (0.0000003214, "3.214e-07"),
        (0, "0"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_number_shows_sensible_digits(value: float | None, shown: str) -> None:
    """A number has four significant digits, and what is no number is a dash."""
    assert number(value) == shown


def test_count_separates_thousands() -> None:
    """Row counts are readable."""
    assert count(9985) == "9,985"


def test_one_row_is_no_rows() -> None:
    """A single row is told as such."""
    assert (counted_rows(1), counted_rows(9985)) == ("1 row", "9,985 rows")


def test_percent_is_of_a_fraction() -> None:
    """Fractions are shown per cent, and NaN as a dash."""
    assert (percent(0.1234), percent(math.nan)) == ("12.3\N{NO-BREAK SPACE}%", "–")
