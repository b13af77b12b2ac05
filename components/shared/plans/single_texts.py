"""One text, read as its reading says: in plain Python what `tables.typed_texts` does for a column.

Both read by one grammar, and a test holds them equal. This one needs no library, and takes
microseconds for a text where the other takes a millisecond for a column.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from components.shared.tables.boolean_texts import TOLD_BOOLEANS
from components.shared.tables.missing_texts import WHITE_SPACE, markers
from components.shared.tables.moment_grammar import (
    MOMENT,
    MONTH_NUMBERS,
    MONTH_OF_YEAR,
    NAMED,
    NUMERIC,
    PIVOT,
    REWRITTEN,
    SHORT,
    TIME,
    TIMES_REWRITTEN,
    YEAR_FIRST,
    ZONES,
)
from components.shared.tables.number_grammar import (
    CUT_OFF,
    DIGITS,
    INFINITE,
    LARGEST_WHOLE_FLOAT,
    MEASURED,
    MEASURES,
    NEGATIVE,
    NUMBER,
    SCALED,
    SCALES,
    UNIT,
)
from components.shared.tables.readings import Reading

Value = float | int | bool | str
"""Of a text: a number, a boolean, a text, or a moment in microseconds since 1970-01-01."""

DAY: Final = 86_400_000_000
HOUR: Final = 3_600_000_000
EPOCH: Final = datetime.date(1970, 1, 1).toordinal()
PLAIN_NUMBER: Final = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]+)?")
PLAIN_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE: Final = re.compile(r"-?[0-9]+")
LARGEST_INTEGERS: Final = range(-(2**63), 2**63)
MOST_DIGITS: Final = 19
"""Of these."""
BLANKS: Final = "".join(filter(re.compile(f"[{WHITE_SPACE}]").match, map(chr, range(0x3001))))
"""The characters of the class WHITE_SPACE, each by itself."""


def unreadable(reading: Reading) -> str:
    """Say why texts of a reading cannot be read here; empty where they can."""
    if reading.pattern:
        return (
            f"the texts of {reading.column!r} are read by the pattern {reading.pattern!r}, which "
            "only Polars reads as in training"
        )
    return ""


@dataclass(frozen=True)
class TextReader:
    """Reads the texts of a column, one at a time.

    Attributes:
        reading: How; one that is not `unreadable`.
    """

    reading: Reading

    def read(self, text: str) -> Value | None:
        """Return what a text stands for; None where it is missing, and where it is a stray."""
        stripped = text.strip(BLANKS)
        if self._is_marker(stripped):
            return None
        if self.reading.type == "string":
            return text
        value = self._value(stripped)
        return None if value in self.missing_values else value

    def is_missing(self, text: str) -> bool:
        """Tell whether a text stands for a missing value, be it written otherwise."""
        stripped = text.strip(BLANKS)
        if self._is_marker(stripped):
            return True
        return self.reading.type != "string" and self._value(stripped) in self.missing_values

    @cached_property
    def missing_values(self) -> frozenset[Value]:
        """The numbers and moments that stand for a missing value by the user's word."""
        if self.reading.type in ("string", "boolean"):
            return frozenset()
        # A marker may also be written plainly where the column is not, as -999 for -999,00 €.
        plain = TextReader(Reading(self.reading.column, self.reading.type))
        ways = (TextReader(replace(self.reading, missing=())), plain)
        found = (way._value(t.strip(BLANKS)) for t in self.reading.missing for way in ways)
        return frozenset(value for value in found if value is not None)

    @cached_property
    def _markers(self) -> frozenset[str]:
        return frozenset(markers(self.reading.missing, self.reading.kept))

    def _is_marker(self, stripped: str) -> bool:
        return not stripped or stripped in self._markers

    def _value(self, text: str) -> Value | None:
        reading = self.reading
        if reading.type in ("integer", "float"):
            return _number(text, reading)
        if reading.type == "boolean":
            return TOLD_BOOLEANS.get(text.lower())
        if reading.order == "time of day":
            found = _TIME.match(_rewritten(text, _TIMES_REWRITTEN))
            moment = _known_time(text, reading) if found is None else _of_clock(found)
        else:
            moment = _moment(text, reading)
        return moment // DAY * DAY if moment is not None and reading.type == "date" else moment


_NUMBER: Final = {decimal: re.compile(pattern) for decimal, pattern in NUMBER.items()}
_UNIT: Final = re.compile(UNIT)
_MEASURED: Final = re.compile(MEASURED)
_SCALED: Final = re.compile(SCALED)
_DIGITS: Final = re.compile(DIGITS)
_NEGATIVE: Final = re.compile(NEGATIVE)
_INFINITE: Final = re.compile(INFINITE)
_MOMENT: Final = re.compile(MOMENT)
_TIME: Final = re.compile(TIME)
_TIMES_REWRITTEN: Final = [(re.compile(pattern), parts) for pattern, parts in TIMES_REWRITTEN]
_REWRITTEN: Final = [
    (re.compile(pattern), parts) for pattern, parts in (*REWRITTEN, *MONTH_OF_YEAR)
]
_NOT_OF_NUMBERS: Final = {".": re.compile(r"[^0-9.eE+-]"), ",": re.compile(r"[^0-9,eE+-]")}


def _number(text: str, reading: Reading) -> float | int | None:
    plainest = _plainest(text, reading)
    if plainest is None:
        return None
    if reading.type == "integer" and WHOLE.fullmatch(plainest):
        # Without its zeros: Python reads no more than a few thousand digits.
        digits = plainest.lstrip("-").lstrip("0")
        if len(digits) <= MOST_DIGITS:
            whole = int(f"{'-' if plainest[0] == '-' else ''}{digits or 0}")
            if whole in LARGEST_INTEGERS:
                return whole
    try:
        real = float(plainest)
    except ValueError:
        return None
    if reading.type == "float":
        return real
    # 5.0 is the whole number 5, up to where a float holds all whole numbers.
    is_whole = abs(real) < LARGEST_WHOLE_FLOAT and real.is_integer()
    return int(real) if is_whole else None


