"""How test rows were chosen."""

from typing import Any

import pytest

from components.shared.reports.split_text import split_text


@pytest.mark.parametrize(
    ("split", "shown"),
    [
        ({"strategy": "stratified", "test_size": 0.2, "seed": 42, "dropped_rows": 0},
         "stratified (test size 0.2, seed 42)"),
        ({"strategy": "random", "test_size": 0.2, "seed": 0, "dropped_rows": 3.0},
         "random (test size 0.2, seed 0, dropped rows 3)"),
        ({"strategy": "entity", "entity": ["shop", "till"], "seed": 7},
         "by entity shop, till (seed 7)"),
        ({"strategy": "time", "column": "month", "first_test_time": "2024-05", "entity": []},
         "time (column month, first test time 2024-05)"),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_split_is_told_in_words(split: dict[str, Any], shown: str) -> None:
    """Lists are words, and what did not happen is left out."""
    assert split_text(split) == shown
