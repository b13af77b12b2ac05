"""The grammar of dates and times in texts.

- A date is year-month-day (`2024-02-29`, also with `/` or `.`), day and month in either order
  before the year (`29/02/2024`, `02/29/2024`, with `/`, `-` or `.`), or has the English name of
  its month (`29 Feb 2024`, `Feb 29, 2024`, `29-Feb-24`, `2024-Feb-29`); the name of the weekday may
  stand before it.
- A time follows after `T`, blanks or a comma: `9:05`, `09:05:30`, `09:05:30.123456`, with AM or PM,
  and with a zone: `Z`, `UTC`, `GMT`, `+02:00`, `+0200`, `+02`. Times with a zone become UTC.
- Years have four digits, from 1 to 9999 where they stand first, else such as dates have (1000 to
  2999, and the 1 and 9999 that stand for never); or two, read as POSIX does: 69 to 99 are 1969 to
  1999, 00 to 68 are 2000 to 2068. With a year of two digits, which may stand first as well, day and
  month are written with two, unless slashes separate them: 3.1.10 is a version.
"""

from typing import Final

from components.shared.tables.missing_texts import WHITE_SPACE

MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug"),
    *("sept", "sep", "oct", "nov", "dec"),
)
WEEKDAYS: Final = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
)
SPACE: Final = f"[{WHITE_SPACE}]"


def _in_any_case(words: tuple[str, ...]) -> str:
    """Return a pattern of words, their letters large or small.

    Engines differ in what else they take for a letter where they are told to ignore the case.
    """
    return "|".join("".join(f"[{a}{a.upper()}]" for a in word) for word in words)


MONTH: Final = rf"(?:{_in_any_case(MONTHS)})\.?"
WEEKDAY: Final = rf"(?:(?:{_in_any_case(WEEKDAYS)})\.?,?{SPACE}+)?"
ISO_DATE: Final = "|".join(
    rf"(?P<y{number}>[0-9]{{4}}){mark}(?P<m{number}>[0-9]{{1,2}}){mark}"
    rf"(?P<d{number}>[0-9]{{1,2}})"
    for number, mark in enumerate(("-", "/", r"\."))
)
NUMERIC_DATE: Final = "|".join(
    (
        *(
            rf"(?P<a{number}>[0-9]{{1,2}}){mark}(?P<b{number}>[0-9]{{1,2}}){mark}"
            rf"(?P<c{number}>[0-9]{{4}})"
            for number, mark in enumerate(("-", "/", r"\."))
        ),
        r"(?P<a3>[0-9]{1,2})/(?P<b3>[0-9]{1,2})/(?P<c3>[0-9]{2})",
        r"(?P<a4>[0-9]{2})-(?P<b4>[0-9]{2})-(?P<c4>[0-9]{2})",
        r"(?P<a5>[0-9]{2})\.(?P<b5>[0-9]{2})\.(?P<c5>[0-9]{2})",
    )
)
NAMED_DATE: Final = "|".join(
    (
        rf"(?P<d3>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?[ \-/]?(?P<m3>{MONTH}),?[ \-/]?"
        r"(?P<y3>[0-9]{4}|[0-9]{2})",
        rf"(?P<m4>{MONTH})[ \-]?(?P<d4>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? |,|-)(?P<y4>[0-9]{{4}})",
        rf"(?P<y5>[0-9]{{4}})[ \-/]?(?P<m5>{MONTH})[ \-/]?(?P<d5>[0-9]{{1,2}})",
    )
)
CLOCK: Final = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9])"
    r"(?::(?P<second>[0-5][0-9]|60)(?:[.,](?P<part>[0-9]{1,9}))?)?"
    rf"(?:{SPACE}*(?P<half>[AaPp])\.?[Mm]\.?)?"
)
ZONE: Final = rf"(?:{SPACE}*(?P<zone>Z|z|UTC|GMT|[+-][0-9]{{2}}(?::?[0-9]{{2}})?))?"
MOMENT: Final = (
    rf"^{WEEKDAY}(?:{ISO_DATE}|{NUMERIC_DATE}|{NAMED_DATE})"
    rf"(?:(?:T|{SPACE}+|,{SPACE}*){CLOCK}{ZONE})?$"
)
TIME: Final = rf"^{CLOCK}$"
BEYOND_YEARS: Final = r"^[+-][0-9]{4,}-[0-9]{2}-[0-9]{2}|^[0-9]{5,}-[0-9]{2}-[0-9]{2}"
"""Dates of years with a sign or of more than four digits."""

YEAR_ZERO: Final = r"^0000-[0-9]{2}-[0-9]{2}(?:[T ].*)?$"
"""Dates of a year that there was not: what databases write for none."""

PIVOT: Final = 68
"""The last of the two-digit years that belong to the 2000s, as POSIX reads %y."""

MONTH_NUMBERS: Final = {month[:3]: str(number) for number, month in enumerate(MONTHS[:12], start=1)}
YEAR_FIRST: Final = (0, 1, 2)
NAMED: Final = (3, 4, 5)
NUMERIC: Final = (0, 1, 2, 3, 4, 5)
DOTTED: Final = (2, 5)
SHORT: Final = (3, 4, 5)
"""The numbers of the groups above: of y, m and d; and of a, b and c, those with points, and those
with two digits of a year."""
