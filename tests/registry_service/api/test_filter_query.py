"""The grammar of filter queries."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_service.api.filter_query import MAX_DEPTH, MAX_LENGTH, parse_filter
from registry_service.domain.filters import AllOf, AnyOf, Comparison
from registry_service.errors import InvalidRequestError


def test_and_binds_tighter_than_or() -> None:
    """As in SQL; parentheses change it."""
    a, b, c = (Comparison(name, None, "=", 1) for name in "abc")
    assert parse_filter("a=1 OR b=1 AND c=1") == AnyOf((a, AllOf((b, c))))
    assert parse_filter("(a=1 OR b=1) AND c=1") == AllOf((AnyOf((a, b)), c))


@given(st.text(max_size=30))
def test_any_text_survives_quoting(value: str) -> None:
    """Whatever stands in quotes, with its quotes and backslashes escaped, is the value."""
    for quote in "'\"":
        escaped = value.replace("\\", "\\\\").replace(quote, "\\" + quote)
        assert parse_filter(f"a = {quote}{escaped}{quote}") == Comparison("a", None, "=", value)


@given(st.text(min_size=1, max_size=30))
def test_any_name_survives_back_ticks(name: str) -> None:
    """Whatever stands in back-ticks, escaped, is the name."""
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    expected = Comparison(name, "int", ">", 1)
    assert parse_filter(f"`{escaped}`.int_value > 1") == expected


@given(st.text(alphabet="ab=<>!'\"`().,1 \\ANDORLIKEINtrue", max_size=60))
def test_nonsense_is_refused_and_never_breaks(text: str) -> None:
    """Every text is a filter or an InvalidRequestError."""
    with suppress(InvalidRequestError):
        parse_filter(text)


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_whole_numbers_stay_exact(value: int) -> None:
    """Up to 64 bits."""
    assert parse_filter(f"a = {value}") == Comparison("a", None, "=", value)


@pytest.mark.parametrize(
    "text",
    ["a = 'x" + "x" * MAX_LENGTH + "'", "(" * (MAX_DEPTH + 1) + "a=1" + ")" * (MAX_DEPTH + 1)],
    ids=["size", "depth"],
)
def test_size_and_depth_are_bounded(text: str) -> None:
    """A query cannot exhaust the service."""
    with pytest.raises(InvalidRequestError, match="too long"):
        parse_filter(text)
