"""Numbers as people read them, in reports and in messages."""

import math
from typing import Final, Protocol

NOTHING: Final = "–"
MOST_DECIMALS: Final = 5
FINEST: Final = 6
"""Decimals of a percentage, at the most."""

NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"


class Measured(Protocol):
    """A number with an interval."""

    @property
    def value(self) -> float | None:
        """The number; None: there is none."""

    @property
    def low(self) -> float | None:
        """The lower end of the interval; None: there is none."""

    @property
    def high(self) -> float | None:
        """The upper end."""


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
    sign = "−" if value < 0 else ""
    if magnitude < 1e-4 or magnitude >= 1e9:
        return f"{sign}{magnitude:.{digits - 1}e}"
    if magnitude > 1 and float(value).is_integer():
        digits = 1
    decimals = digits - 1 - math.floor(math.log10(magnitude))
    return f"{sign}{magnitude:,.{max(decimals, 0)}f}"


def interval(low: float | None, high: float | None) -> str:
    """Return the ends of an interval: `0.6143 to 0.7656`, and a dash where there is none."""
    if low is None or high is None:
        return NOTHING
    return f"{number(low)} to {number(high)}"


def with_interval(measured: Measured) -> str:
    """Return a number with its interval, where it has one: `0.6886  (0.6143 to 0.7656)`."""
    told = number(measured.value)
    if measured.low is None or measured.high is None:
        return told
    return f"{told}  ({interval(measured.low, measured.high)})"


def with_spread(value: float, spread: float) -> tuple[str, str]:
    """Return a number and its spread, both with the decimals of two digits of the spread.

    What is finer than `MOST_DECIMALS` is not shown: `0.461`, `0.036`; `0.00009`, `0.00075`.
    """
    if not spread or not math.isfinite(value + spread):
        return number(value, 3), number(spread, 2)
    decimals = min(max(1 - math.floor(math.log10(spread)), 0), MOST_DECIMALS)
    # Adding nothing makes 0.0 of -0.0.
    shown = round(value, decimals) + 0.0
    return f"{shown:,.{decimals}f}".replace("-", "−"), f"{spread:,.{decimals}f}"


def trimmed(value: float | None, digits: int = 6) -> str:
    """Return a number with at most that many significant digits: `2.98`, and not `2.98000`."""
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def count(value: int) -> str:
    """Return a whole number with thousands separated: `9,985`."""
    return f"{value:,}"


def counted_rows(value: int) -> str:
    """Return a number of rows: `1 row`, `9,985 rows`."""
    return f"{count(value)} {'row' if value == 1 else 'rows'}"


def percent(value: float | None, decimals: int = 1) -> str:
    """Return a fraction of 1 as a percentage, and a dash for none or NaN: `12.5 %`.

    It has as many more decimals as tell it from none and from all: 1,999 of 2,000 are `99.95 %`.
    The space is one at which no line is broken.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    share = value * 100
    while share not in (0, 100) and round(share, decimals) in (0, 100) and decimals < FINEST:
        decimals += 1
    return f"{share:.{decimals}f}{NO_BREAK_SPACE}%"
