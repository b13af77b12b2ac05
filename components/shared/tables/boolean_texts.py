"""Texts that are true or false."""

from typing import Final

BOOLEANS: Final = {"true": True, "false": False}
TOLD_BOOLEANS: Final = BOOLEANS | {
    **dict.fromkeys(("yes", "y", "t", "1", "1.0", "on"), True),
    **dict.fromkeys(("no", "n", "f", "0", "0.0", "off"), False),
}
"""What a column that is boolean by the user's word may also hold."""
