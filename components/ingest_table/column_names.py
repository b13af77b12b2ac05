"""Names of columns that a table may have."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from components.shared.errors import InputError


def composed(names: Sequence[str]) -> list[str]:
    """Return names in Unicode's composed form (NFC), in which é is one character, as typed."""
    return [unicodedata.normalize("NFC", name) for name in names]


def check_names(columns: Sequence[str]) -> None:
    """Make sure that every column has a name of its own.

    Raises:
        InputError: A name is empty, there twice, or what Polars takes for a pattern of names.
    """
    unnamed = [str(number) for number, name in enumerate(columns, start=1) if not name.strip()]
    if unnamed:
        raise InputError(
            f"Column {', '.join(unnamed)} of {len(columns)} has no name in the header: name it, or "
            "remove it."
        )
    patterns = [repr(name) for name in columns if name.startswith("^") and name.endswith("$")]
    if patterns:
        raise InputError(
            f"The name {patterns[0]} begins with ^ and ends with $, as a pattern of names does: "
            "rename the column."
        )
    if "*" in columns:
        raise InputError("A column is called '*', which stands for all columns: rename it.")
    twice = [repr(name) for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise InputError(
            f"More than one column is called {', '.join(twice)}: rename or remove all but one. "
            "(If the first line is a row, write a line of names above it; if it is a heading of "
            "names in the second line, remove it.)"
        )
