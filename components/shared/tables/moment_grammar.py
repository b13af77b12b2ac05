"""The grammar of dates and times in texts.

- A date is year-month-day (`2024-02-29`, also with `/` or `.`), day and month in either order
  before the year (`29/02/2024`, `02/29/2024`, with `/`, `-` or `.`), or has the name of its month,
  in English, German, French, Spanish, Italian, Portuguese, Dutch or Russian (`29 Feb 2024`,
  `Feb 29, 2024`, `29-Feb-24`, `2024-Feb-29`, `29. Februar 2024`, `29 de febrero de 2024`); the
  name of the weekday may stand before it. Others are `29. 2. 2024`, `2024. 2. 29.`, `2024年2月29日`
  and, with a time, `2024:02:29`. A month of a year (`2024-02`, `02/2024`, `Feb 2024`) is its first
  day.
- A time follows after `T`, blanks, a comma, a colon, `at` or a dash: `9:05`, `09:05:30`,
  `09:05:30.123456`, `9.05`, `9h05`, with AM or PM, and with a zone: `Z`, `UTC`, `GMT`, `+02:00`,
  `+0200`, `+02`, `GMT+0200`, or a name such as `EST` or `CET`. Times with a zone become UTC. 24:00
  ends a day. Programs also write `20240229T090530Z` and `Thu Feb 29 09:05:30 2024`.
- A time without a date (`9:05`, `09:05:30.5`, `9h05`, `9h 5m`, `PT9H5M`) may have any hours, and
  days before it (`1 day, 9:05:30`): a duration.
- Years have four digits, from 1 to 9999 where they stand first, else such as dates have (1000 to
  2999, and the 1 and 9999 that stand for never); or two, read as POSIX does: 69 to 99 are 1969 to
  1999, 00 to 68 are 2000 to 2068. With a year of two digits, which may stand first as well, day and
  month are written with two, unless slashes separate them: 3.1.10 is a version.
"""

from collections.abc import Iterable
from typing import Final

from components.shared.tables.missing_texts import WHITE_SPACE

MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
MONTH_NUMBERS: Final = {
    name: str(number)
    for number, names in enumerate(
        (
            "january jan januar janvier janv enero ene gennaio gen janeiro januari января янв",
            "february feb februar février fév févr fevrier febrero febbraio fevereiro fev februari"
            " февраля фев",
            "march mar märz mär mrz mars marzo março maart mrt марта мар",
            "april apr avril avr abril abr aprile апреля апр",
            "may mai mayo maggio mag maio mei maj мая",
            "june jun juni juin junio giugno giu junho июня июн",
            "july jul juli juillet juil julio luglio lug julho июля июл",
            "august aug août aout agosto ago augustus augusti августа авг",
            "september sept sep septembre septiembre settembre sett set setembro сентября сен",
            "october oct oktober okt octobre octubre ottobre ott outubro out октября окт",
            "november nov novembre noviembre novembro ноября ноя",
            "december dec dezember dez décembre déc diciembre dic dicembre dezembro декабря дек",
        ),
        start=1,
    )
    for name in names.split()
}
"""The names of months, and how they are cut off: no two languages mean two months by one."""

