"""The grammar of numbers in texts: signs, thousands, decimals, currencies and per cent.

A number is, with blanks around it or not::

    [sign] [currency] [sign] digits [scale] [currency, % or measure] [sign after]

or all of it in parentheses

- sign: `+`, `-`, or one of the dashes that typesetting takes for it. Parentheses, and a sign
  after the number, mean minus.
- digits: with a decimal point, thousands are separated by commas, blanks (also those that do not
  break) or apostrophes, in groups of three (or, with commas, of two as in India); with a decimal
  comma, by points, blanks or apostrophes. An exponent may follow.
- scale: k or K for thousands, M or million, B or billion: 1.2k, €110.5M.
- currency: a sign such as $ or €, with letters before it or not (US$), or an ISO code.
- measure: a unit of measurement such as kg, km/h, °C or days, the same in the whole column.

Both engines of regular expressions that read it, Rust's (in Polars) and Python's, find the same in
these texts: no class of characters in them depends on an engine's tables of Unicode.

A column with numbers that begin with a needless zero, such as 007, is one of codes, and so is one
of whole numbers with some such as 12E03 or 3E5, unless all are such as 3E5; where it is one of
numbers by the user's word, the zeros do not count.
"""

from collections.abc import Iterable
from typing import Final

from components.shared.tables.readings import Decimal

BLANK: Final = "[ \u00a0\u2007\u2009\u202f]"
APOSTROPHE: Final = "['’]"
MINUS: Final = "[-−–]"
SIGN: Final = "[-−–+]"
CURRENCY_CODES: Final = (
    *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS"),
    *("INR", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "RUB", "SEK", "SGD"),
    *("THB", "TRY", "USD", "ZAR", "kr", "zł", "Kč", "Rs"),
)
CURRENCY_SIGN: Final = "[$¢-¥֏؋߾߿৲৳৻૱௹฿៛₠-⃀꠸﷼﹩＄￠￡￥￦\U00011fdd-\U00011fe0\U0001e2ff\U0001ecb0]"
"""What Unicode counts as one: its category Sc."""

CUT_OFF: Final = ("Rs.", "Rs")
"""A currency with a point after it, which is no decimal one, and how it is read."""

BEFORE_CURRENCY_SIGN: Final = ("US", "A", "C", "R", "S", "NZ", "HK")
CURRENCY: Final = (
    rf"(?:(?:{'|'.join(BEFORE_CURRENCY_SIGN)})?{CURRENCY_SIGN}|{'|'.join(CURRENCY_CODES)})"
)
MEASURES: Final = {
    variant: names[0]
    for names in (
        *(["kg", "kgs"], ["mg"], ["µg"], ["lb", "lbs"], ["oz"], ["km", "kms"], ["cm"], ["mm"]),
        *(["mi", "mile", "miles"], ["ft", "feet"], ["inch", "inches"], ["yd"], ["ml"], ["cl"]),
        *(["litre", "litres", "liter", "liters"], ["cc", "ccm", "cm3", "cm³"], ["hp"], ["bhp"]),
        *(["ps"], ["kw"], ["mah"], ["kwh"], ["wh"], ["hz"], ["khz"], ["mhz"], ["ghz"], ["kb"]),
        *(["mb"], ["gb"], ["tb"], ["kmpl"], ["km/kg"], ["mpg"], ["km/h", "kmh", "kph"], ["mph"]),
        *(["rpm"], ["nm"], ["bar"], ["psi"], ["ppm"], ["px"], ["dpi"], ["°"], ["°c"], ["°f"]),
        *(["kcal"], ["cal"], ["kj"], ["db"], ["ms"], ["sec", "secs", "second", "seconds"]),
        *(["min", "mins", "minute", "minutes"], ["hour", "hours", "hr", "hrs"], ["day", "days"]),
        *(["week", "weeks"], ["month", "months"], ["year", "years", "yr", "yrs"], ["m2", "m²"]),
        *(["sqft", "sq ft", "ft²", "ft2"], ["sqm"], ["acre", "acres"], ["ha"], ["pcs", "pc"]),
        *(["person", "persons", "people"], ["season", "seasons"], ["point", "points", "pts"]),
    )
    for variant in names
}
"""Units of measurement in any case, and what each is known by."""

