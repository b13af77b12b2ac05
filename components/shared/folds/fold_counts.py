"""How many folds rows are cut into; imports nothing heavy."""

from typing import Final

FOLDS: Final = 5
FOLDS_OF_MANY: Final = 3
MANY: Final = 2_000
"""Rows above which three folds tell as much as five, for three fifths of the time."""


def most_folds(rows: int) -> int:
    """Return how many folds so many rows are cut into."""
    return FOLDS if rows <= MANY else FOLDS_OF_MANY
