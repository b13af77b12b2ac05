"""Numbers, times and values as people read them."""

import json
import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

NOTHING = "–"
DIGEST_DIGITS = 12
LETTERS = 1_000
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400
_UNITS = (
    (31_536_000, "year"),
    (2_592_000, "month"),
    (_DAY, "day"),
    (3_600, "hour"),
    (60, "minute"),
)


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with that many significant digits, in plain notation from 1e-4 to 1e9.

    Whole numbers above 1, as counts are, have no decimals.
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


def difference(values: Sequence[float | None]) -> str:
    """Return the second number minus the first, with its sign."""
    first, second = values
    if first is None or second is None:
        return NOTHING
    shown = number(second - first)
    return f"+{shown}" if second > first and shown != NOTHING else shown


def share(part: float | None) -> str:
    """Return a part of a whole: `28.4 %`."""
    return NOTHING if part is None else f"{100 * part:.1f} %"


def size(count: int) -> str:
    """Return a number of bytes: `1.6 MB`."""
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"


def moment_of(moment: int) -> datetime:
    """Return a time in epoch milliseconds; the first or last that there is for one beyond it.

    Clients tell when their runs began and ended, and may tell any integer.
    """
    return _EPOCH + timedelta(milliseconds=min(max(moment, _FIRST), _LAST))


def ago(moment: int, now: float | None = None) -> str:
    """Return how long ago a time in epoch milliseconds was: `3 hours ago`."""
    then = moment_of(moment).timestamp()
    seconds = (time.time() if now is None else now) - then
    for length, unit in _UNITS:
        if (count := int(seconds // length)) >= 1:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now" if seconds > -_DAY else "in the future"


def utc(moment: int) -> str:
    """Return a time in epoch milliseconds as `2026-11-25 18:42:29 UTC`."""
    beyond = "after " if moment > _LAST else "before " if moment < _FIRST else ""
    return f"{beyond}{moment_of(moment).replace(tzinfo=None).isoformat(' ', 'seconds')} UTC"


def iso(moment: int) -> str:
    """Return a time in epoch milliseconds as machines read it."""
    return moment_of(moment).isoformat(timespec="milliseconds")


def day(moment: int) -> str:
    """Return the day of a time in epoch milliseconds, in UTC: `2026-11-25`."""
    return moment_of(moment).date().isoformat()


def text(value: Any) -> str:
    """Return any value that JSON has: a text as it is, a number as people read it."""
    match value:
        case None:
            return NOTHING
        case str():
            return value
        case float():
            return f"{value:.6g}"
        case _:
            return json.dumps(value, ensure_ascii=False)


def beginning(told: str | None) -> str | None:
    """Return a text, of a long one its beginning and how long it is."""
    if told is None or len(told) <= LETTERS:
        return told
    return f"{told[:LETTERS]}… ({len(told):,} characters)"


def label(name: str | None) -> str:
    """Return a name that can be seen, and clicked on, whatever it is made of."""
    shown = name or ""
    return shown if any(letter.isprintable() and letter != " " for letter in shown) else repr(shown)


def short(digest: str | None) -> str:
    """Return the beginning of a digest, which tells it from all others at hand."""
    return (digest or NOTHING)[:DIGEST_DIGITS]