def _plainest(text: str, reading: Reading) -> str | None:
    """Return the plainest text of the number that a text is, as `number_texts.numbers` does."""
    decimal, unit = reading.decimal, reading.unit
    if decimal == "." and unit != "%" and PLAIN_NUMBER.fullmatch(text):
        return text
    text = text.replace(*CUT_OFF, 1)
    found = _unit(text)
    in_unit = found == unit if unit == "%" else found in ("", unit)
    scale = _SCALED.search(text)
    if not in_unit or (scale and not reading.scaled) or not _NUMBER[decimal].match(text):
        return text if unit != "%" and _INFINITE.match(text) else None
    digits = _DIGITS.search(text)
    if digits is None:
        return None
    plain = _NOT_OF_NUMBERS[decimal].sub("", digits[0]).replace(",", ".")
    sign = "-" if _NEGATIVE.search(text) else ""
    # A shifted exponent rounds once, a division would round again.
    shift = "e-2" if unit == "%" else SCALES[scale[1]] if scale else ""
    return f"{sign}{plain}{shift}"


def _unit(text: str) -> str:
    """Return the currency, the per cent sign or the measure at a number, or an empty text."""
    if at_it := _UNIT.search(text):
        return at_it[0]
    measure = _MEASURED.search(text)
    return MEASURES.get(measure[1].lower(), measure[1].lower()) if measure else ""


def _moment(text: str, reading: Reading) -> int | None:
    if PLAIN_DATE.fullmatch(text):
        return _date(text[:4] if text[:4] != "0000" else None, text[5:7], text[8:])
    found = _MOMENT.match(_rewritten(text, _REWRITTEN))
    if found is None:
        return None
    of_day = _of_day(found)
    midnight = next(_dates(found, reading), None)
    if midnight is None or of_day is None:
        return None
    return midnight + of_day - _offset(found["zone"]) * 60_000_000


def _rewritten(text: str, forms: "Sequence[tuple[re.Pattern[str], tuple[int | str, ...]]]") -> str:
    for pattern, parts in forms:
        if written := pattern.match(text):
            put = "".join(p if isinstance(p, str) else written[p] or "" for p in parts)
            text = put + text[written.end() :]
    return text


def _known_time(text: str, reading: Reading) -> int | None:
    """Return the moment of a time that was read before: it is one of 1970."""
    moment = _moment(text, reading)
    return moment if moment is not None and 0 <= moment < 365 * DAY else None


def _dates(found: "re.Match[str]", reading: Reading) -> Iterator[int | None]:
    """Yield the date in each of the forms that a text has: it has one."""
    for group in YEAR_FIRST:
        if year := found[f"y{group}"]:
            yield _date(year if year != "0000" else None, found[f"m{group}"], found[f"d{group}"])
    for group in NAMED:
        if year := found[f"y{group}"]:
            month = MONTH_NUMBERS.get(found[f"m{group}"].removesuffix(".").lower())
            yield _date(_year(year), month, found[f"d{group}"])
    for group in NUMERIC:
        if first := found[f"a{group}"]:
            second, third = found[f"b{group}"], found[f"c{group}"]
            if reading.order == "year first":
                yield _date(_year(first) if group in SHORT else None, second, third)
            elif reading.order == "month first":
                yield _date(_year(third), first, second)
            else:
                yield _date(_year(third), second, first)


def _date(year: str | None, month: str | None, day: str) -> int | None:
    if year is None or month is None:
        return None
    try:
        return (datetime.date(int(year), int(month), int(day)).toordinal() - EPOCH) * DAY
    except ValueError:
        return None


def _year(text: str) -> str | None:
    """Return a year of four digits, None where it is none that a date has."""
    number = int(text)
    if len(text) == len("24"):
        return str(number + (2000 if number <= PIVOT else 1900))
    return str(number) if 1000 <= number <= 2999 or number in (1, 9999) else None


def _of_day(found: "re.Match[str]") -> int | None:
    """Return the microseconds since midnight; 0 where there is no time, None where it is none."""
    if found["hour"] is None:
        return 0
    hour, rest = int(found["hour"]), _after_hour(found)
    if found["half"]:
        return _of_half(found, rest)
    return hour * HOUR + rest if hour < 24 or (hour == 24 and not rest) else None


def _of_clock(found: "re.Match[str]") -> int | None:
    """Return the microseconds of a time without a date, which may be a duration of days."""
    if found["half"]:
        return _of_half(found, _after_hour(found))
    return int(found["days"] or 0) * DAY + int(found["hour"]) * HOUR + _after_hour(found)


def _of_half(found: "re.Match[str]", rest: int) -> int | None:
    hour = int(found["hour"])
    return (
        (hour % 12 + (12 if found["half"] in "pP" else 0)) * HOUR + rest
        if 1 <= hour <= 12
        else None
    )


def _after_hour(found: "re.Match[str]") -> int:
    seconds = int(found["minute"]) * 60 + int(found["second"] or 0)
    return seconds * 1_000_000 + int((found["part"] or "0").ljust(6, "0")[:6])


def _offset(zone: str | None) -> int:
    """Return the minutes that a zone is ahead of UTC, 0 without one."""
    if zone is None:
        return 0
    if zone in ZONES:
        return ZONES[zone]
    figures = re.sub("[^0-9]", "", zone).ljust(4, "0")
    minutes = int(figures[:2]) * 60 + int(figures[2:])
    return -minutes if "-" in zone else minutes