LETTER_MEASURES: Final = ("g", "m", "l", "s", "h")
"""Those of one letter, which are small."""

SCALES: Final = {
    **dict.fromkeys(("k", "K", "thousand"), "e3"),
    **dict.fromkeys(("M", "million"), "e6"),
    **dict.fromkeys(("B", "billion"), "e9"),
}
"""What multiplies a number, and the exponent that does so."""


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _in_any_case(word: str) -> str:
    # Engines differ in what else they take for a letter where they are told to ignore the case.
    return "".join(f"[{a}{a.upper()}]" if a.isascii() and a.isalpha() else a for a in word)


MEASURE: Final = "|".join([*map(_in_any_case, _longest_first(MEASURES)), *LETTER_MEASURES])
SCALE: Final = rf"(?:{BLANK}?(?:{'|'.join(_longest_first(SCALES))}))"
SCALED: Final = (
    rf"[0-9.,]{BLANK}?({'|'.join(_longest_first(SCALES))})(?:{BLANK}?(?:{CURRENCY}))?[)]?$"
)
UNIT: Final = rf"({CURRENCY}|%)"
MEASURED: Final = rf"[0-9.,]{BLANK}?({MEASURE})(?:{BLANK}?{MINUS}|\))?$"
EXPONENT: Final = r"(?:[eE][+-]?[0-9]+)?"

GROUPED: Final[dict[Decimal, str]] = {
    ".": r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}",
    ",": r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+",
}
EVENLY_GROUPED: Final = "|".join(
    rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (BLANK, APOSTROPHE)
)


def _digits(decimal: Decimal) -> str:
    mark = rf"\{decimal}"
    grouped = rf"(?:{GROUPED[decimal]}|{EVENLY_GROUPED})(?:{mark}[0-9]*)?"
    return rf"(?:{grouped}|(?:[0-9]+(?:{mark}[0-9]*)?|{mark}[0-9]+){EXPONENT})"


def _whole_text(digits: str) -> str:
    currency = rf"(?:{CURRENCY}{BLANK}?)?"
    after = rf"(?:{SCALE}?(?:{BLANK}?{CURRENCY})?|{BLANK}?(?:%|{MEASURE}))"
    signed = rf"(?:{SIGN}{BLANK}?{currency}|{currency}{SIGN}?{BLANK}?){digits}{after}"
    sign_after = rf"{currency}{digits}{after}{BLANK}?{MINUS}"
    in_parentheses = rf"{currency}\({currency}{digits}{after}\)"
    return rf"^(?:{signed}|{sign_after}|{in_parentheses})$"


NUMBER: Final[dict[Decimal, str]] = {
    ".": _whole_text(_digits(".")),
    ",": _whole_text(_digits(",")),
}
"""Regular expressions of a whole text without blanks around it, by what precedes decimals."""

INFINITE: Final = "^[+-]?[iI][nN][fF](?:[iI][nN][iI][tT][yY])?$"
NEEDLESS_ZERO: Final = "^0[0-9]"
"""What begins the digits of a code, such as a postcode, rather than those of a number."""
PACKED_EXPONENT: Final = "^[0-9]+[eE][0-9]+$"
"""What may be a code, such as 12E03: programs write a sign or a point in such a number."""
SCIENTIFIC: Final = "^[1-9][eE][1-9]"
"""What people write in such a way, as 1e5, if they do."""
DIGITS: Final = rf"([.,]?[0-9](?:[0-9.,'’]|{BLANK})*{EXPONENT})"
NEGATIVE: Final = rf"^[^0-9.,]*(?:{MINUS}|\()|{MINUS}$"

LARGEST_WHOLE_FLOAT: Final = 2.0**53
"""Up to here, a float holds every whole number."""
