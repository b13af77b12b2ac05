"""Numbers as people read them, in reports and in messages."""

import math
from typing import Final

NOTHING: Final = "–"
NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with that many significant digits, and a dash for none, NaN or infinite.

    Between 1e-4 and 1e9 the notation is plain (`0.8123`, `1,235`), outside scientific (`3.2e-07`).
    Whole numbers above 1, as counts are, have no decimals: `12`.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    magnitude = abs(value)
    if magnitude == 0:
        return "0"
    if magnitude < 1e-4 or magnitude >= 1e9:
        return f"{value:.{digits - 1}e}"
    if magnitude > 1 and float(value).is_integer():
        digits = 1
    decimals = digits - 1 - math.floor(math.log10(magnitude))
    return f"{value:,.{max(decimals, 0)}f}".replace("-", "−")


def count(value: int) -> str:
    """Return a whole number with thousands separated: `9,985`."""
    return f"{value:,}"


def counted_rows(value: int) -> str:
    """Return a number of rows: `1 row`, `9,985 rows`."""
    return f"{count(value)} {'row' if value == 1 else 'rows'}"


def percent(value: float | None, decimals: int = 1) -> str:
    """Return a fraction of 1 as a percentage, and a dash for none or NaN: `12.5 %`.

    The space between them is one at which no line is broken.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value * 100:.{decimals}f}{NO_BREAK_SPACE}%"
