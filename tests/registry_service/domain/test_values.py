"""The small values of the domain."""

import hashlib

import pytest

from registry_service.domain.filters import Comparison, literal_pattern
from registry_service.domain.properties import PropertyValue
from registry_service.domain.registration import FileEntry, folder_digest
from registry_service.domain.resources import RegisteredModel
from tests.registry_service.memory import holds


@pytest.mark.parametrize(
    ("value", "kind"), [(True, "bool"), (1, "int"), (1.0, "double"), ("1", "string")]
)
def test_a_property_is_of_the_kind_of_its_value(value: str | float, kind: str) -> None:
    """Python's truth is a number too, but not here."""
    assert PropertyValue.of(value) == (kind, value)


def test_the_digest_of_a_folder_is_that_of_its_sha256sum() -> None:
    """Whoever has the files can compute it: the order in which they are given does not count."""
    files = [FileEntry("b", "2" * 64, 1), FileEntry("a/c", "1" * 64, 2)]
    printed = f"{'1' * 64}  a/c\n{'2' * 64}  b\n"
    assert folder_digest(files) == hashlib.sha256(printed.encode()).hexdigest()
    assert folder_digest(files[::-1]) == folder_digest(files)


@pytest.mark.parametrize("text", ["100%", "a_b", "c\\d", "plain"])
def test_a_literal_pattern_is_fulfilled_by_its_text_alone(text: str) -> None:
    """No sign of it stands for others."""
    like = Comparison("name", None, "LIKE", literal_pattern(text), custom=False)
    assert holds(like, RegisteredModel(name=text))
    for other in ("100x", "axb", "c\\\\d", "plainer"):
        assert not holds(like, RegisteredModel(name=other))


def test_a_comparison_has_values_whether_it_is_with_one_or_several() -> None:
    """IN has several, all others one."""
    assert Comparison("a", None, "=", "x").values == ("x",)
    assert Comparison("a", None, "IN", ("x", "y")).values == ("x", "y")
