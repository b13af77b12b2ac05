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

import polars as pl

MONTHS: Final = (
    *("jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?"),
    *("aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
MONTH: Final = rf"(?i:{'|'.join(MONTHS)})\.?"
WEEKDAY: Final = (
    "(?:(?i:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?)\.?,?\s+)?"
)
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
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
)
ZONE: Final = r"(?:\s*(?P<zone>Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?"
MOMENT: Final = (
    rf"^{WEEKDAY}(?:{ISO_DATE}|{NUMERIC_DATE}|{NAMED_DATE})(?:(?:T|\s+|,\s*){CLOCK}{ZONE})?$"
)
TIME: Final = rf"^{CLOCK}$"
BEYOND_YEARS: Final = r"^[+-][0-9]{4,}-[0-9]{2}-[0-9]{2}|^[0-9]{5,}-[0-9]{2}-[0-9]{2}"
"""Dates of years with a sign or of more than four digits."""

PIVOT: Final = 68
"""The last of the two-digit years that belong to the 2000s, as POSIX reads %y."""


MONTH_NUMBERS: Final = {month[:3]: str(number) for number, month in enumerate(MONTHS, start=1)}
YEAR_FIRST: Final = (0, 1, 2)
NAMED: Final = (3, 4, 5)
NUMERIC: Final = (0, 1, 2, 3, 4, 5)
DOTTED: Final = (2, 5)
SHORT: Final = (3, 4, 5)
"""The numbers of the groups above: of y, m and d; and of a, b and c, those with points, and those
with two digits of a year."""


def moments(texts: pl.Series) -> pl.DataFrame:
    """Read texts as dates and times, in each way that is possible.

    Args:
        texts: Texts without blanks around them.

    Returns:
        A frame of as many rows, with the columns

        - day_first, month_first, year_first: the moment (Datetime in microseconds, in UTC where
          there is a zone) if the numbers of a date stand in this order: day, month, year; month,
          day, year; or, where the year has two digits, year, month, day. The same in all three
          where the order shows; null where there is none
        - clock: a time of day without a date, as a moment of 1970-01-01
        - numeric: whether the order does not show
        - dotted: whether points separate these
        - two_digits: whether the year has two digits
        - timed, zoned: whether it has a time, and a zone
    """
    parts = texts.to_frame("text").select(moment=pl.col("text").str.extract_groups(MOMENT))
    read = parts.unnest("moment").select(
        day_first=_moment(pl.coalesce(_fixed_date(), _numeric_date(month="b", day="a"))),
        month_first=_moment(pl.coalesce(_fixed_date(), _numeric_date(month="a", day="b"))),
        year_first=_moment(pl.coalesce(_fixed_date(), _short_date())),
        numeric=_any_of("a", NUMERIC),
        dotted=_any_of("a", DOTTED),
        two_digits=_any_of("a", SHORT) | (pl.col("y3").str.len_bytes() == 2).fill_null(value=False),
        timed=pl.col("hour").is_not_null(),
        zoned=pl.col("zone").is_not_null(),
    )
    times = texts.to_frame("text").select(time=pl.col("text").str.extract_groups(TIME))
    clock = times.unnest("time").select(
        pl.when(pl.col("hour").is_not_null()).then(pl.lit("1970-01-01")).alias("date"),
        pl.all(),
    )
    return read.with_columns(clock.select(clock=_joined(pl.col("date"), _clock())).to_series())


def _any_of(letter: str, groups: tuple[int, ...]) -> pl.Expr:
    return pl.any_horizontal(pl.col(f"{letter}{group}").is_not_null() for group in groups)


def _fixed_date() -> pl.Expr:
    """Return the date, as text, of those whose parts show which is which."""
    dates = [
        _date(pl.when(pl.col(f"y{group}") != "0000").then(f"y{group}"), f"m{group}", f"d{group}")
        for group in YEAR_FIRST
    ]
    for group in NAMED:
        month = pl.col(f"m{group}").str.head(3).str.to_lowercase()
        dates.append(
            _date(
                _year(f"y{group}"),
                month.replace_strict(MONTH_NUMBERS, default=None, return_dtype=pl.String),
                f"d{group}",
            )
        )
    return pl.coalesce(dates)


def _numeric_date(month: str, day: str) -> pl.Expr:
    return pl.coalesce(
        _date(_year(f"c{group}"), f"{month}{group}", f"{day}{group}") for group in NUMERIC
    )


def _short_date() -> pl.Expr:
    return pl.coalesce(_date(_year(f"a{group}"), f"b{group}", f"c{group}") for group in SHORT)


def _date(year: pl.Expr, month: pl.Expr | str, day: str) -> pl.Expr:
    return pl.concat_str(year, pl.lit("-"), month, pl.lit("-"), day)


def _year(name: str) -> pl.Expr:
    """Return a year of four digits, null where it is none that a date has."""
    year = pl.col(name)
    number = year.cast(pl.Int64, strict=False)
    century = pl.when(number <= PIVOT).then(2000).otherwise(1900)
    usual = number.is_between(1000, 2999) | number.is_in([1, 9999])
    full = pl.when(year.str.len_bytes() == 2).then(number + century).when(usual).then(number)
    return full.cast(pl.String).str.zfill(4)


def _clock() -> pl.Expr:
    """Return hour, minute, second and fraction as text; midnight where there is no time."""
    hour = pl.col("hour").cast(pl.Int64, strict=False)
    half = pl.col("half").str.to_lowercase()
    of_day = (
        pl.when(half.is_null())
        .then(hour)
        .when(hour.is_between(1, 12))
        .then(hour % 12 + pl.when(half == "p").then(12).otherwise(0))
    )
    absent = pl.col("hour").is_null()
    return (
        pl.when(absent)
        .then(pl.lit("0:00:00.0"))
        .otherwise(
            pl.concat_str(
                of_day,
                pl.lit(":"),
                "minute",
                pl.lit(":"),
                pl.col("second").fill_null("00"),
                pl.lit("."),
                pl.col("part").fill_null("0"),
            )
        )
    )


def _moment(date: pl.Expr) -> pl.Expr:
    """Return the moment in UTC of a date and of the time beside it."""
    sign = pl.when(pl.col("zone").str.starts_with("-")).then(-1).otherwise(1)
    figures = pl.col("zone").str.replace_all(r"[^0-9]", "").str.pad_end(4, "0")
    hours = figures.str.head(2).cast(pl.Int64, strict=False)
    minutes = figures.str.tail(2).cast(pl.Int64, strict=False)
    offset = pl.duration(minutes=sign * (hours * 60 + minutes)).fill_null(pl.duration(minutes=0))
    return _joined(date, _clock()) - offset


def _joined(date: pl.Expr, clock: pl.Expr) -> pl.Expr:
    return pl.concat_str(date, pl.lit(" "), clock).str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us"
    )
