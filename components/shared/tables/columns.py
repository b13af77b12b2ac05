"""Columns named by a user, looked up in a table."""

import difflib
from collections.abc import Sequence

from components.shared.errors import InputError

SHOWN = 12


def require_column(column: str, columns: Sequence[str], parameter: str) -> None:
    """Make sure that a table has the column which a parameter names.

    Args:
        column: The name that the user gave.
        columns: The names of all columns of the table.
        parameter: The parameter that held the name, for the message.

    Raises:
        InputError: There is no such column; the message names the nearest ones.
    """
    if column in columns:
        return
    folded = {name.casefold(): name for name in columns}
    near = difflib.get_close_matches(column.casefold(), folded, n=3)
    if near:
        hint = "Did you mean " + " or ".join(repr(folded[name]) for name in near) + "?"
    else:
        more = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
        hint = f"The columns are: {', '.join(columns[:SHOWN])}{more}."
    raise InputError(f"The table has no column {column!r} (parameter `{parameter}`). {hint}")
