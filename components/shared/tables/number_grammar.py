"""The grammar of numbers in texts: signs, thousands, decimals, currencies and per cent.

A number is, with blanks around it or not::

    [sign] [currency] [sign] digits [currency or %] [sign after] , or all of it in parentheses

- sign: `+`, `-`, or one of the dashes that typesetting takes for it. Parentheses, and a sign
  after the number, mean minus.
- digits: with a decimal point, thousands are separated by commas, blanks (also those that do not
  break) or apostrophes, in groups of three (or, with commas, of two as in India); with a decimal
  comma, by points, blanks or apostrophes. An exponent may follow.
- currency: a sign such as $ or €, with letters before it or not (US$), or an ISO code.

Both engines of regular expressions that read it, Rust's (in Polars) and Python's, find the same in
these texts: no class of characters in them depends on an engine's tables of Unicode.

A column with numbers that begin with a needless zero, such as 007, is one of codes, and so is one
of whole numbers with some such as 12E03 or 3E5, unless all are such as 3E5; where it is one of
numbers by the user's word, the zeros do not count.
"""

from typing import Final

from components.shared.tables.readings import Decimal

BLANK: Final = "[ \u00a0\u2007\u2009\u202f]"
APOSTROPHE: Final = "['’]"
MINUS: Final = "[-−–]"
SIGN: Final = "[-−–+]"
CURRENCY_CODES: Final = (
    *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS"),
    *("INR", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "RUB", "SEK", "SGD"),
    *("THB", "TRY", "USD", "ZAR", "kr", "zł", "Kč"),
)
CURRENCY_SIGN: Final = "[$¢-¥֏؋߾߿৲৳৻૱௹฿៛₠-⃀꠸﷼﹩＄￠￡￥￦\U00011fdd-\U00011fe0\U0001e2ff\U0001ecb0]"
"""What Unicode counts as one: its category Sc."""

BEFORE_CURRENCY_SIGN: Final = ("US", "A", "C", "R", "S", "NZ", "HK")
CURRENCY: Final = (
    rf"(?:(?:{'|'.join(BEFORE_CURRENCY_SIGN)})?{CURRENCY_SIGN}|{'|'.join(CURRENCY_CODES)})"
)
UNIT: Final = rf"({CURRENCY}|%)"
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
    after = rf"(?:{BLANK}?(?:{CURRENCY}|%))?"
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
