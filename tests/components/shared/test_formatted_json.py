"""Records say of which format they are."""

import pytest

from components.shared.formatted_json import read_formatted


def test_a_record_is_read_without_its_format() -> None:
    """What the format is of is left."""
    assert read_formatted('{"format": 2, "rows": 7}', 2) == {"rows": 7}


@pytest.mark.parametrize("text", ["", "[]", "null", '{"rows": 7}', '{"format": 1, "rows": 7}'])
def test_anything_else_is_refused(text: str) -> None:
    """No JSON, no object, none or another format."""
    with pytest.raises(ValueError, match=r"format 2|Expecting value"):
        read_formatted(text, 2)
