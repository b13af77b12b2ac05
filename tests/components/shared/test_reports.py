"""What the report templates and their filters promise."""

import math
import re

import pytest

from components.shared.reports import TEMPLATES, count, number, percent, render


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.812345, "0.8123"),
        (1.0, "1.000"),
        (1234.567, "1,235"),
        (-0.5, "−0.5000"),  # noqa: RUF001
        (0.0000003214, "3.214e-07"),
        (0, "0"),
        (None, "–"),  # noqa: RUF001
        (math.nan, "–"),  # noqa: RUF001
        (math.inf, "–"),  # noqa: RUF001
    ],
)
def test_number_shows_sensible_digits(value: float | None, shown: str) -> None:
    """A number has four significant digits, and what is no number is a dash."""
    assert number(value) == shown


def test_count_separates_thousands() -> None:
    """Row counts are readable."""
    assert count(9985) == "9,985"


def test_percent_is_of_a_fraction() -> None:
    """Fractions are shown per cent, and NaN as a dash."""
    assert (percent(0.1234), percent(math.nan)) == ("12.3 %", "–")  # noqa: RUF001


def test_base_renders_alone() -> None:
    """The base page is a whole document that follows the reader's light or dark preference."""
    page = render("base.html.j2")
    assert page.startswith("<!doctype html>")
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.glob("*.j2")))
def test_templates_fetch_nothing(template: str) -> None:
    """Reports are self-contained: no template names a script, a style sheet or an address."""
    source = (TEMPLATES / template).read_text()
    assert not re.search(r"<script|<link|https?://|@import|url\(", source)