WEEKDAYS: Final = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    *("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    *("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
)
ZONES: Final = {
    **dict.fromkeys(("Z", "z", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("CET", "WEST"), 60),
    **dict.fromkeys(("EET", "CEST"), 120),
    **dict.fromkeys(("MSK", "EEST"), 180),
    "JST": 540,
    "EDT": -240,
    **dict.fromkeys(("EST", "CDT"), -300),
    **dict.fromkeys(("CST", "MDT"), -360),
    **dict.fromkeys(("MST", "PDT"), -420),
    "PST": -480,
}
"""Minutes that zones are ahead of UTC: those that RFC 2822 names, and some that nothing else is
called."""

SPACE: Final = f"[{WHITE_SPACE}]"


def _in_any_case(words: Iterable[str]) -> str:
    """Return a pattern of words, their letters large or small.

    Engines differ in what else they take for a letter where they are told to ignore the case.
    """
    return "|".join("".join(f"[{a}{a.upper()}]" for a in word) for word in words)


MONTH: Final = rf"(?:{_in_any_case(MONTH_NUMBERS)})\.?"
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
OF: Final = rf"(?:[ \-/]|{SPACE}+de{SPACE}+)?"
NAMED_DATE: Final = "|".join(
    (
        rf"(?P<d3>[0-9]{{1,2}})(?:st|nd|rd|th|er|[.º°])?{OF}(?P<m3>{MONTH}),?{OF}"
        r"(?P<y3>[0-9]{4}|[0-9]{2})",
        rf"(?P<m4>{MONTH})[ \-]?(?P<d4>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? |,|-)(?P<y4>[0-9]{{4}})",
        rf"(?P<y5>[0-9]{{4}})[ \-/]?(?P<m5>{MONTH})[ \-/]?(?P<d5>[0-9]{{1,2}})",
    )
)
MINUTES: Final = (
    r"(?P<minute>[0-5][0-9])(?:[:.](?P<second>[0-5][0-9]|60)(?:[.,](?P<part>[0-9]{1,9}))?)?"
)
HALF: Final = rf"(?:{SPACE}*(?P<half>[AaPp])\.?[Mm]\.?)?"
ZONE: Final = (
    rf"(?:{SPACE}*(?P<zone>(?:UTC|GMT)?[+-][0-9]{{2}}(?::?[0-9]{{2}})?|{'|'.join(ZONES)})"
    rf"(?:{SPACE}*(?:\([A-Za-z .]+\)|\[[A-Za-z_/]+\]))?)?"
)
BEFORE_TIME: Final = rf"(?:T|{SPACE}+at{SPACE}+|{SPACE}+-{SPACE}+|{SPACE}+|,{SPACE}*|:)"
MOMENT: Final = (
    rf"^{WEEKDAY}(?:{ISO_DATE}|{NUMERIC_DATE}|{NAMED_DATE})"
    rf"(?:{BEFORE_TIME}(?P<hour>[0-9]{{1,2}})[:.h]{MINUTES}{HALF}{ZONE})?$"
)
TIME: Final = (
    rf"^(?:(?P<days>[0-9]{{1,6}}){SPACE}*[Dd](?:ays?)?,?{SPACE}*)?"
    rf"(?P<hour>[0-9]{{1,4}})[:h]{MINUTES}{HALF}$"
)
REWRITTEN: Final = (
    (
        rf"^({WEEKDAY}{MONTH}){SPACE}+([0-9]{{1,2}}){SPACE}+([0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?)"
        rf"({SPACE}[A-Z]{{3,4}}|{SPACE}[+-][0-9]{{4}})?{SPACE}+([0-9]{{4}})$",
        (1, " ", 2, " ", 5, " ", 3, 4),
    ),
    (
        r"^([0-9]{4})([0-9]{2})([0-9]{2})[T ]([0-9]{2})([0-9]{2})([0-9]{2})([^0-9].*)?$",
        (1, "-", 2, "-", 3, "T", 4, ":", 5, ":", 6, 7),
    ),
    (r"^([0-9]{1,2})\. ([0-9]{1,2})\. ([0-9]{4})", (1, ".", 2, ".", 3)),
    (r"^([0-9]{4})\. ?([0-9]{1,2})\. ?([0-9]{1,2})\.?$", (1, "-", 2, "-", 3)),
    (r"^([0-9]{4}):([0-9]{2}):([0-9]{2}) ", (1, "-", 2, "-", 3, " ")),
    (r"^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", (1, "-", 2, "-", 3)),
)
"""Forms whose parts stand in another order or without anything between them, and how the groups
of their patterns are put to be read as the others are."""

TIMES_REWRITTEN: Final = (
    (r"^(?:PT)?([0-9]{1,4}) ?[hH] ?([0-9]) ?[mM](?:in)?$", (1, ":0", 2)),
    (r"^(?:PT)?([0-9]{1,4}) ?[hH] ?([0-5][0-9]) ?[mM](?:in)?$", (1, ":", 2)),
    (r"^PT([0-9]{1,4})H$", (1, ":00")),
)
"""The same of times without a date: `2h 50m`, `2 h 50 min`, `PT2H50M`."""

MONTH_OF_YEAR: Final = (
    (rf"^({MONTH})[ \-/,.]*([0-9]{{4}})$", ("1 ", 1, " ", 2)),
    (rf"^([0-9]{{4}})[ \-/]({MONTH})$", ("1 ", 2, " ", 1)),
    (r"^([12][0-9]{3})[-/](0[1-9]|1[0-2])$", (1, "-", 2, "-1")),
    (r"^(0?[1-9]|1[0-2])/([12][0-9]{3})$", (2, "-", 1, "-1")),
)
"""The same of months, which are read as their first day."""

BEYOND_YEARS: Final = r"^[+-][0-9]{4,}-[0-9]{2}-[0-9]{2}|^[0-9]{5,}-[0-9]{2}-[0-9]{2}"
"""Dates of years with a sign or of more than four digits."""

YEAR_ZERO: Final = r"^0000-[0-9]{2}-[0-9]{2}(?:[T ].*)?$"
"""Dates of a year that there was not: what databases write for none."""

PIVOT: Final = 68
"""The last of the two-digit years that belong to the 2000s, as POSIX reads %y."""

YEAR_FIRST: Final = (0, 1, 2)
NAMED: Final = (3, 4, 5)
NUMERIC: Final = (0, 1, 2, 3, 4, 5)
DOTTED: Final = (2, 5)
SHORT: Final = (3, 4, 5)
"""The numbers of the groups above: of y, m and d; and of a, b and c, those with points, and those
with two digits of a year."""
