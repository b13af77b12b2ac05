"""Columns named by a user, looked up in a table."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from components.shared.errors import InputError
from components.shared.parameters import AUTO, given
from components.shared.tables.column_types import column_types

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
    elif len(columns) == 1:
        hint = (
            f"It has one column, {columns[0]!r}: in a CSV file, commas, semicolons, tabs or bars "
            "separate columns."
        )
    else:
        more = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
        hint = f"The columns are: {', '.join(columns[:SHOWN])}{more}."
    raise InputError(f"The table has no column {column!r} (parameter `{parameter}`). {hint}")


def given_column(column: str, table: str | Path) -> str | None:
    """Return the column that a parameter names, or None where it is unset: empty, or `auto`.

    `auto` is a column where the table has one of that name.
    """
    if column.strip() == AUTO and AUTO in column_types(table):
        return AUTO
    return given(column)
